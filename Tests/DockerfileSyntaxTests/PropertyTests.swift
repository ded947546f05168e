import Testing

@testable import DockerfileSyntax

/// A small generator with a fixed seed, so that a failure can be repeated.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

/// Things that must hold for any text, whether or not it is a Dockerfile.
@Suite struct PropertyTests {
    private static let fragments: [String] = [
        "FROM a", "FROM ", "RUN ", "COPY ", "ADD ", "ENV ", "LABEL ", "ARG ", "CMD ", "ONBUILD ", "HEALTHCHECK ",
        "SHELL ", "VOLUME ", "EXPOSE ", "USER ", "NOPE ", "\n", "\r\n", "\\\n", "`\n", "\\", "`", " ", "\t", "#",
        "# x\n",
        "# escape=`\n", "# syntax=y\n", "\"", "'", "[", "]", "[\"a\", \"b\"]", ",", "=", "a=b", "--from=x",
        "--mount=type=",
        "--", "-", "<<EOF", "<<-'X Y'", "EOF\n", "\nEOF\n", "X Y\n", "3<<", "$", "${", "}", "${a:-", "${a//", "/", "é",
        "\u{A0}", "\u{3000}", "😀", "\u{FEFF}", "\0", "{\"syntax\":\"q\"}", "CMD NONE", "--interval=1h",
    ]

    private func check(_ bytes: [UInt8]) {
        let source = SourceText(bytes, path: "f")
        let comment = Comment(rawValue: "\(bytes.count) bytes: \(source.text)")
        let dockerfile: Dockerfile
        do {
            dockerfile = try Dockerfile.parse(bytes, path: "f")
        } catch {
            expectInside(error.range, source, comment)
            #expect(!error.description.isEmpty, comment)
            return
        }
        checkPieces(dockerfile, comment)
        for node in dockerfile.nodes { check(node, source, comment) }
        for warning in dockerfile.warnings { expectInside(warning.range, source, comment) }
        do {
            _ = try dockerfile.resolve()
        } catch {
            expectInside(error.range, source, comment)
            #expect(!error.description.isEmpty, comment)
        }
    }

    private func expectInside(_ range: SourceRange?, _ source: SourceText, _ comment: Comment) {
        guard let range else { return }
        #expect(range.start >= 0 && range.start <= range.end && range.end <= source.bytes.count, comment)
    }

    /// Nodes and trivia together are the text.
    private func checkPieces(_ dockerfile: Dockerfile, _ comment: Comment) {
        var joined: [UInt8] = []
        for piece in dockerfile.pieces {
            switch piece {
            case .node(let index): joined += dockerfile.source.bytes[dockerfile.nodes[index].range.indices]
            case .trivia(let range): joined += dockerfile.source.bytes[range.indices]
            }
        }
        #expect(joined == dockerfile.source.bytes, comment)
    }

    private func check(_ node: SyntaxNode, _ source: SourceText, _ comment: Comment) {
        #expect(source.lineNumber(of: node.range.start) == node.lines.lowerBound, comment)
        #expect(source.lineNumber(of: node.range.end) == node.lines.upperBound, comment)
        checkWords(node, within: node.range, source, comment)
        for heredoc in node.heredocs {
            #expect(node.range.contains(heredoc.openerRange) && node.range.contains(heredoc.contentRange), comment)
            #expect(node.range.contains(heredoc.terminatorRange), comment)
            #expect(source.text(in: heredoc.contentRange) == heredoc.content, comment)
        }
    }

