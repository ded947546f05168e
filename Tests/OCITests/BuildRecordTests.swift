import OCI
import Testing

/// Records and what they say about layers and files.
struct BuildRecordTests {
    private static func digest(_ text: String) -> Digest { .sha256(of: Array(text.utf8)) }

    private static func source(_ line: Int, _ text: String) -> BuildRecord.Source {
        BuildRecord.Source(lines: line...(line + 1), instruction: text)
    }

    /// Stage 0 is made from an image by a RUN and a COPY from an earlier tools stage; stage 2 copies from it.
    private static func sample() -> BuildRecord {
        var tools = BuildRecord.Stage(
            name: "tools", number: 0, from: source(1, "FROM scratch AS tools"), base: .scratch,
            steps: [BuildRecord.Step(kind: .run, source: source(3, "RUN make tools"), expanded: "RUN make tools")])
        tools.steps.append(
            BuildRecord.Step(kind: .add, source: source(5, "ADD x /x"), expanded: "ADD x /x # buildkit"))
        var take = BuildRecord.Step(
            kind: .copy, source: source(9, "COPY --from=tools /t /opt/t"), expanded: "COPY /t /opt/t")
        take.copiesFrom = 0
        take.copied = [
            BuildRecord.Copied(path: "/t", destination: "/opt/t", origins: [BuildRecord.Origin(path: "/t", layer: 0)])
        ]
        let build = BuildRecord.Stage(
            name: "build", number: 1, from: source(7, "FROM base AS build"),
            base: .image(
                reference: "docker.io/library/base:1", digest: digest("base"),
                layers: [BuildRecord.BaseLayer(diffID: digest("b0"), createdBy: "ADD rootfs")]),
            steps: [
                BuildRecord.Step(kind: .run, source: source(8, "RUN pip"), expanded: "RUN /bin/sh -c pip # buildkit"),
                take,
            ])
        var copy = BuildRecord.Step(
            kind: .copy, source: source(20, "COPY --from=build /opt /app"), expanded: "COPY /opt /app # buildkit")
        copy.copiesFrom = 1
        copy.copied = [
            BuildRecord.Copied(
                path: "/opt", destination: "/app",
                origins: [
                    BuildRecord.Origin(path: "/opt", layer: 1), BuildRecord.Origin(path: "/opt/t", layer: 2),
                    BuildRecord.Origin(path: "/opt/os", layer: 0),
                ])
        ]
        let final = BuildRecord.Stage(
            name: nil, number: 2, from: source(19, "FROM scratch"), base: .scratch, steps: [copy])
        return BuildRecord(
            dockerfile: .init(path: "docker/Dockerfile", digest: digest("file")), platform: "linux/amd64",
            stages: [tools, build, final], target: 2,
            layers: [BuildRecord.Layer(diffID: digest("l0"), place: .step(stage: 2, step: 0))])
    }

    private static func config(_ record: BuildRecord) -> ImageConfig {
        var config = ImageConfig(platform: .host)
        config.diffIDs = record.layers.map(\.diffID)
        config.history = [History(createdBy: "COPY /opt /app # buildkit")]
        return config
    }

    @Test func layerHasItsLine() throws {
        let record = Self.sample()
        let layer = try #require(ImageAttribution(config: Self.config(record), record: record).layer(Self.digest("l0")))
        #expect(layer.instruction == "COPY --from=build /opt /app")
        #expect(layer.file == "docker/Dockerfile")
        #expect(layer.lines == 20...21)
        #expect(layer.stage == "stage-2")
        #expect(layer.isBase == false)
    }

    @Test(arguments: [
        ("app/venv/lib/a.py", ["COPY --from=build /opt /app", "RUN pip"], "/opt/venv/lib/a.py"),
        ("/app", ["COPY --from=build /opt /app", "RUN pip"], "/opt"),
        ("/app/t/bin", ["COPY --from=build /opt /app", "COPY --from=tools /t /opt/t", "RUN make tools"], "/t/bin"),
        // A name that only begins like a recorded one is another.
        ("/app/tools", ["COPY --from=build /opt /app", "RUN pip"], "/opt/tools"),
        ("/app/os/x", ["COPY --from=build /opt /app", "FROM base AS build"], "/opt/os/x"),
        ("/other", ["COPY --from=build /opt /app"], "/other"),
    ])
    func trailLeadsToTheMaker(path: String, instructions: [String], end: String) {
        let record = Self.sample()
        let trail = ImageAttribution(config: Self.config(record), record: record).trail(of: path, inLayer: 0)
        #expect(trail.map(\.instruction) == instructions)
        #expect(trail.last?.path == end)
    }

