import DockerfileSyntax
import Testing

@testable import Slimming

struct ComposerTests {
    private func plan() -> RuntimePlan {
        var plan = RuntimePlan(name: "sample", bases: ["node:20-alpine"])
        plan.copies = ["COPY --from=build /app/dist ./dist"]
        plan.user = RuntimeUser(ids: "10001:10001", setup: ["adduser -D app"], writable: ["/app/data"])
        return plan
    }

    @Test func keepsCommentsArgumentsAndOrder() throws {
        let text = """
            # syntax=docker/dockerfile:1
            # The service.
            ARG VERSION=20
            FROM node:20
            ARG REVISION=none
            # who made it
            LABEL revision=$REVISION
            ENV PORT=4000
            WORKDIR /app
            COPY . .
            # install
            RUN npm ci
            # where it listens
            EXPOSE 4000
            CMD ["npm", "start"]
            """
        let file = try view(text)
        let result = String(
            decoding: try Composer(view: file, plan: plan(), base: "node:20-alpine").compose().text(), as: UTF8.self)
        #expect(
            result == """
                # syntax=docker/dockerfile:1
                # The service.
                ARG VERSION=20
                FROM node:20 AS build
                ARG REVISION=none
                ENV PORT=4000
                WORKDIR /app
                COPY . .
                # install
                RUN npm ci

                FROM node:20-alpine
                ENV PORT=4000
                WORKDIR /app
                RUN adduser -D app \\
                    && mkdir -p /app/data && chown 10001:10001 /app/data
                COPY --from=build /app/dist ./dist
                ARG REVISION=none
                # who made it
                LABEL revision=$REVISION
                # where it listens
                EXPOSE 4000
                USER 10001:10001
                CMD ["npm", "start"]
                """)
    }

    @Test func whatTheFirstLinesSayOfTheImageStaysInFront() throws {
        let file = try view(
            "FROM node:20\n# who\nLABEL a=b\nENV PORT=1\nEXPOSE 1\nLABEL rev=$REV\nCOPY . .\nRUN x\nEXPOSE 2\nCMD [\"a\"]\n"
        )
        var plan = RuntimePlan(name: "sample", bases: ["x"])
        plan.copies = ["COPY a ./"]
        let result = String(decoding: try Composer(view: file, plan: plan, base: "x").compose().text(), as: UTF8.self)
        #expect(
            result.hasSuffix(
                "FROM x\n# who\nLABEL a=b\nENV PORT=1\nEXPOSE 1\nCOPY a ./\nLABEL rev=$REV\nEXPOSE 2\nCMD [\"a\"]\n"),
            "\(result)")
    }

    @Test func reasonsStandAboveWhatTheyAreFor() throws {
        let file = try view("FROM golang\nCOPY . .\nRUN go mod download\nRUN go build\nCMD [\"a\"]\n")
        var plan = RuntimePlan(name: "sample", bases: ["x"])
        plan.copies = ["COPY a ./"]
        plan.insertions[1] = ["COPY go.mod ./"]
        plan.moves = [(node: 1, behind: 2)]
        plan.steps = [SlimStep(id: "a", line: 2, why: "first"), SlimStep(id: "b", line: 4, why: "small")]
        plan.addComments(file)
        let result = String(decoding: try Composer(view: file, plan: plan, base: "x").compose().text(), as: UTF8.self)
        #expect(
            result.hasPrefix(
                "FROM golang AS build\n# first\nCOPY go.mod ./\nRUN go mod download\nCOPY . .\n# small\nRUN go build\n"),
            "\(result)")
    }

    @Test func refinesTheStageThatCopies() throws {
        let text =
            "FROM node:20 AS builder\nWORKDIR /app\nCOPY . .\nRUN npm ci\n# run\nFROM node:20\nWORKDIR /app\nCOPY --from=builder /app ./\nCMD [\"npm\", \"start\"]\n"
        let file = try view(text)
        #expect(file.shape == .copying(from: 0))
        var plan = plan()
        plan.copies = ["COPY --from=builder /app/dist ./dist"]
        plan.user?.setup = []
        plan.user?.writable = []
        let result = String(
            decoding: try Composer(view: file, plan: plan, base: "node:20-alpine").compose().text(), as: UTF8.self)
        #expect(
            result.contains(
                "# run\nFROM node:20-alpine\nWORKDIR /app\nCOPY --from=builder /app/dist ./dist\nUSER 10001:10001\nCMD")
        )
    }

    @Test func gathersAsRootWhereTheBuildRunsAsSomebodyElse() throws {
        let file = try view("FROM golang\nUSER web\nWORKDIR /app\nCOPY . .\nRUN go build\nCMD [\"./a\"]\n")
        var plan = plan()
        plan.buildTail = ["RUN mkdir /rootfs"]
        let result = String(decoding: try Composer(view: file, plan: plan, base: "x").compose().text(), as: UTF8.self)
        #expect(result.contains("RUN go build\nUSER root\nRUN mkdir /rootfs\n"))
        #expect(result.hasSuffix("USER 10001:10001\nCMD [\"./a\"]\n"))
    }

    @Test func aWorkingDirectoryBehindTheLastStepMovesInFrontOfTheCopies() throws {
        let file = try view("FROM node:20\nCOPY . /app\nRUN npm ci\n# here\nWORKDIR /app\nCMD [\"node\", \"a\"]\n")
        var plan = RuntimePlan(name: "sample", bases: ["x"])
        plan.copies = ["COPY a ./"]
        let result = String(decoding: try Composer(view: file, plan: plan, base: "x").compose().text(), as: UTF8.self)
        #expect(result.hasSuffix("\nFROM x\n# here\nWORKDIR /app\nCOPY a ./\nCMD [\"node\", \"a\"]\n"))
    }

    @Test func argumentsOfTheBaseGoOnToDecide() throws {
        let text = "ARG V=3.12\nARG NAME=python:$V\nFROM ${NAME}\nCOPY . .\nRUN x\nCMD [\"a\"]\n"
        let file = try view(text)
        #expect(file.baseName(of: 0) == "python:3.12")
        var plan = RuntimePlan(name: "sample", bases: ["python:3.12-slim"])
        plan.copies = ["COPY a ./"]
        func written(_ base: String) throws -> String {
            String(decoding: try Composer(view: file, plan: plan, base: base).compose().text(), as: UTF8.self)
        }
        #expect(try written("python:3.12-slim").contains("\nFROM ${NAME}-slim\n"))
        #expect(try written("scratch").contains("\nFROM scratch\n"))
        let dockerfile = try Dockerfile.parse("ARG V\nFROM golang:${V}\n", path: "Dockerfile")
        let parsed = try dockerfile.resolve()
        #expect(StageView(dockerfile, parsed)?.baseName(of: 0) == "golang:${V}")
        #expect(StageView(dockerfile, parsed, buildArguments: ["V": "1.22"])?.baseName(of: 0) == "golang:1.22")
    }

    @Test func stepsThatOnlySetTheLastStageUpGoAndTheirCommentsStay() throws {
        let text = """
            FROM golang AS builder
            RUN go build -o /out/a .
            FROM debian
            # who runs it
            RUN useradd -r web && mkdir -p /data && chown web /data
            WORKDIR /app
            # the program
            COPY --from=builder /out/a .
            # the pages
            COPY pages pages
            USER web
            CMD ["./a"]

            """
        let file = try view(text)
        #expect(file.shape == .copying(from: 0))
        var plan = RuntimePlan(name: "sample", bases: ["scratch"])
        plan.copies = ["COPY --from=builder /out/a ./", "COPY pages/ ./pages/"]
        plan.user = RuntimeUser(ids: "999:999", setup: [], writable: [])
        let result = String(
            decoding: try Composer(view: file, plan: plan, base: "scratch").compose().text(), as: UTF8.self)
        #expect(
            result.hasSuffix(
                """
                FROM scratch
                WORKDIR /app
                # the program
                # who runs it
                # the pages
                COPY --from=builder /out/a ./
                COPY pages/ ./pages/
                USER 999:999
                CMD ["./a"]

                """), "\(result)")
    }

    @Test(arguments: [
        ("mkdir -p /a && chown x:x /a", true), ("apk add --no-cache ca-certificates tzdata", true),
        ("apt-get update && apt-get install -y ca-certificates && rm -rf /var/lib/apt/lists/*", true),
        ("apt-get update && apt-get install -y libpq5", false), ("chown -R x /app", false), ("chmod +x /a", false),
        ("mkdir $DIR", false), ("pip install x", false),
    ])
    func whatOnlySetsUp(_ step: String, _ isSetup: Bool) throws {
        let file = try view("FROM golang AS b\nRUN x\nFROM debian\nRUN \(step)\nCOPY --from=b /x /x\n")
        #expect((file.shape == .copying(from: 0)) == isSetup)
    }

    @Test func installationsBecomeOne() throws {
        let file = try view(
            "FROM debian:12\nRUN apt-get update\n# a\nRUN apt-get install -y a\n# b\nRUN apt-get install -y b\nCOPY x /x\nCMD [\"x\"]\n"
        )
        var plan = RuntimePlan(name: "sample", bases: ["debian:12-slim"])
        plan.isInPlace = true
        let result = String(
            decoding: try Composer(view: file, plan: plan, base: "debian:12-slim").compose().text(), as: UTF8.self)
        #expect(
            result == """
                FROM debian:12-slim
                # a
                # b
                RUN apt-get update && apt-get install -y a \\
                    && apt-get install -y b
                COPY x /x
                CMD ["x"]

                """, "\(result)")
    }

    @Test func whatLowerStagesSayIsRepeatedOnTheOtherBase() throws {
        let text = """
            FROM python:3.12 AS base
            ARG MODE=prod
            ENV MODE=$MODE
            WORKDIR /app
            FROM base AS deps
            COPY . .
            RUN make
            FROM base AS final
            COPY --from=deps /app /app
            CMD ["python", "a.py"]

            """
        let file = try view(text)
        #expect(file.workingDirectory == "/app" && file.buildInstructions.count == 5)
        var plan = RuntimePlan(name: "sample", bases: ["x"])
        plan.copies = ["COPY a.py ./"]
        let result = String(decoding: try Composer(view: file, plan: plan, base: "x").compose().text(), as: UTF8.self)
        #expect(
            result.hasSuffix(
                "FROM x AS final\nARG MODE=prod\nENV MODE=$MODE\nWORKDIR /app\nCOPY a.py ./\nCMD [\"python\", \"a.py\"]\n"
            ))
    }

    @Test func theWorkingDirectoryStandsInFrontOfCopiesIntoIt() throws {
        let text = "FROM a AS b\nRUN x\nFROM c\nCOPY --from=b /venv /venv\nCOPY . /app\nWORKDIR /app\nCMD [\"x\"]\n"
        var plan = RuntimePlan(name: "sample", bases: ["y"])
        plan.copies = ["COPY a.py ./"]
        let result = String(
            decoding: try Composer(view: try view(text), plan: plan, base: "y").compose().text(), as: UTF8.self)
        #expect(result == "FROM a AS b\nRUN x\nFROM y\nWORKDIR /app\nCOPY a.py ./\nCMD [\"x\"]\n")
    }

    @Test func additionsFollowWhatMoves() throws {
        let file = try view(
            "FROM node:20\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\nCMD [\"node\", \"a\"]\n")
        var plan = RuntimePlan(name: "sample", bases: ["x"])
        plan.replacements[3] = "RUN npm ci"
        plan.insertions[2] = ["COPY package.json ./"]
        plan.moves = [(node: 2, behind: 3)]
        plan.additions[3] = ["RUN npm run build"]
        plan.copies = ["COPY --from=build /app/dist ./dist"]
        let result = String(decoding: try Composer(view: file, plan: plan, base: "x").compose().text(), as: UTF8.self)
        #expect(
            result.contains(
                "WORKDIR /app\nCOPY package.json ./\nRUN npm ci\nCOPY . .\nRUN npm run build\n\nFROM x\n"))
    }

    @Test func givesTheAccountWhatItWrites() throws {
        let file = try view("FROM node:20\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD [\"node\", \"a\"]\n")
        var plan = plan()
        plan.copies = ["COPY data/ ./data/", "COPY views/ ./views/"]
        plan.written = ["/app/data"]
        let result = String(decoding: try Composer(view: file, plan: plan, base: "x").compose().text(), as: UTF8.self)
        #expect(result.contains("COPY --chown=10001:10001 data/ ./data/\nCOPY views/ ./views/\n"))
    }
}

