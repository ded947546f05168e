import Glibc
import OCI
import Store
import Testing

@testable import Builder

@Suite("The record of a build", .timeLimit(.minutes(2)))
struct RecordTests {
    private static let needsMounts: Comment = "needs root in a mount namespace of its own (unshare -m)"

    private func attribution(_ fixture: BuildFixture, _ outcome: BuildOutcome, _ image: Int = 0) throws
        -> ImageAttribution
    {
        let image = outcome.images[image]
        let subjects = BuildRecord.subjects(
            manifest: image.manifestDescriptor.digest, image.manifest, image.config)
        return ImageAttribution(config: image.config, record: try fixture.store.buildRecord(of: subjects))
    }

    @Test("every layer has its lines, also when nothing ran")
    func lines() async throws {
        let fixture = try BuildFixture()
        let text = """
            # a comment
            FROM scratch AS app
            ENV A=1

            RUN write a 1; \\
                write b 2
            LABEL x=y
            RUN write c $A
            """
        let first = try await fixture.build(text)
        let made = try attribution(fixture, first.outcome)
        #expect(made.layers.map(\.lines) == [5...6, 8...8])
        #expect(made.layers.map(\.instruction) == ["RUN write a 1;     write b 2", "RUN write c $A"])
        #expect(made.layers.map(\.stage) == ["app", "app"])
        #expect(made.layers.allSatisfy { $0.isBase == false && $0.file == "Dockerfile" })
        let second = try await fixture.build(text)
        #expect(second.ran == [])
        #expect(try attribution(fixture, second.outcome).record == made.record)
    }

    @Test("of two files with the same layers, the image tells which it was")
    func equalLayers() async throws {
        let fixture = try BuildFixture()
        let one = try await fixture.build("FROM scratch\nRUN write a 1\n")
        let two = try await fixture.build("FROM scratch\nLABEL a=b\nRUN write a 1\n")
        #expect(try attribution(fixture, one.outcome).layers.map(\.lines) == [2...2])
        #expect(try attribution(fixture, two.outcome).layers.map(\.lines) == [3...3])
        // A comment changes no digest: what was built last counts.
        let three = try await fixture.build("# x\nFROM scratch\nRUN write a 1\n")
        #expect(three.outcome.descriptor == one.outcome.descriptor)
        #expect(try attribution(fixture, one.outcome).layers.map(\.lines) == [3...3])
    }

    @Test("every output leaves a record, for each platform its own")
    func outputs() async throws {
        let fixture = try BuildFixture()
        try fixture.files.directory("out")
        let archive = try await fixture.build("FROM scratch\nADD a /\n".replacing("ADD a /", with: "RUN write a 1")) {
            $0.exports = [ExportTarget(kind: .oci(destination: fixture.files.base + "/out/a.tar", asDirectory: false))]
        }
        #expect(try attribution(fixture, archive.outcome).record != nil)
        let both = try await fixture.build("FROM scratch\nARG TARGETARCH\nCOPY <<E /e\n$TARGETARCH\nE\n") {
            $0.platforms = [Platform(os: "linux", architecture: "amd64"), Platform(os: "linux", architecture: "arm64")]
        }
        for (index, platform) in ["linux/amd64", "linux/arm64"].enumerated() {
            let made = try attribution(fixture, both.outcome, index)
            #expect(made.record?.platform == platform)
            #expect(made.layers.map(\.lines) == [3...5])
        }
    }

    @Test("a copied file leads to the step that made it", .enabled(if: BuildFixture.canMount, needsMounts))
    func trail() async throws {
        let fixture = try BuildFixture()
        try fixture.files.write("context/own", "1")
        let text = """
            FROM scratch AS tools
            RUN write tool 1
            FROM scratch AS build
            RUN write a 1
            RUN write b 1; write changed 1
            RUN write changed 2
            COPY own /own
            COPY --from=tools /tool /bin/t
            FROM scratch
            WORKDIR /srv
            COPY --from=build / /app
            COPY --link --from=build /a /b /link/
            """
        for _ in 0..<2 {
            let outcome = try await fixture.build(text).outcome
            let made = try attribution(fixture, outcome)
            func lines(_ path: String, _ layer: Int) -> [Int?] {
                made.trail(of: path, inLayer: layer).map(\.lines?.lowerBound)
            }
            #expect(lines("/app/a", 1) == [11, 4])
            #expect(lines("/app/b", 1) == [11, 5])
            #expect(lines("app/changed", 1) == [11, 6])
            #expect(lines("/app/own", 1) == [11, 7])
            #expect(lines("/app/bin/t", 1) == [11, 8, 2])
            #expect(lines("/link/b", 2) == [12, 5])
            #expect(lines("/srv", 0) == [10])
            #expect(made.trail(of: "/app/bin/t", inLayer: 1).map(\.stage) == ["stage-2", "build", "tools"])
            #expect(made.trail(of: "/app/bin/t", inLayer: 1).map(\.path) == ["/app/bin/t", "/bin/t", "/tool"])
        }
    }