    private func checkWords(
        _ node: SyntaxNode, within range: SourceRange, _ source: SourceText, _ comment: Comment
    ) {
        #expect(range.contains(node.keyword.range), comment)
        for word in node.words { #expect(range.contains(word.range), comment) }
        for flag in node.flags {
            #expect(range.contains(flag.range) && flag.range.contains(flag.nameRange), comment)
            if let value = flag.valueRange { #expect(flag.range.contains(value), comment) }
            #expect(source.text(in: flag.range).hasPrefix("-"), comment)
        }
        // A word that is written in one piece is found at its range.
        if !node.isJSON {
            for word in node.words
            where source.position(of: word.range.start).line == source.lineNumber(of: word.range.end) {
                if !word.text.isEmpty { #expect(source.text(in: word.range) == word.text, comment) }
            }
        }
        if let trigger = node.trigger { checkWords(trigger, within: range, source, comment) }
    }

    @Test func randomBytes() {
        var generator = SplitMix64(seed: 1)
        for _ in 0..<1000 {
            let count = Int.random(in: 0...60, using: &generator)
            check((0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) })
        }
    }

    @Test(arguments: 1...8) func fragmentsInAnyOrder(_ seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        for _ in 0..<250 {
            var text = Bool.random(using: &generator) ? "FROM x\n" : ""
            for _ in 0..<Int.random(in: 1...14, using: &generator) {
                text += PropertyTests.fragments.randomElement(using: &generator) ?? ""
            }
            check(Array(text.utf8))
        }
    }

    @Test func mutations() {
        var generator = SplitMix64(seed: 3)
        let original = Array(sampleDockerfile.utf8)
        check(original)
        for _ in 0..<500 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let index = Int.random(in: bytes.indices, using: &generator)
                let fragment = PropertyTests.fragments.randomElement(using: &generator) ?? ""
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.remove(at: index)
                default:
                    bytes.insert(contentsOf: fragment.utf8, at: index)
                }
            }
            check(bytes)
        }
    }

    /// Every prefix of a file is an unfinished file.
    @Test func prefixes() {
        let original = Array(sampleDockerfile.utf8)
        for end in original.indices { check(Array(original[..<end])) }
    }

    @Test func expansionNeverFails() {
        var generator = SplitMix64(seed: 4)
        let parts = [
            "$", "{", "}", "a", "b", ":", "-", "+", "?", "#", "%", "/", "\\", "'", "\"", " ", "*", "é", "<", "${a:-",
            "${b//", "\n",
        ]
        for _ in 0..<5000 {
            var word = ""
            for _ in 0..<Int.random(in: 0...12, using: &generator) {
                word += parts.randomElement(using: &generator) ?? ""
            }
            let expander = WordExpander(
                escape: Bool.random(using: &generator) ? "\\" : "`", rawQuotes: Bool.random(using: &generator),
                rawEscapes: Bool.random(using: &generator), ignoresQuotes: Bool.random(using: &generator),
                skipUnset: Bool.random(using: &generator))
            let environment = ["a": "x*y\nab/b", "é": ""]
            do {
                _ = try expander.expand(word, environment)
                let count = word.utf8.count
                for part in try expander.split(word, environment).words {
                    #expect(part.range.lowerBound >= 0 && part.range.upperBound <= count && !part.text.isEmpty)
                }
            } catch {
                #expect(error.offset >= 0 && error.offset <= word.utf8.count)
            }
        }
    }
}

/// A file that uses most of the syntax.
let sampleDockerfile = """
    # syntax=docker/dockerfile:1
    # check=skip=all
    ARG BASE=alpine VERSION="3.20"

    # base The base stage
    FROM --platform=$BUILDPLATFORM ${BASE}:${VERSION} AS base
    LABEL a=b "c d"='e f' g=h\\ i
    ENV OLD some value
    RUN --mount=type=cache,target=/var/cache,sharing=locked \\
        --mount=type=bind,from=other,"source=/a,b",target=/x --network=none \\
        # a comment inside
        apk add \\

        curl && rm -rf /tmp/*
    COPY --from=base --chown=1:2 --link --exclude=*.o a b "c d" /dst/
    COPY ["x y", "/z/"]
    COPY <<one <<-"two" /files/
    content of $one
    one
    \tcontent of two
    \ttwo
    RUN <<EOF
    echo hello
    EOF
    HEALTHCHECK --interval=5m --retries=3 CMD ["curl", "-f", "http://localhost/"]
    ONBUILD RUN --mount=type=secret,id=x echo é 😀
    EXPOSE 80/tcp 443
    VOLUME /a /b
    SHELL ["/bin/sh", "-c"]
    STOPSIGNAL SIGTERM
    WORKDIR /app
    USER app
    CMD ["run"]

    """