/// Dockerfiles as people wrote them.
struct RealWorldTests {
    private static func files() -> [(name: String, text: String)] {
        SharedCorpus.files(in: "slim/realworld", ending: ".Dockerfile")
    }

    @Test func withoutABuildNothingIsLostAndTheSecondTimeNothingChanges() async throws {
        let files = Self.files()
        guard !files.isEmpty else { return print("skipped: no corpus in \(SharedCorpus.root)") }
        let project = try SampleProject([:])
        func slim(_ text: String) async throws -> SlimReport? {
            let source = DockerfileBytes.source(text)
            guard (try? Dockerfile.parse(text, path: "Dockerfile").resolve()) != nil else { return nil }
            var options = SlimOptions(context: project.root, dockerfile: source)
            options.builds = false
            return try await SlimSession(options, bench: nil) { _ in }.run()
        }
        var count = 0
        for (name, text) in files {
            guard let report = try await slim(text) else { continue }
            count += 1
            #expect((try? Dockerfile.parse(report.dockerfile, path: name).resolve()) != nil, "\(name) does not parse")
            #expect(comments(report.dockerfile) == comments(text), "\(name) loses comments")
            let second = try #require(try await slim(report.dockerfile))
            #expect(second.dockerfile == report.dockerfile, "\(name) changes again")
            #expect(second.steps.isEmpty, "\(name) is changed again")
        }
        #expect(count > 100)
    }

