import OCI
import Running
import Testing

@testable import Slimming

/// What is known of the stage that builds.
struct SituationTests {
    private static let roots = "etc/ssl/certs/ca-certificates.crt"

    private func has(_ path: String, _ dockerfile: String, image: [String], base: [String]) throws -> Bool? {
        func sample(_ paths: [String]) throws -> SampleProject {
            try SampleProject(Dictionary(uniqueKeysWithValues: paths.map { ($0, "x") }))
        }
        let (image, base, project) = (try sample(image), try sample(base), try sample([]))
        let evidence = Evidence(
            observation: Observation(), image: RootView(directory: image.root), base: RootView(directory: base.root),
            config: ContainerConfig(), baseConfig: ContainerConfig(), added: [])
        return Situation(view: try view(dockerfile), project: project.tree, evidence: evidence).buildStageHas(path)
    }

    @Test func theOnlyStageHasWhatTheImageHas() throws {
        let file = "FROM debian:12\nRUN make\n"
        #expect(try has("/" + Self.roots, file, image: [Self.roots], base: []) == true)
        #expect(try has("/" + Self.roots, file, image: [], base: [Self.roots]) == false)
    }

    /// Roots of trust that both stages install were taken to be missing where the first one builds.
    @Test func whatTheImageHasMayBeInstalledWhereItIsBuiltToo() throws {
        let install = "RUN apt-get update && apt-get install -y ca-certificates\n"
        let file = "FROM debian:12 AS build\n\(install)FROM debian:12\n\(install)COPY --from=build /a /a\n"
        #expect(try has("/" + Self.roots, file, image: [Self.roots], base: []) == nil)
        #expect(try has("/" + Self.roots, file, image: [], base: []) == false)
        #expect(try has("/" + Self.roots, file, image: [Self.roots], base: [Self.roots]) == true)
    }

    @Test func ofAnotherBaseNothingIsKnown() throws {
        let file = "FROM debian:12 AS build\nRUN make\nFROM alpine\nCOPY --from=build /a /a\n"
        #expect(try has("/" + Self.roots, file, image: [Self.roots], base: [Self.roots]) == nil)
    }

    /// Directories that variables name, as tutorials like to.
    @Test(arguments: [
        "ENV HOME=/srv\nENV APP_HOME=$HOME/web\nWORKDIR $APP_HOME\nCOPY . $APP_HOME\n",
        "ARG BASE=/srv\nWORKDIR ${BASE}/web\nADD . .\n", "ENV A=/srv/web\nCOPY . \"$A\"\nWORKDIR $A\n",
        "WORKDIR /srv\nWORKDIR ${NAME:-web}\nCOPY . .\n",
    ])
    func variablesOfPathsAreInTheirPlaces(_ steps: String) throws {
        let project = try SampleProject([:])
        let view = try view("FROM python:3.12\n\(steps)RUN make\n")
        #expect(view.workingDirectory == "/srv/web")
        #expect(Situation(view: view, project: project.tree, evidence: nil).applicationDirectory == "/srv/web")
    }
}
