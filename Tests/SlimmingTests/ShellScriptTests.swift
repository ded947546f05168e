import Testing

@testable import Slimming

struct ShellScriptTests {
    @Test func splitsAtOperators() {
        let script = ShellScript(
            "apt-get update && apt-get install -y \\\n  git 'a b'; X=1 make | tee log # note\ncd /x")
        #expect(
            script.commands.map(\.words) == [
                ["apt-get", "update"], ["apt-get", "install", "-y", "git", "a b"], ["X=1", "make"], ["tee", "log"],
                ["cd", "/x"],
            ])
        #expect(script.commands[2].name == "make")
    }

    @Test func skipsReservedWords() {
        let script = ShellScript("if test -f x; then pip install y; fi")
        #expect(script.commands.map(\.name) == ["test", "pip"])
    }

    @Test(arguments: ["", "'", "\"", "\\", "a\\", "((((", "'a\\", "&&|;\n"])
    func survivesAnything(_ text: String) {
        #expect(ShellScript(text).commands.count <= 1)
    }

    @Test(arguments: [
        ("npm start", ["npm", "start"]),
        ("java $JAVA_OPTS -jar app.jar", ["sh", "-c", "exec java $JAVA_OPTS -jar app.jar"]),
        ("python \"my app.py\"", ["python", "my app.py"]),
        ("exec a", ["a"]),
    ])
    func givesPlainCommandsTheExecForm(_ text: String, _ words: [String]) {
        #expect(CommandForm.execWords(text) == words)
    }

    @Test(arguments: ["a && b", "cd /x", "a | b", "a; b", "X=1 a", "a > b", "a $(b)", ""])
    func leavesOtherCommandsToTheShell(_ text: String) {
        let words = CommandForm.execWords(text)
        #expect(words == nil, "\(text): \(words ?? [])")
    }

    @Test func namesInstalledPackages() {
        let commands = ShellScript("apt-get install -y --no-install-recommends libpq5 gcc=4:12 $MORE").commands
        #expect(commands.flatMap(SystemPackages.names) == ["libpq5", "gcc"])
        #expect(SystemPackages.isForBuilding("libpq-dev") && !SystemPackages.isForBuilding("libpq5"))
    }
}

struct BaseImageTests {
    @Test(arguments: [
        ("node:20", ["node:20-slim"]),
        ("python:3.12-bookworm", ["python:3.12-bookworm-slim", "python:3.12-slim-bookworm"]),
        ("node:20-slim", ["node:20-slim"]), ("node", ["node:slim"]),
        ("r.example:5000/team/node:20", ["r.example:5000/team/node:20-slim"]),
    ])
    func namesTheSlimImage(_ base: String, _ slim: [String]) { #expect(BaseImages.slim(of: base) == slim) }

    @Test(arguments: [
        ("node:20", "node:20-alpine"), ("node:20-bookworm", "node:20-alpine"), ("node:20-alpine", "node:20-alpine"),
    ])
    func namesTheAlpineImage(_ base: String, _ alpine: String) { #expect(BaseImages.alpine(of: base) == [alpine]) }
}