    @Test(
        "a result found by its content leads to the step that made it now",
        .enabled(if: BuildFixture.canMount, needsMounts))
    func trailOfFoundContent() async throws {
        let fixture = try BuildFixture()
        try await fixture.build("FROM scratch AS b\nRUN write a 1\nFROM scratch\nCOPY --from=b /a /a\n")
        let again = try await fixture.build(
            "FROM scratch AS b\nRUN write z 1\nRUN write a 1\nFROM scratch\nCOPY --from=b /a /a\n")
        #expect(again.events.steps { $0 == .cached } == ["[stage-1 1/1] COPY --from=b /a /a"])
        let made = try attribution(fixture, again.outcome)
        #expect(made.trail(of: "/a", inLayer: 0).map(\.lines?.lowerBound) == [5, 3])
    }

    @Test("a trail through an image leads to its layer", .enabled(if: BuildFixture.canMount, needsMounts))
    func trailIntoBase() async throws {
        let fixture = try BuildFixture()
        let base = try Reference(parsing: "base:1").withDefaultTag
        try await fixture.build("FROM scratch\nRUN write a 1\nRUN write b 1\n") {
            $0.tags = [base]
        }
        let outcome = try await fixture.build(
            "FROM base:1 AS b\nRUN write c 1\nFROM scratch\nCOPY --from=b / /\nCOPY --from=base:1 /a /x\n"
        ).outcome
        let made = try attribution(fixture, outcome)
        let trail = made.trail(of: "/b", inLayer: 0)
        #expect(trail.map(\.kind) == [.copy, .base])
        #expect(trail.last?.lines == 1...1)
        #expect(trail.last?.base == "RUN /bin/sh -c write b 1 # buildkit")
        #expect(made.trail(of: "/c", inLayer: 0).map(\.kind) == [.copy, .run])
        let image = made.trail(of: "/x", inLayer: 1)
        #expect(image.last?.instruction == "FROM docker.io/library/base:1")
        #expect(image.last?.lines == nil)
        let based = try await fixture.build("FROM base:1\nRUN write c 1\n").outcome
        let layers = try attribution(fixture, based).layers
        #expect(layers.map(\.isBase) == [true, true, false])
        #expect(layers.map(\.instruction) == ["FROM base:1", "FROM base:1", "RUN write c 1"])
        #expect(layers[0].createdBy == "RUN /bin/sh -c write a 1 # buildkit")
        #expect(layers[0].baseName == "docker.io/library/base:1")
    }

    @Test(
        "a stage may start from one that a named context stands for", .enabled(if: BuildFixture.canMount, needsMounts))
    func contextStage() async throws {
        let fixture = try BuildFixture()
        try fixture.files.write("named/f", "1")
        let outcome = try await fixture.build(
            "FROM files AS a\nFROM a AS b\nRUN write g 1\nFROM scratch\nCOPY --from=a /f /x\nCOPY --from=b / /y\n"
        ) {
            $0.namedContexts["files"] = .directory(
                ContextDirectory(path: fixture.files.base + "/named", ignorePatterns: []))
        }.outcome
        let made = try attribution(fixture, outcome)
        #expect(made.trail(of: "/x", inLayer: 0).map(\.kind) == [.copy, .base])
        #expect(made.trail(of: "/x", inLayer: 0).last?.base == "files")
        #expect(made.trail(of: "/y/f", inLayer: 1).map(\.lines?.lowerBound) == [6, 1])
        #expect(made.trail(of: "/y/g", inLayer: 1).map(\.lines?.lowerBound) == [6, 3])
    }

    @Test("an incomplete record keeps what an earlier one knew", .enabled(if: BuildFixture.canMount, needsMounts))
    func completed() async throws {
        let fixture = try BuildFixture()
        let text =
            "FROM scratch AS a\nRUN write a 1\nFROM scratch AS b\nCOPY --from=a /a /b\nFROM scratch\nCOPY --from=b /b /c\n"
        let first = try await fixture.build(text)
        let record = try #require(try attribution(fixture, first.outcome).record)
        #expect(record.isComplete)
        var poor = record
        poor.stages[1].steps[0].copied = nil
        #expect(!poor.isComplete)
        #expect(poor.completed(by: record) == record)
        var other = record
        other.dockerfile.digest = .sha256(of: [1])
        #expect(poor.completed(by: other) == poor)
    }

    @Test(
        "the Dockerfile is named so that others find it",
        arguments: [
            ("./a/Dockerfile", nil, "a/Dockerfile"), ("a//Dockerfile", nil, "a/Dockerfile"),
            ("../x/Dockerfile", nil, "../x/Dockerfile"), ("/ctx/sub/Dockerfile", "/ctx", "sub/Dockerfile"),
            ("/ctx/sub/Dockerfile", "/ctx/", "sub/Dockerfile"), ("/ctxx/Dockerfile", "/ctx", "/ctxx/Dockerfile"),
            ("https://example.com/a//Dockerfile", nil, "https://example.com/a//Dockerfile"),
        ])
    func path(given: String, context: String?, recorded: String) {
        #expect(RecordedPath.of(given, context: context) == recorded)
    }
}