    @Test func aNewStageKeepsEveryComment() throws {
        let files = Self.files()
        guard !files.isEmpty else { return print("skipped: no corpus in \(SharedCorpus.root)") }
        for (name, text) in files {
            guard let dockerfile = try? Dockerfile.parse(text, path: name), let parsed = try? dockerfile.resolve(),
                let view = StageView(dockerfile, parsed), case .single = view.shape
            else { continue }
            var plan = RuntimePlan(name: "any", bases: ["scratch"])
            plan.buildHead = ["RUN true"]
            plan.buildTail = ["RUN true"]
            plan.copies = ["COPY --from=\(Composer.buildName(view)) /app ./"]
            plan.user = RuntimeUser(ids: "1:1", setup: [], writable: [])
            let result = String(
                decoding: try Composer(view: view, plan: plan, base: "scratch").compose().text(), as: UTF8.self)
            let lean = try? Dockerfile.parse(result, path: name).resolve()
            #expect(lean != nil, "\(name) does not parse")
            #expect(comments(result).sorted() == comments(text).sorted(), "\(name) loses comments")
        }
    }

    /// What leads to an environment that is elsewhere now is of no use in the image.
    @Test func instructionsThatTheImageDoesWithoutAreLeftOut() throws {
        let file = try view(
            "FROM python:3.12\nWORKDIR /app\nCOPY . .\nRUN uv sync\nENV PATH=\"/app/.venv/bin:$PATH\"\nCMD [\"a\"]\n")
        var plan = RuntimePlan(name: "sample", bases: ["python:3.12-slim"])
        plan.copies = ["COPY --from=build /opt/venv /opt/venv"]
        plan.cuts = [4]
        let text = String(
            decoding: try Composer(view: file, plan: plan, base: "python:3.12-slim").compose().text(), as: UTF8.self)
        #expect(
            text.hasSuffix(
                "RUN uv sync\n\nFROM python:3.12-slim\nWORKDIR /app\nCOPY --from=build /opt/venv /opt/venv\nCMD [\"a\"]\n"
            ))
    }

    /// An argument of a label would have what stands behind it made again with every build.
    @Test func argumentsOfLabelsStandInFrontOfThem() throws {
        let file = try view(
            "FROM node:20\nARG REVISION=unknown\nARG MODE=a\nLABEL revision=$REVISION\nENV MODE=$MODE\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD [\"a\"]\n"
        )
        var plan = RuntimePlan(name: "sample", bases: ["node:20-slim"])
        plan.copies = ["COPY a.js ./"]
        let text = String(
            decoding: try Composer(view: file, plan: plan, base: "node:20-slim").compose().text(), as: UTF8.self)
        #expect(
            text.hasSuffix(
                "\nFROM node:20-slim\nARG MODE=a\nENV MODE=$MODE\nWORKDIR /app\nCOPY a.js ./\nARG REVISION=unknown\nLABEL revision=$REVISION\nCMD [\"a\"]\n"
            ))
    }

    @Test(arguments: [
        ("ENV NODE_ENV=production\nRUN npm ci", false), ("RUN npm ci --omit=dev", false), ("RUN npm ci", true),
        ("ENV NODE_ENV=production\nRUN npm ci --include=dev", true), ("RUN npm ci\nENV NODE_ENV=production", true),
    ])
    func developmentIsRemovedWhereItWasInstalled(_ steps: String, _ expected: Bool) throws {
        let project = try SampleProject(["package-lock.json": "{}"])
        let file = try view("FROM node:20\n\(steps)\n")
        let situation = Situation(view: file, project: project.tree, evidence: nil)
        #expect((NodePackageManager(situation).prune(situation) != nil) == expected)
    }
}
