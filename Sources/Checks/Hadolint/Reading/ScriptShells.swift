import DockerfileSyntax

/// Which shell each RUN's script is for, and which variables are set in it.
struct ScriptShells: Fact {
    private var byRun: [Int: (shell: String, variables: Set<String>)] = [:]

    private struct Settings {
        var shell = "/bin/sh -c"
        var variables: Set<String> = [
            "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "FTP_PROXY", "ftp_proxy", "NO_PROXY", "no_proxy",
        ]
    }

    init(_ context: CheckContext) {
        var pragmas = ScriptShells.pragmas(context)[...]
        var initial = Settings()
        var settings = initial
        var ends: [Int: Settings] = [:]
        for statement in context.statements.all where !statement.isTrigger {
            while let pragma = pragmas.first, pragma.index <= statement.index {
                pragmas.removeFirst()
                settings.shell = pragma.shell
                if pragma.index == 0 { initial = settings }
            }
            switch statement.kind {
            case .from:
                let parent = context.fromLines.parent(of: statement.stage)
                settings = parent.flatMap { ends[$0] } ?? initial
            case .arg: settings.variables.formUnion(statement.argumentNames)
            case .env: settings.variables.formUnion(statement.pairs.map(\.name))
            case .shell: settings.shell = statement.node.words.map(\.text).joined(separator: " ")
            case .run: byRun[statement.index] = (settings.shell, settings.variables)
            default: break
            }
            ends[statement.stage] = settings
        }
    }

    /// `# hadolint shell=` comments, each with the place of the instruction below.
    private static func pragmas(_ context: CheckContext) -> [(index: Int, shell: String)] {
        var found: [(index: Int, shell: String)] = []
        var next = 0
        for piece in context.dockerfile.pieces {
            switch piece {
            case .node(let index): next = index + 1
            case .trivia(let range):
                guard context.source.text(in: range).contains("shell") else { continue }
                let last = context.source.lineNumber(of: max(range.start, range.end - 1))
                for number in context.source.lineNumber(of: range.start)...last {
                    guard let words = Pragmas.words(context.source.line(number)) else { continue }
                    let text = words.joined(separator: " ").prefix { $0 != "#" }
                    guard text.hasPrefix("shell"), let equals = text.firstIndex(of: "=") else { continue }
                    let shell = text[text.index(after: equals)...].split(separator: " ")
                    if shell.count == 1 { found.append((next, String(shell[0]))) }
                }
            }
        }
        return found
    }

    /// The script of a RUN as a linter for shells gets it; nil when it is for no shell that such a linter knows.
    func script(of run: RunScript) -> LintedScript? {
        let (shell, variables) = byRun[run.statement.index] ?? (Settings().shell, Settings().variables)
        guard run.form != .exec, run.script.text.isWritten,
            !["pwsh", "powershell", "cmd"].contains(where: shell.contains)
        else { return nil }
        var text = "#!" + (shell.split(separator: " ").first ?? "/bin/sh") + "\n"
        let names = variables.filter { name in
            !name.isEmpty && name.utf8.enumerated().allSatisfy { ShellParser.isNameByte($1, first: $0 == 0) }
        }
        for name in names.sorted() { text += "export \(name)=1\n" }
        return LintedScript(
            text: text + String(decoding: run.script.text.bytes, as: UTF8.self), headerLines: names.count + 1)
    }
}

extension CheckContext {
    /// The scripts of the file as a linter gets them.
    var lintedScripts: [(run: RunScript, script: LintedScript)] {
        let shells = fact(ScriptShells.self)
        return runs.compactMap { run in shells.script(of: run).map { (run, $0) } }
    }
}

/// Scripts in Dockerfiles, for programs that want them all at once.
public enum DockerfileScripts {
    /// The shell scripts of a Dockerfile; none when it cannot be read.
    public static func all(in bytes: [UInt8], path: String) -> [LintedScript] {
        guard let dockerfile = try? Dockerfile.parse(bytes, path: path) else { return [] }
        let context = CheckContext(
            dockerfile: dockerfile, parsed: ParsedDockerfile(metaArgs: [], stages: []))
        return context.lintedScripts.map(\.script)
    }
}