    @Test func trailNamesTheBaseLayer() {
        let record = Self.sample()
        let last = record.trail(of: "/app/os", at: .step(stage: 2, step: 0)).last
        #expect(last?.kind == .base)
        #expect(last?.base == "ADD rootfs")
        #expect(last?.lines == 7...8)
    }

    @Test func rereadRecordIsTheSame() throws {
        let record = Self.sample()
        let bytes = try record.bytes()
        #expect(try BuildRecord(reading: bytes) == record)
        #expect(try BuildRecord(reading: bytes).bytes() == bytes)
    }

    @Test func recordOfOtherLayersIsNotUsed() {
        var config = Self.config(Self.sample())
        config.diffIDs = [Self.digest("else")]
        let attribution = ImageAttribution(config: config, record: Self.sample())
        #expect(attribution.record == nil)
        #expect(attribution.layers[0].instruction == "COPY /opt /app")
        #expect(attribution.trail(of: "/app/x", inLayer: 0).isEmpty)
    }

    @Test func recordsThatPointAstrayAreRefused() throws {
        var cyclic = Self.sample()
        cyclic.stages[0].base = .stage(2)
        var forward = Self.sample()
        forward.stages[0].steps[0].copiesFrom = 1
        var target = Self.sample()
        target.target = 9
        var lines = Self.sample()
        lines.stages[0].steps[0].source.endLine = -4
        var version = Self.sample()
        version.formatVersion = 99
        var layer = Self.sample()
        layer.layers[0].place = .step(stage: 7, step: 0)
        for record in [cyclic, forward, target, lines, version, layer] {
            let bytes = try record.bytes()
            #expect(throws: OCIError.self) { try BuildRecord(reading: bytes) }
        }
    }

    @Test func originsBeyondTheStackEndTheTrail() {
        var record = Self.sample()
        record.stages[2].steps[0].copied?[0].origins = [BuildRecord.Origin(path: "/opt", layer: 1_000)]
        #expect(record.trail(of: "/app/x", at: .step(stage: 2, step: 0)).count == 1)
    }

    // MARK: History

    @Test(arguments: [
        ("RUN /bin/sh -c apt-get update # buildkit", "RUN apt-get update"),
        ("RUN |2 A=1 B=x y /bin/sh -c make all # buildkit", "RUN make all"),
        ("COPY --chown=1 a /b # buildkit", "COPY --chown=1 a /b"),
        ("/bin/sh -c #(nop)  CMD [\"bash\"]", "CMD [\"bash\"]"),
        ("/bin/sh -c #(nop) ADD file:0123 in / ", "ADD file:0123 in /"),
        ("|1 V=2 /bin/sh -c echo $V", "RUN echo $V"),
        ("/bin/sh -c apt-get install curl", "RUN apt-get install curl"),
        ("RUN /bin/bash -o pipefail -c true # buildkit", "RUN /bin/bash -o pipefail -c true"),
        ("# debian.sh --arch 'amd64' out/ 'bookworm'", "# debian.sh --arch 'amd64' out/ 'bookworm'"),
        ("", ""),
    ])
    func historyIsReadable(createdBy: String, instruction: String) {
        #expect(InstructionText.readable(createdBy) == instruction)
    }

    @Test func emptyLayersHaveNoDiffID() {
        var config = ImageConfig(platform: .host)
        config.diffIDs = [Self.digest("0"), Self.digest("1")]
        config.history = [
            History(createdBy: "/bin/sh -c #(nop) ADD file:1 in / "),
            History(createdBy: "/bin/sh -c #(nop)  CMD [\"sh\"]", emptyLayer: true),
            History(createdBy: "RUN /bin/sh -c true # buildkit"),
        ]
        let attribution = ImageAttribution(config: config)
        #expect(attribution.layers.map(\.instruction) == ["ADD file:1 in /", "RUN true"])
        #expect(attribution.warnings.isEmpty)
        #expect(attribution.layers[0].isBase == nil)
    }

    @Test func historyOfAnotherLengthIsTold() {
        var config = ImageConfig(platform: .host)
        config.diffIDs = [Self.digest("0"), Self.digest("1")]
        config.history = [History(createdBy: "RUN /bin/sh -c true # buildkit")]
        let short = ImageAttribution(config: config)
        #expect(short.layers.map(\.instruction) == [nil, "RUN true"])
        #expect(short.warnings == ["the image has 2 layers, but its history is about 1"])
        config.history = Array(repeating: History(createdBy: "RUN true"), count: 3)
        let long = ImageAttribution(config: config)
        #expect(long.layers.map(\.instruction) == [nil, nil])
        #expect(long.warnings.count == 1)
    }
}
