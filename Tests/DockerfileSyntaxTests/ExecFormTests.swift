import Testing

@testable import DockerfileSyntax

/// When a shell line can do without its shell.
struct ExecFormTests {
    @Test(
        "plain words become words",
        arguments: [
            ("node app.js", ["node", "app.js"]), ("exec node app.js", ["node", "app.js"]),
            ("a 'b c' \"d\"e", ["a", "b c", "de"]), ("  a\tb  ", ["a", "b"]), ("a ''", ["a", ""]),
        ])
    func plain(_ line: String, _ words: [String]) {
        #expect(ExecForm.words(line) == words)
    }

    @Test(
        "what a shell does stays a shell's",
        arguments: [
            "node $APP", "a && b", "a; b", "a | b", "a > b", "a *.js", "A=1 b", "cd /x", "a `b`", "a \\$b", "a 'b", "",
            "  ",
            "a # b", "~/a", "a {b,c}", "exec", "export A", "if", "a \"$b\"", "a & ",
        ])
    func shell(_ line: String) {
        #expect(ExecForm.words(line) == nil)
    }

    @Test("exec goes in front of one command", arguments: ["node $APP", "a ${B} 'c d'", "a *.js"])
    func simple(_ line: String) {
        #expect(ExecForm.isSimpleCommand(line))
    }

    @Test("and not in front of several", arguments: ["a && b", "a; b", "A=1 b", "cd /x", "a $(b)", "a | b", "a > b"])
    func notSimple(_ line: String) {
        #expect(!ExecForm.isSimpleCommand(line))
    }

    @Test("strings of JSON")
    func json() {
        #expect(ExecForm.json(["a\"b\\c\t\u{1}", ""]) == "[\"a\\\"b\\\\c\\t\\u0001\", \"\"]")
    }
}
