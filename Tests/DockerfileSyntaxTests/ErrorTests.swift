import Testing

@testable import DockerfileSyntax

/// Every error with the place it points at, which is between `«` and `»` in the text.
@Suite struct ErrorTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var text: String
        var message: String
        var testDescription: String { message }
    }

    private static func bad(_ text: String, _ message: String) -> Case { Case(text: text, message: message) }

    /// Errors of the second instruction or later.
    private static func inStage(_ text: String, _ message: String) -> Case { bad("FROM a\n" + text, message) }

    static let cases: [Case] = [
        bad("«»", "file with no instructions"),
        bad("# x\n\n«»", "file with no instructions"),
        bad("# escape=\\\n# «escape»=`\nFROM a\n", "only one escape parser directive can be used"),
        bad("# syntax=a\n#«SYNTAX» = a\nFROM a\n", "only one syntax parser directive can be used"),
        bad("# escape=«x»\nFROM a\n", "invalid escape token 'x' does not match ` or \\"),
        bad("# escape=« »\nFROM a\n", "invalid escape token ' ' does not match ` or \\"),
        bad("FROM a\n«»# \(String(repeating: "x", count: 65_534))\n", "line is longer than 65535 bytes"),
        bad("«FORM» a\n", "unknown instruction: FORM (did you mean FROM?)"),
        bad("«form» a\n", "unknown instruction: form (did you mean from?)"),
        bad("«FRMO» a\n", "unknown instruction: FRMO (did you mean FROM?)"),
        inStage("«RNU» x\n", "unknown instruction: RNU (did you mean RUN?)"),
        inStage("  «nonsense» x\n", "unknown instruction: nonsense"),
        inStage("«»\\\n\n", "unknown instruction: "),
        bad("ARG x\n«RUN» y\n", "no build stage in current context"),
        bad("«FROM»\n", "FROM requires either one or three arguments"),
        bad("FROM «a b»\n", "FROM requires either one or three arguments"),
        bad("FROM «a IS b»\n", "FROM requires either one or three arguments"),
        bad(
            "FROM a AS «1b»\n",
            "invalid name for build stage: \"1b\", name can't start with a number or contain symbols"),
        bad("FROM «--plattform»=x a\n", "unknown flag: --plattform (did you mean platform?)"),
        bad("FROM --platform=x «--platform=y» a\n", "duplicate flag specified: --platform"),
        bad("FROM «--platform» a\n", "missing a value on flag: --platform"),

        inStage("«ENV»\n", "ENV requires at least one argument"),
        inStage("ENV «A»\n", "ENV must have two arguments"),
        inStage("LABEL «A»\n", "LABEL must have two arguments"),
        inStage(
            "ENV a=b \\\n  «c»\n", "Syntax error - can't find = in \"c\". Must be of the form: name=value"),
        inStage("ENV «=»b\n", "ENV names can not be blank"),
        inStage("ENV «--x» a=b\n", "unknown flag: --x"),
        inStage("«ARG»\n", "ARG requires at least one argument"),
        inStage("ARG a «=b»\n", "ARG names can not be blank"),

        inStage(
            "COPY «a»\n",
            "COPY requires at least two arguments, but only one was provided. Destination could not be determined"),
        inStage(
            "«ADD»\n",
            "ADD requires at least two arguments, but only one was provided. Destination could not be determined"),
        inStage("COPY a «<<b»\nb\n", "COPY cannot accept a heredoc as a destination"),
        inStage("COPY --link=«maybe» a b\n", "expecting boolean value for flag --link, not: maybe"),
        inStage("COPY «--link=» a b\n", "missing a value on flag: --link"),
        inStage("ADD \\\n  # why\n  «--keep-gitdir» a b\n", "unknown flag: --keep-gitdir (did you mean keep-git-dir?)"),
        inStage(
            "COPY [\"a\", «{\"b\": [1, null]}», 2]\n",
            "when using JSON array syntax, arrays must be comprised of strings only"),
        inStage("COPY a «<<x» <<y /\nb\n", "unterminated heredoc"),
        inStage("RUN a <<x «3<<-\"y z\"»\nx\ny\n", "unterminated heredoc"),
        inStage("ONBUILD COPY «<<x» /\n", "unterminated heredoc"),

        inStage("RUN «--mont»=type=bind x\n", "unknown flag: --mont (did you mean mount?)"),
        inStage("RUN --network=«web» x\n", "invalid network mode \"web\""),
        inStage("RUN --security=«\"off\"» x\n", "security \"off\" is not valid"),
        inStage("RUN --mount=«»\\\n x\n", "failed to parse csv mounts: EOF"),
        inStage("RUN --mount=«»\n", "failed to parse csv mounts: EOF"),
        inStage(
            "RUN --mount=«a\\\"b» x\n",
            "failed to parse csv mounts: parse error on line 1, column 2: bare \" in non-quoted-field"),
        inStage(
            "RUN --mount=«type=bind,from=$x» x\n",
            "'from' doesn't support variable expansion, define alias stage instead"),
        inStage("RUN --device=«a,b» x\n", "invalid field 'b' must be a key=value pair"),
        inStage("RUN --device=«a,name=b» x\n", "device name already set to a"),
        inStage("RUN --device=«a,required=x» x\n", "invalid value for required: x"),
        inStage(
            "RUN --device=«a,requird=1» x\n", "unexpected key 'requird' in 'requird=1' (did you mean required?)"),
        inStage("RUN --device=«» x\n", "failed to parse csv devices: EOF"),

        inStage("«HEALTHCHECK» --interval=1s\n", "HEALTHCHECK requires at least one argument"),
        inStage("HEALTHCHECK NONE «x y»\n", "HEALTHCHECK NONE takes no arguments"),
        inStage("HEALTHCHECK «cmd»\n", "Missing command after HEALTHCHECK CMD"),
        inStage("HEALTHCHECK «TCP» x\n", "Unknown type \"TCP\" in HEALTHCHECK (try CMD)"),
        inStage("HEALTHCHECK --interval=«5» CMD x\n", "time: missing unit in duration \"5\""),
        inStage("HEALTHCHECK --interval=«x» CMD x\n", "time: invalid duration \"x\""),
        inStage("HEALTHCHECK --timeout=«5d» CMD x\n", "time: unknown unit \"d\" in duration \"5d\""),
        inStage("HEALTHCHECK --timeout=«5us» CMD x\n", "Interval \"timeout\" cannot be less than 1ms"),
        inStage("HEALTHCHECK --start-period=«-5s» CMD x\n", "Interval \"start-period\" cannot be less than 1ms"),
        inStage("HEALTHCHECK --retries=«-1» CMD x\n", "--retries cannot be negative (-1)"),
        inStage("HEALTHCHECK --retries=«x» CMD x\n", "--retries: \"x\" is not a number"),
        inStage("HEALTHCHECK --retries=«2147483648» CMD x\n", "--retries: \"2147483648\" is out of range"),

        inStage("«ONBUILD»\n", "ONBUILD requires at least one argument"),
        inStage("ONBUILD «--x» RUN a\n", "unknown flag: --x"),
        inStage("ONBUILD «onbuild» RUN x\n", "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"),
        inStage("ONBUILD «from» x\n", "FROM isn't allowed as an ONBUILD trigger"),
        inStage("ONBUILD «MAINTAINER» x\n", "MAINTAINER isn't allowed as an ONBUILD trigger"),

        inStage("«WORKDIR»\n", "WORKDIR requires exactly one argument"),
        inStage("«USER»\n", "USER requires exactly one argument"),
        inStage("«STOPSIGNAL»\n", "STOPSIGNAL requires exactly one argument"),
        inStage("«MAINTAINER»\n", "MAINTAINER requires exactly one argument"),
        inStage("«EXPOSE»\n", "EXPOSE requires at least one argument"),
        inStage("«VOLUME»\n", "VOLUME requires at least one argument"),
        inStage("VOLUME [\"a\", «\" \"»]\n", "VOLUME specified can not be an empty string"),
        inStage("«SHELL» []\n", "SHELL requires at least one argument"),
        inStage("SHELL «sh -c»\n", "SHELL requires the arguments to be in JSON form"),
        inStage("USER é «--x»\n", ""),
    ]

    @Test(arguments: cases) func pointsAtItsCause(_ entry: Case) throws {
        let text = entry.text.filter { $0 != "«" && $0 != "»" }
        let error: DockerfileError
        do {
            _ = try Dockerfile.parse(text, path: "Dockerfile").resolve()
            #expect(entry.message.isEmpty, "accepted")
            return
        } catch let thrown {
            error = thrown
        }
        #expect(error.description == entry.message)
        let range = try #require(error.range)
        let bytes = Array(text.utf8)
        let marked =
            String(decoding: bytes[..<range.start], as: UTF8.self) + "«"
            + String(decoding: bytes[range.indices], as: UTF8.self) + "»"
            + String(decoding: bytes[range.end...], as: UTF8.self)
        #expect(marked == entry.text)
        #expect(error.diagnostic.message == entry.message)
        #expect(error.diagnostic.severity == .error)
    }

    @Test func bytesThatAreNotText() throws {
        // In a comment they do no harm.
        let comment = Array("# Andr".utf8) + [0xE9] + Array("\nFROM a\n".utf8)
        #expect(try Dockerfile.parse(comment, path: "f").nodes.count == 1)
        let instruction = Array("FROM a\nRUN caf".utf8) + [0xE9] + Array("\n".utf8)
        #expect(throws: DockerfileError.notUTF8(range: SourceRange(start: 14, end: 15))) {
            try Dockerfile.parse(instruction, path: "f")
        }
        let heredoc = Array("FROM a\nRUN <<E\n".utf8) + [0xFF] + Array("\nE\n".utf8)
        #expect(throws: DockerfileError.notUTF8(range: SourceRange(start: 15, end: 16))) {
            try Dockerfile.parse(heredoc, path: "f")
        }
    }

    @Test func emptyContinuationLineIsPointedAt() throws {
        let dockerfile = try Dockerfile.parse("FROM a\nRUN b \\\n\n  \n c\n", path: "f")
        let warning = try #require(dockerfile.warnings.first)
        #expect(dockerfile.warnings.count == 1)
        #expect(warning.severity == .warning && warning.rule == "NoEmptyContinuation")
        #expect(warning.message == "Empty continuation line found in: RUN b  c")
        #expect(warning.range.map { dockerfile.source.lineNumber(of: $0.start) } == 3)
    }
}
