import OCI
import Running
import Testing

@testable import Slimming

struct EvidenceTests {
    private func evidence(
        _ image: SampleProject, _ base: SampleProject, opened: Set<String> = [], written: Set<String> = [],
        added: Set<String>
    ) -> Evidence {
        var observation = Observation()
        observation.recordedFiles = true
        observation.opened = opened
        observation.written = written
        var config = ContainerConfig()
        config.workingDir = "/app"
        return Evidence(
            observation: observation, image: RootView(directory: image.root), base: RootView(directory: base.root),
            config: config,
            baseConfig: ContainerConfig(), added: added)
    }

    private func names(_ files: ApplicationFiles) -> [String] { files.kept.map(\.name) }

    @Test func whatWasOpenedOrIsNamedOrUnknownStays() throws {
        let files = [
            "app/main.js": "read('tests/golden.txt')", "app/tests/golden.txt": "x", "app/README.md": "",
            "app/src/a.ts": "", "app/templates/t": "",
            "app/mystery.dat": "", "app/tsconfig.json": "",
        ]
        let image = try SampleProject(files)
        let project = try SampleProject(
            Dictionary(uniqueKeysWithValues: files.map { (String($0.key.dropFirst(4)), $0.value) }))
        let base = try SampleProject([:])
        let evidence = evidence(image, base, opened: ["/app/templates/t"], added: Set(files.keys.map { "/" + $0 }))
        let situation = Situation(
            view: try view("FROM node:20\nWORKDIR /app\nCOPY . .\nRUN x\n"), project: project.tree, evidence: evidence)
        let result = ApplicationFiles(situation, evidence: evidence, directory: "/app") { entry in
            ["src", "tsconfig.json"].contains(entry.name) ? .deadUnlessNamed : .unknown
        }
        #expect(names(result) == ["main.js", "mystery.dat", "templates", "tests"])
        #expect(result.dropped == ["README.md", "src", "tsconfig.json"])
        #expect(
            result.copies(from: "build", source: "/app", owner: nil) == [
                "COPY main.js mystery.dat ./", "COPY templates/ ./templates/", "COPY tests/ ./tests/",
            ])
    }

    @Test func whatABuildStepMadeComesFromTheBuild() throws {
        let image = try SampleProject(["app/dist/a.js": "built", "app/static/a.css": "changed by the build"])
        let project = try SampleProject(["static/a.css": "short"])
        let evidence = evidence(image, try SampleProject([:]), added: ["/app/dist/a.js", "/app/static/a.css"])
        let situation = Situation(
            view: try view("FROM node:20\nWORKDIR /app\nCOPY . .\nRUN x\n"), project: project.tree, evidence: evidence)
        let result = ApplicationFiles(situation, evidence: evidence, directory: "/app") { _ in .unknown }
        #expect(
            result.copies(from: "build", source: "/app", owner: nil) == [
                "COPY --from=build /app/dist ./dist", "COPY --from=build /app/static ./static",
            ])
    }

    @Test func writtenDirectoriesLeaveOutWhatAnybodyMayWrite() throws {
        let image = try SampleProject(["app/data/seed": "", "app/a.py": ""])
        let evidence = evidence(
            image, try SampleProject([:]),
            written: [
                "/tmp", "/tmp/x", "/app", "/app/data", "/app/data/db", "/app/__pycache__", "/app/__pycache__/a.pyc",
                "/root/.cache/x",
            ],
            added: [])
        #expect(evidence.writtenDirectories == ["/app/data"])
    }

    @Test func packagesOwnTheirFilesUnderEitherSpelling() throws {
        let image = try SampleProject([
            "var/lib/dpkg/status":
                "Package: libxml2\nStatus: install ok installed\nVersion: 2\n\nPackage: gone\nStatus: deinstall ok config-files\n",
            "var/lib/dpkg/info/libxml2:amd64.list": "/.\n/lib/x86_64-linux-gnu/libxml2.so.2\n",
        ])
        let database = DpkgDatabase(RootView(directory: image.root))
        #expect(database.packages == ["libxml2"])
        #expect(
            database.owners(of: ["/usr/lib/x86_64-linux-gnu/libxml2.so.2"]) == [
                "/usr/lib/x86_64-linux-gnu/libxml2.so.2": "libxml2"
            ])
    }

    @Test func outputMayDifferInNumbersOnly() {
        #expect(SmokeTest.isAlike(Array("pid 17 at 10:22".utf8), Array("pid 4 at 9:01".utf8)))
        #expect(!SmokeTest.isAlike(Array("ok".utf8), Array("error".utf8)))
    }

    @Test func readsWhatAProgramIsLinkedWith() throws {
        let file = try #require(ELFFile(path: "/proc/self/exe"))
        #expect(file.isDynamic && file.interpreter != nil && file.needed.contains { $0.hasPrefix("libc.") })
        #expect(ELFFile(path: "/etc/passwd") == nil)
    }
}

struct ConfigComparisonTests {
    @Test func namesWhatIsLost() {
        var before = ContainerConfig()
        before.exposedPorts = ["80/tcp"]
        before.volumes = ["/data"]
        before.stopSignal = "SIGQUIT"
        before.labels = ["a": "b"]
        before.env = ["PATH=/x", "MODE=prod", "PIP_NO_CACHE_DIR=1"]
        let found = ConfigComparison.differences(
            before, ContainerConfig(), base: ContainerConfig(), buildOnly: ["PIP_NO_CACHE_DIR"])
        #expect(found.count == 5)
        #expect(ConfigComparison.differences(before, before, base: ContainerConfig(), buildOnly: []).isEmpty)
    }
}
