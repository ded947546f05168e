import DockerfileSyntax
import Testing

@testable import Slimming

struct TargetTests {
    fileprivate static let text = """
        FROM node:20 AS production
        ENV PORT=4000
        COPY . .
        RUN npm ci
        EXPOSE 4000
        LABEL a=b
        CMD ["node", "a.js"]

        """

    fileprivate func lean(_ original: StageView) throws -> (Dockerfile, ParsedDockerfile) {
        var plan = RuntimePlan(name: "sample", bases: ["x"])
        plan.copies = ["COPY --from=\(Composer.buildName(original)) /app ./"]
        let bytes = try Composer(view: original, plan: plan, base: "node:20-slim").compose().text()
        let dockerfile = try Dockerfile.parse(bytes, path: "Dockerfile")
        return (dockerfile, try dockerfile.resolve())
    }

    @Test func theImageKeepsItsName() throws {
        let (_, parsed) = try lean(try view(Self.text))
        #expect(parsed.stages.map(\.name) == ["build", "production"])
    }

    @Test(arguments: ["build", "builder", "dev", "base", "dependencies"])
    func aNameOfABuildStageStays(_ name: String) throws {
        let original = try view("FROM node:20 AS \(name)\nCOPY . .\nRUN npm ci\nCMD [\"node\", \"a.js\"]\n")
        #expect(try lean(original).1.stages.map(\.name) == [name, nil])
    }

    @Test func developmentHasTheBuildAndTheCommand() throws {
        let original = try view(Self.text)
        let (dockerfile, parsed) = try lean(original)
        let bytes = try #require(ExtraTarget.addingDevelopment(to: dockerfile, parsed, original: original))
        let stages = try Dockerfile.parse(bytes, path: "Dockerfile").resolve().stages
        #expect(stages.map(\.name) == ["build", "dev", "production"])
        #expect(stages[1].baseName == "build")
        #expect(stages[1].instructions.map(\.original) == ["EXPOSE 4000", "CMD [\"node\", \"a.js\"]"])
    }

    @Test(arguments: ["", "1000:1000"])
    func debuggingIsNotTheLast(_ user: String) throws {
        let (dockerfile, parsed) = try lean(try view(Self.text))
        let bytes = try #require(
            ExtraTarget.addingDebugging(
                to: dockerfile, parsed, user: user, path: "/bin", tools: .image("busybox:stable")))

        let stages = try Dockerfile.parse(bytes, path: "Dockerfile").resolve().stages
        #expect(stages.map(\.name) == ["build", "lean", "debug", "production"])
        #expect(stages[2].baseName == "lean" && stages[3].baseName == "lean" && stages[3].instructions.isEmpty)
        let users = stages[2].instructions.map(\.original).filter { $0.hasPrefix("USER") }
        #expect(users == (user.isEmpty ? [] : ["USER 0", "USER 1000:1000"]))
    }
}

extension TargetTests {
    @Test func toolsAreInstalledWhereNoImageHasThem() throws {
        let (dockerfile, parsed) = try lean(try view(Self.text))
        let bytes = try #require(
            ExtraTarget.addingDebugging(
                to: dockerfile, parsed, user: "", path: nil, tools: .installed(on: "node:20@sha256:1")))
        let stages = try Dockerfile.parse(bytes, path: "Dockerfile").resolve().stages
        #expect(stages.map(\.name) == ["build", "tools", "lean", "debug", "production"])
        #expect(stages[1].baseName == "node:20@sha256:1")
        #expect(stages[3].instructions[0].original == "COPY --from=tools /bin/busybox /busybox/busybox")
    }
}

struct UsedTargetTests {
    @Test func whatProjectsAskForByName() throws {
        let project = try SampleProject([
            "docker-compose.yml": "services:\n  a:\n    build:\n      target: dev\n",
            ".github/workflows/ci.yml": "run: docker build --target=Builder .\n",
            "Makefile": "image:\n\tdocker build --target prod -t a .\n", "values.yaml": "target: other\n",
            "docker-bake.hcl": "target \"x\" {\n  target = \"lean\"\n}\n",
        ])
        #expect(TargetUses.names(project.tree) == ["dev", "builder", "prod", "x", "lean"])
    }

    @Test(arguments: [
        ("builder", ["builder"], true), ("builder", [], false), ("dev", ["dev"], false), ("app", [], true),
    ])
    func theNameOfAnOnlyStageGoesToWhatIsAskedFor(_ name: String, _ used: [String], _ isGiven: Bool) throws {
        let dockerfile = try Dockerfile.parse("FROM golang AS \(name)\nRUN x\nCMD [\"a\"]\n", path: "Dockerfile")
        let view = try #require(StageView(dockerfile, try dockerfile.resolve(), usedTargets: Set(used)))
        #expect(Composer.givesNameAway(view) == isGiven)
    }
}

struct StepBackTests {
    private func plan(_ user: String?) -> RuntimePlan {
        var plan = RuntimePlan(name: "way", bases: [])
        plan.user = user.map { RuntimeUser(ids: $0, setup: [], writable: []) }
        return plan
    }

    @Test func whatStopsAWayWithAndWithoutItsAccountIsSaidOnce() {
        var report = SlimReport()
        report.stepBack(plan("1:1"), "no image")
        report.stepBack(plan(nil), "no image")
        #expect(report.rejected == ["way: no image"])
        report.stepBack(plan("1:1"), "no right to write")
        report.stepBack(plan(nil), "too large")
        #expect(report.rejected == ["way: no image", "way as 1:1: no right to write", "way: too large"])
        report.stepBack(plan("1:1"), "no such base", byAccount: false)
        #expect(report.rejected.last == "way: no such base")
    }

    @Test(arguments: [
        ("", "1:1", 100, 100, true), ("", "1:1", 100, 104, true), ("1", "1", 100, 90, false),
        ("", "1", 100, 106, false), ("", "", 100, 100, false),
    ])
    func aLittleIsPaidForAnAccountWithoutRights(
        _ userBefore: String, _ userAfter: String, _ sizeBefore: Int64, _ sizeAfter: Int64, _ expected: Bool
    ) {
        var (before, after) = (SlimReport.Image(), SlimReport.Image())
        (before.user, before.size, after.user, after.size) = (userBefore, sizeBefore, userAfter, sizeAfter)
        #expect(Proof.isSafer(before, after) == expected)
    }
}
