import Testing

@testable import DockerfileSyntax

/// How text is split, as s-expressions.
@Suite struct SyntaxTests {
    @Test(arguments: [
        ("FROM a", #"(from "a")"#),
        ("\u{FEFF}FROM a", #"(from "a")"#),
        ("  \tFROM\ta  AS\tb  ", #"(from "a" "AS" "b")"#),
        ("FROM a\r\nRUN b \\\r\n c\r\n", "(from \"a\")\n(run \"b  c\")"),
        ("FR\\\nOM a", #"(from "a")"#),
        ("RUN a \\  \n# x\n\n \t b", "(run \"a  \\t b\")"),
        ("RUN a \\\\\nRUN b", "(run \"a \\\\\\\\\")\n(run \"b\")"),
        ("RUN a \\", #"(run "a")"#),
        ("# escape=`\nRUN a \\\nRUN b `\n c", "(run \"a \\\\\")\n(run \"b  c\")"),
        ("# x\n# escape=`\nRUN a \\\n b", #"(run "a  b")"#),
        ("RUN [\"a\", \"\\u00e9\\n\\ud83d\\ude00\\ud800\"]", #"(run "a" "é\n😀�")"#),
        ("RUN [\"a\", ]", #"(run "[\"a\", ]")"#),
        ("RUN ['a']", #"(run "['a']")"#),
        ("RUN [\"a\", 1e999]", #"(run "[\"a\", 1e999]")"#),
        ("RUN [\"a\"] x", #"(run "[\"a\"] x")"#),
        ("RUN []", #"(run)"#),
        ("COPY [ \"a b\" , \"c\" ]", #"(copy "a b" "c")"#),
        ("VOLUME a  b", #"(volume "a" "b")"#),
        ("ENV a b  c ", #"(env "a" "b  c" "")"#),
        (
            "ENV a=b c='d e' f=\"g \\\" h\" i=j\\ k",
            #"(env "a" "b" "=" "c" "'d e'" "=" "f" "\"g \\\" h\"" "=" "i" "j\\ k" "=")"#
        ),
        ("ENV a=b=c d=", #"(env "a" "b=c" "=" "d" "" "=")"#),
        ("LABEL \"a b\"=c", #"(label "\"a b\"" "c" "=")"#),
        ("ARG a b=c d=\"e f\" g\\", #"(arg "a" "b=c" "d=\"e f\"" "g")"#),
        ("COPY --from=a --chown=\"1 2\" --x='y'z -- --d e", #"(copy ["--from=a" "--chown=1 2" "--x=yz"] "--d" "e")"#),
        ("RUN --a=b\\ c --é=ü x --d", #"(run ["--a=b c" "--é=ü"] "x --d")"#),
        ("COPY --a\\=b --c\"=d\" e", #"(copy ["--a=b" "--c=d"] "e")"#),
        ("COPY --a=\u{3000}b\u{A0}c d", #"(copy ["--a=\u3000b\u00a0c"] "d")"#),
        ("RUN --", #"(run)"#),
        ("RUN -- --x", #"(run "--x")"#),
        ("HEALTHCHECK --interval=1s CMD [\"a\"]", #"(healthcheck ["--interval=1s"] "CMD" "a")"#),
        ("HEALTHCHECK CMD a b", #"(healthcheck "CMD" "a b")"#),
        ("ONBUILD  COPY --from=x a b ", #"(onbuild (copy ["--from=x"] "a" "b"))"#),
        ("ONBUILD ONBUILD RUN a", #"(onbuild (onbuild (run "a")))"#),
        ("EXPOSE 80 443/udp", #"(expose "80" "443/udp")"#),
        ("USER  a b ", #"(user "a b")"#),
        ("WHAT a b", #"(what "")"#),
        ("RUN \u{A0}a\u{3000}", #"(run "a")"#),
    ])
    func splits(_ text: String, _ dump: String) throws {
        #expect(try Dockerfile.parse(text, path: "f").dump == dump)
    }

    @Test func directives() throws {
        let text = "#!/bin/x\n# Syntax = a/b:1 more\t\n#check=skip=A,B;error=true\nFROM a\n"
        let directives = try Dockerfile.parse(text, path: "f").directives
        let syntax = try #require(directives.syntax)
        #expect(syntax.value == "a/b:1 more" && syntax.firstWord == "a/b:1" && syntax.name == "syntax")
        let source = SourceText(text, path: "f")
        #expect(source.text(in: syntax.valueRange) == "a/b:1 more")
        #expect(source.text(in: syntax.nameRange) == "Syntax")
        #expect(directives.check?.value == "skip=A,B;error=true")
        #expect(directives.escape == nil)
    }

    @Test(
        arguments: [
            ("# syntax=a\nFROM b", "a"), ("// syntax=a\nx", "a"), ("{\"x\": [{}], \"syntax\": \"a\"}", "a"),
            ("#!/x\n{\"syntax\": \"a\"}", "a"), (" # syntax=a\nFROM b", nil), ("\n# syntax=a\nFROM b", nil),
            ("{\"syntax\": 1}", nil), ("{\"syntax\": \"a\"} x", nil), ("# other=1\n# syntax=a\nFROM b", nil),
        ] as [(String, String?)])
    func syntaxDirective(_ text: String, _ value: String?) {
        #expect(Dockerfile.directives(of: SourceText(text, path: "f")).syntax?.value == value)
    }

    @Test func heredocs() throws {
        let text = "FROM x\nRUN 3<<-\"A B\" cat<<no <<C <<'' \"<<D\"\n\tx\n\t\tA B\n\tC\nC\nUSER <<E\nRUN [\"<<F\"]\n"
        let dockerfile = try Dockerfile.parse(text, path: "f")
        #expect(dockerfile.nodes.map(\.lines) == [1...1, 2...6, 7...7, 8...8])
        let heredocs = dockerfile.nodes[1].heredocs
        #expect(heredocs.map(\.name) == ["A B", "C"])
        #expect(heredocs.map(\.content) == ["\tx\n", "\tC\n"])
        #expect(heredocs.map(\.expands) == [false, true])
        #expect(heredocs.map(\.stripsTabs) == [true, false])
        #expect(heredocs.map(\.fileDescriptor) == [3, 0])
        #expect(heredocs.map { dockerfile.source.text(in: $0.openerRange) } == ["3<<-\"A B\"", "<<C"])
        #expect(heredocs.map { dockerfile.source.text(in: $0.terminatorRange) } == ["\t\tA B", "C"])
    }

    @Test func heredocOfLineWithUnbalancedQuotesIsNone() throws {
        #expect(try Dockerfile.parse("RUN echo it's <<E\n", path: "f").nodes[0].heredocs.isEmpty)
    }

    /// What stands in front of a substitution with an operator does not count.
    @Test func heredocWithSubstitution() throws {
        let nodes = try Dockerfile.parse("RUN <<a${x:-b}\nRUN <<a${x}\na${x}\n", path: "f").nodes
        #expect(nodes.map { $0.heredocs.map(\.name) } == [[], ["a${x}"]])
    }

    @Test func heredocDescriptorTooBig() throws {
        let node = try Dockerfile.parse("RUN 99999999999999999999<<E\nE\n", path: "f").nodes[0]
        #expect(node.heredocs.map(\.fileDescriptor) == [.max])
    }

    @Test func comments() throws {
        let text = "# escape=\\\n# a\n\n#b\nFROM x\n# c\n#\n#  d \n  # e\n\u{3000}# f\nRUN y\n"
        let dockerfile = try Dockerfile.parse(text, path: "f")
        #expect(dockerfile.nodes.map(\.precedingComments) == [["a", "b"], ["d", "# e", "# f"]])
        #expect(dockerfile.directives.escape?.value == "\\")
    }

    @Test func rangesOfFlagsAndWords() throws {
        let text = "FROM x\nCOPY --from=\"a b\" --link \\\n  src \\\n dst\n"
        let dockerfile = try Dockerfile.parse(text, path: "f")
        let node = dockerfile.nodes[1]
        let source = dockerfile.source
        #expect(source.text(in: node.keyword.range) == "COPY")
        #expect(node.flags.map { source.text(in: $0.range) } == ["--from=\"a b\"", "--link"])
        #expect(node.flags.map { source.text(in: $0.nameRange) } == ["--from", "--link"])
        #expect(node.flags.map { $0.valueRange.map(source.text(in:)) } == ["\"a b\"", nil])
        #expect(node.words.map { source.text(in: $0.range) } == ["src", "dst"])
        #expect(node.words.map { source.position(of: $0.range.start).line } == [3, 4])
        #expect(node.argumentsRange.map(source.text(in:)) == "src \\\n dst")
        #expect(source.text(in: node.range) == text.dropFirst(7).dropLast())
    }

    @Test func rangesOfPairs() throws {
        let dockerfile = try Dockerfile.parse("ENV a=\"b c\" \\\n d=e\nENV f  g\n", path: "f")
        let texts = dockerfile.nodes.map { $0.words.map { dockerfile.source.text(in: $0.range) } }
        #expect(texts == [["a", "\"b c\"", "=", "d", "e", "="], ["f", "g", "  "]])
    }
}
