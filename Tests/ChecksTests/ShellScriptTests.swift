import DockerfileSyntax
import Testing

@testable import Checks

/// What is found in shell scripts.
struct ShellScriptTests {
    /// Commands as `name: argument|argument`.
    private func commands(_ text: String) -> [String] {
        ShellScript(ScriptText(text)).commands.map { command in
            ([command.name + ":"] + [command.arguments.map(\.text).joined(separator: "|")]).joined(separator: " ")
        }
    }

    @Test(
        "commands are found wherever they stand",
        arguments: [
            ("a b c", ["a: b|c"]),
            ("a && b || c; d & e", ["a: ", "b: ", "c: ", "d: ", "e: "]),
            ("a | b |& c", ["a: ", "b: ", "c: "]),
            ("(a; b) && { c; }", ["a: ", "b: ", "c: "]),
            ("if a; then b; elif c; then d; else e; fi", ["a: ", "b: ", "c: ", "d: ", "e: "]),
            ("for i in 1 2; do a $i; done", ["a: ${i}"]),
            ("while a; do b; done; until c; do d; done", ["a: ", "b: ", "c: ", "d: "]),
            ("case $x in a|b) c;; *) d;; esac", ["c: ", "d: "]),
            ("f() { a; }; f", ["a: ", "f: "]),
            ("function f { a; }", ["a: "]),
            ("a $(b c) `d`", ["a: ${bc}|${VAR}", "b: c", "d: "]),
            ("a \"x $(b)\"", ["a: x ${b}", "b: "]),
            ("A=$(b) c", ["c: ", "b: "]),
            ("A=1", []),
            ("set -e; A=(x y) B=1 c", ["set: -e", "c: "]),
            ("! a", ["a: "]),
            ("time a b", ["time: ", "a: b"]),
            ("a <(b) > c 2>&1", ["a: ", "b: "]),
            ("[ -f a ] && b", ["b: "]),
            ("[[ $a == b && c < d ]] || e", ["e: "]),
            ("(( a > 1 )) && b", ["b: "]),
            ("((a); b)", ["a: ", "b: "]),
            ("echo $((1 + 2)) $(( x ))", ["echo: ${VAR}|${VAR}"]),
            ("command a b", ["a: a|b"]),
            ("exec -a x a b", ["a: -a|x|a|b"]),
            ("\"a\" 'b'", ["a: b"]),
            ("$a b", []),
            ("a # b", ["a: "]),
            ("a#b", ["a#b: "]),
        ] as [(String, [String])])
    func commands(_ text: String, _ expected: [String]) {
        #expect(commands(text) == expected)
    }

    @Test(
        "words are those that a shell would see, variables by their names",
        arguments: [
            ("a 'b c' \"d $e\" f\\ g", ["a: b c|d ${e}|f g"]),
            ("a ${b:-c}/d $1 $@", ["a: ${b:-c}/d|${1}|${@}"]),
            ("a {b,c}d {} x{e", ["a: d|{}|x{e"]),
            ("a *.txt [ab]?", ["a: *.txt|[ab]?"]),
            ("a --b=c -d", ["a: --b=c|-d"]),
            ("a $'b'", ["a: b"]),
            ("a \"b\\\"c\\d\"", ["a: b\"c\\d"]),
            ("export A=1 B=\"x y\"", ["export: |"]),
        ] as [(String, [String])])
    func words(_ text: String, _ expected: [String]) {
        #expect(commands(text) == expected)
    }

    @Test(
        "what no shell takes is not read",
        arguments: [
            "a 'b", "a \"b", "a $(b", "a `b", "(a", "a)", "if a; then b", "for; do a; done", "a &&", "| a", "a;; b",
            "done", "{ a", "case a in b) c", "a ${b", "f( x ) { a; }",
        ])
    func unreadable(_ text: String) {
        let script = ShellScript(ScriptText(text))
        #expect(!script.isReadable)
        #expect(script.commands.isEmpty)
    }

    @Test("heredocs in scripts end with their delimiters")
    func heredocs() {
        #expect(commands("a <<X && b\nc $(d)\nX\ne\n") == ["a: ", "b: ", "e: "])
        #expect(commands("a <<-'X'\n\tc '\n\tX\ne\n") == ["a: ", "e: "])
        #expect(commands("a <<X <<Y\n1\nX\n2\nY\nb\n") == ["a: ", "b: "])
    }

    @Test("flags and their values")
    func flags() throws {
        let command = try #require(
            ShellScript(ScriptText("x -qq --yes=1 -t v install -- a -")).commands.first)
        #expect(command.count(flag: "q") == 2)
        #expect(command.hasFlag("yes"))
        #expect(!command.hasFlag("v", "es", "-"))
        #expect(command.operands(valuesOf: "t").map(\.text) == ["install", "--", "a", "-"])
        #expect(command.values(of: "t").map(\.text) == ["v"])
    }

    @Test("words are where they are written, continuation lines and comments between")
    func places() throws {
        let text = "FROM a\nRUN b c \\\n  # remark\n\n  && dé e\\\nf\n"
        let source = SourceText(text, path: "D")
        let dockerfile = try Dockerfile.parse(text, path: "D")
        let script = ShellScript(
            ScriptText(argumentsOf: dockerfile.nodes[1], source: source, escape: UInt8(ascii: "\\")))
        #expect(script.commands.map(\.name) == ["b", "dé"])
        let last = try #require(script.commands.last?.arguments.first)
        #expect(last.text == "ef")
        #expect(source.text(in: try #require(script.text.sourceRange(last.range))) == "e\\\nf")
        let name = try #require(script.commands.last?.first)
        #expect(source.text(in: try #require(script.text.sourceRange(name.range))) == "dé")
    }

    @Test(
        "deep nesting ends, and so does going back and forth",
        arguments: ["(", "((", "$(", "$((", "`", "\"$(", "${a:-", "{ ", "if ", "$(( $(", "a() ", "case $(", "<("])
    func hostile(_ piece: String) {
        _ = ShellScript(ScriptText(String(repeating: piece, count: 20_000)))
        _ = ShellScript(ScriptText("a " + String(repeating: piece, count: 40) + "x"))
        _ = ShellScript(ScriptText("a " + String(repeating: piece + " b )", count: 40)))
    }
}
