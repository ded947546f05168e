import BuildGraph
import OCI
import Testing

/// What `--call` tells of a Dockerfile.
struct OutlineTests {
    private let text = """
        # VERSION is what is built
        ARG VERSION=1.2
        ARG TAG=v$VERSION
        ARG UNUSED=3
        # base has the tools
        FROM alpine:${TAG} AS base
        ARG VERSION
        # a remark
        # MODE says how
        ARG MODE=release OTHER
        RUN --mount=type=secret,target=/x/token,required=true --mount=type=ssh echo $MODE
        FROM base AS Other
        ENV PREFIX=/usr
        ARG PLACE=$PREFIX/lib
        FROM scratch AS apart
        ARG APART
        FROM scratch
        COPY --from=base / /
        """

    private func outline(_ target: String? = nil, _ arguments: [String: String] = [:]) throws -> Outline {
        var options = PlanOptions(buildPlatform: amd64)
        options.target = target
        options.buildArguments = arguments
        return try Outline(try parsed(text), options: options)
    }

    @Test func targetsAreListedAsWritten() throws {
        let targets = TargetList(try parsed(text)).targets
        #expect(targets.map(\.name) == ["base", "other", "apart", nil])
        #expect(targets.map(\.isDefault) == [false, false, false, true])
        #expect(targets.map(\.base) == ["alpine:${TAG}", "base", "scratch", "scratch"])
        #expect(targets.map(\.description) == ["has the tools", nil, nil, nil])
        let json = try CanonicalJSON.encode(targets[3])
        #expect(
            String(decoding: json, as: UTF8.self)
                == #"{"base":"scratch","default":true,"location":{"ranges":[{"end":{"line":17},"start":{"line":17}}]}}"#
        )
    }

    @Test func argumentsOfWhatTheTargetReaches() throws {
        let outline = try outline()
        #expect(outline.name == nil)
        #expect(outline.args.map(\.name) == ["VERSION", "TAG", "MODE", "OTHER"])
        #expect(outline.args.map(\.value) == ["1.2", "v1.2", "release", nil])
        #expect(outline.args.map(\.description) == ["is what is built", nil, "says how", nil])
        #expect(outline.secrets.map(\.name) == ["token"])
        #expect(outline.secrets.map(\.required) == [true])
        #expect(outline.ssh.map(\.name) == ["default"])
        #expect(outline.ssh.map(\.required) == [nil])
    }

    @Test func targetIsChosenByName() throws {
        let other = try outline("OTHER", ["MODE": "debug"])
        #expect(other.name == "other")
        #expect(other.args.map(\.name) == ["VERSION", "TAG", "MODE", "OTHER", "PLACE"])
        #expect(other.args.map(\.value) == ["1.2", "v1.2", "debug", nil, "/usr/lib"])
        let apart = try outline("apart")
        #expect(apart.args.map(\.name) == ["APART"])
        #expect(apart.secrets.isEmpty)
        #expect(throws: PlanError.self) { try outline("nowhere") }
    }

    @Test func stagesThatReadEachOtherEnd() throws {
        let cycle = try parsed("FROM scratch AS a\nCOPY --from=b / /\nFROM scratch AS b\nARG B=1\nCOPY --from=a / /\n")
        let outline = try Outline(cycle, options: PlanOptions(buildPlatform: amd64))
        #expect(outline.args.map(\.name) == ["B"])
    }
}
