import BuildGraph
import DockerfileSyntax
import OCI
import Testing

@Suite("Stages")
struct StageTests {
    @Test("stages that the target does not need are left out")
    func pruning() throws {
        let text = """
            FROM unused AS a
            FROM scratch AS b
            RUN make
            FROM scratch AS c
            RUN other
            FROM scratch
            COPY --from=b /x /x
            """
        let (plan, asked) = try rounds(text)
        #expect(plan.stages.map(\.name) == ["b", "stage-3"])
        #expect(asked.isEmpty)
        #expect(plan.copies[0].from == .stage(0))
        #expect(plan.target == 1)
        #expect(plan.stepCount == 2)
    }

    @Test("images are asked for only when the target reaches them, all of a round at once")
    func needs() throws {
        let text = """
            FROM one AS a
            FROM two:1 AS b
            FROM never AS c
            FROM a
            COPY --from=b / /
            RUN --mount=from=three,target=/x true
            COPY --from=two:1 / /again
            """
        let (plan, asked) = try rounds(text)
        #expect(asked == [["one:latest", "two:1", "three:latest"]])
        // An image that is copied from and also a base is asked for once, and is a stage of its own.
        #expect(plan.stages.count == 5)
    }

    @Test("triggers of a base image can name further images, which are asked for in the next round")
    func triggerRounds() throws {
        let images = [
            "base:latest": config(onBuild: ["COPY --from=tools /bin/t /t", "RUN --mount=from=more,target=/m t"]),
            "tools:latest": config(onBuild: ["RUN never"]),
        ]
        let (plan, asked) = try rounds("FROM base\nRUN own\n", images: images)
        #expect(asked == [["base:latest"], ["tools:latest", "more:latest"]])
        #expect(
            plan.last.steps.map(\.displayName) == [
                "[2/4] ONBUILD COPY --from=tools /bin/t /t",
                "[3/4] ONBUILD RUN --mount=from=more,target=/m t", "[4/4] RUN own",
            ])
        #expect(plan.last.config.config.onBuild.isEmpty)
    }

    @Test("triggers of a stage run in the stages built on it, once")
    func triggersOfStages() throws {
        let text = """
            FROM scratch AS a
            ONBUILD RUN first
            ONBUILD ENV V=1
            FROM a AS b
            RUN second $V
            FROM b
            RUN third
            """
        let plan = try plan(text)
        #expect(plan.stages.map { $0.steps.count } == [0, 2, 1])
        #expect(plan.last.config.config.env.contains("V=1"))
        #expect(plan.last.config.config.onBuild.isEmpty)
        let alone = try BuildGraphTests.plan(text) { $0.target = "a" }
        #expect(alone.last.config.config.onBuild == ["RUN first", "ENV V=1"])
    }

    @Test("a trigger that does not parse is an error at the FROM line")
    func invalidTrigger() throws {
        do {
            _ = try rounds("FROM base\n", images: ["base:latest": config(onBuild: ["NONSENSE x"])])
            Issue.record("no error")
        } catch let error as PlanError {
            #expect(error.description.contains("ONBUILD"))
            #expect(error.range != nil)
        }
    }

    @Test("the target is found whatever its case; a near miss is suggested")
    func targets() throws {
        let text = "FROM scratch AS builder\nENV A=1\nFROM scratch AS final\n"
        #expect(try plan(text) { $0.target = "BUILDER" }.last.config.config.env.contains("A=1"))
        #expect(try plan(text) { $0.target = "" }.last.name == "final")
        #expect(try failure(text) { $0.target = "bilder" }.reason == .unknownTarget("bilder", suggestion: "builder"))
        #expect(try failure(text) { $0.target = "elsewhere" }.reason == .unknownTarget("elsewhere", suggestion: nil))
    }

    @Test("--from takes numbers, names in any case, images and ARG-free text only")
    func sources() throws {
        let numeric = try plan("FROM scratch AS a\nRUN x\nFROM scratch\nCOPY --from=0 /x /x\n")
        #expect(numeric.copies[0].from == .stage(0))
        let named = try plan("FROM scratch AS Abc\nRUN x\nFROM scratch\nCOPY --from=aBC /x /x\n")
        #expect(named.copies[0].from == .stage(0))
        let bad = try failure("FROM scratch\nCOPY --from=7 /x /x\n")
        #expect(bad.reason == .invalidStageIndex("7"))
        #expect(bad.place == "COPY --from=7 /x /x")
        #expect(try failure("ARG A=b\nFROM scratch\nCOPY --from=$A /x /x\n").reason == .variableInFrom)
        let same = try plan("FROM scratch\nCOPY --from=img /a /a\nCOPY --from=img:latest /b /b\n")
        #expect(same.stages.count == 2)
    }

    @Test("cycles and forward references name the place")
    func order() throws {
        let cycle = try failure(
            "FROM scratch AS a\nCOPY --from=b /x /x\nFROM scratch AS b\nCOPY --from=a /x /x\n")
        #expect(cycle.reason == .circularDependency("a") || cycle.reason == .circularDependency("b"))
        #expect(cycle.place?.hasPrefix("COPY --from=") == true)
        let itself = try failure("FROM scratch AS a\nCOPY --from=a /x /x\n")
        #expect(itself.reason == .circularDependency("a"))
        let copy = try failure("FROM scratch AS a\nCOPY --from=b /x /x\nFROM scratch AS b\nRUN x\nFROM a\n")
        #expect(copy.reason == .stageNotYetDefined(stage: "b", current: "a"))
        #expect(copy.place == "COPY --from=b /x /x")
        let mount = try failure(
            "FROM scratch AS a\nRUN --mount=from=b,target=/m x\nFROM scratch AS b\nFROM a\n")
        #expect(mount.reason == .mountStageNotYetDefined(stage: "b", target: "/m"))
        #expect(mount.place?.contains("from=b") == true)
    }

    @Test("of two stages with one name the later one counts from then on")
    func duplicateNames() throws {
        let plan = try plan(
            "FROM scratch AS a\nENV V=1\nFROM scratch AS a\nENV V=2\nFROM a\nRUN x\n")
        #expect(plan.environment == ["V=2"])
    }

    @Test("named contexts stand for images, stages and sources")
    func namedContexts() throws {
        let image = try rounds("FROM alpine:latest\nCOPY --from=other / /\n") {
            $0.namedContexts = ["alpine": .image, "other": .tree]
        }
        #expect(image.plan.stages.count == 2)
        guard case .image(let input) = image.plan.last.base else { throw Unexpected(description: "not an image") }
        #expect(input.namedContext == "alpine")
        #expect(image.plan.stages[0].base == .tree(name: "other"))

        // A context with the name of a stage replaces the stage and all that it does.
        let stage = try rounds("FROM never AS dep\nRUN never\nFROM scratch\nCOPY --from=dep /x /x\n") {
            $0.namedContexts = ["dep": .tree]
        }
        #expect(stage.asked.isEmpty)
        #expect(stage.plan.stages[0].base == .tree(name: "dep"))
        #expect(stage.plan.stages[0].steps.isEmpty)
    }

    @Test("scratch starts at / with Docker's PATH, and has no numbered line")
    func scratch() throws {
        let plan = try plan("FROM scratch\nRUN a\nRUN b\n")
        #expect(plan.last.base == .scratch)
        #expect(plan.last.steps.map(\.displayName) == ["[1/2] RUN a", "[2/2] RUN b"])
        #expect(plan.last.config.config.workingDir == "/")
        #expect(plan.last.config.config.env == ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"])
    }

    @Test("display names count the base, are padded, expand variables and carry the platform on request")
    func displayNames() throws {
        let lines = (1...10).map { "RUN x\($0)" }.joined(separator: "\n")
        let plan = try plan("ARG V=1\nFROM base AS build\nARG V\nrun tool-$V $OTHER\n\(lines)\nFROM build\n") {
            $0.showsPlatform = true
        }
        #expect(plan.stages[0].steps[0].displayName == "[linux/amd64 build  2/12] RUN tool-1 $OTHER")
        #expect(plan.stages[0].steps[10].displayName == "[linux/amd64 build 12/12] RUN x10")
        #expect(plan.stages[0].baseDisplayName.hasSuffix("1/12] FROM docker.io/library/base:latest"))
    }

    @Test("a base name may be made of arguments; blank and bad ones are errors at the FROM line")
    func baseNames() throws {
        #expect(try rounds("ARG V=3.1\nFROM alpine:${V}\n").asked == [["alpine:3.1"]])
        #expect(try rounds("ARG V=3.1\nFROM alpine:${V}\n") { $0.buildArguments = ["V": "9"] }.asked == [["alpine:9"]])
        let blank = try failure("ARG V\nFROM $V\n")
        #expect(blank.reason == .blankBaseName("$V"))
        #expect(blank.place == "FROM $V")
        let bad = try failure("FROM A/b@c\n")
        #expect(bad.place == "FROM A/b@c")
        guard case .invalidBaseName("A/b@c", _) = bad.reason else { throw Unexpected(description: "\(bad)") }
    }

    @Test("--platform decides which image is asked for and is inherited by stages built on it")
    func platforms() throws {
        let text = """
            FROM --platform=$BUILDPLATFORM go AS build
            ARG TARGETARCH
            RUN build $TARGETARCH
            FROM build AS more
            RUN x
            FROM base
            COPY --from=more /a /a
            """
        guard case .needs(let inputs) = try round(text, { $0.platform = arm64 }) else {
            throw Unexpected(description: "nothing asked for")
        }
        #expect(inputs.map(\.platform) == [amd64, arm64])
        let plan = try plan(text) { $0.platform = arm64 }
        #expect(plan.stages.map(\.platform) == [amd64, amd64, arm64])
        #expect(plan.platform == arm64)
        #expect(plan.last.config.architecture == "arm64")
        let build = plan.stages[0].steps[0]
        guard case .run(let run) = build.kind else { throw Unexpected(description: "not a RUN") }
        #expect(run.environment.contains("TARGETARCH=arm64"))
        #expect(try failure("ARG P\nFROM --platform=$P scratch\n").reason == .emptyPlatform("$P"))
        #expect(try failure("FROM --platform=a/b/c/d/e scratch\n").reason == .invalidPlatform("a/b/c/d/e"))
    }

    @Test("--no-cache and --no-cache-filter mark steps")
    func uncached() throws {
        let text = "FROM scratch AS a\nRUN x\nFROM scratch AS B\nCOPY --from=a / /\n"
        #expect(try plan(text) { $0.ignoresCache = true }.stages.allSatisfy { $0.steps.allSatisfy(\.ignoresCache) })
        let filtered = try plan(text) { $0.uncachedStages = ["A"] }
        #expect(filtered.stages.map { $0.steps[0].ignoresCache } == [true, false])
    }

    @Test("labels of the command line win, and belong to the target alone")
    func labels() throws {
        let plan = try plan("FROM scratch AS a\nLABEL x=1 y=1\nFROM a\nLABEL y=2\n") {
            $0.labels = ["y": "3", "z": "4"]
        }
        #expect(plan.last.config.config.labels == ["x": "1", "y": "3", "z": "4"])
        #expect(plan.stages[0].config.config.labels == ["x": "1", "y": "1"])
    }

    @Test("thousands of stages are planned, whichever way they refer to each other")
    func deepGraphs() throws {
        let chain = "FROM scratch AS s0\nRUN x\n" + (1...2000).map { "FROM s\($0 - 1) AS s\($0)\n" }.joined()
        #expect(try plan(chain).stages.count == 2001)
        let copies =
            "FROM scratch AS s0\nRUN x\n"
            + (1...2000).map { "FROM scratch AS s\($0)\nCOPY --from=s\($0 - 1) /x /x\n" }.joined()
        #expect(try plan(copies).stages.count == 2001)
        let forward =
            (1...2000).map { "FROM scratch AS s\($0)\nCOPY --from=s\($0 + 1) /x /x\n" }.joined()
            + "FROM scratch AS s2001\nFROM s1\n"
        #expect(try failure(forward).place == "COPY --from=s2 /x /x")
    }
}
