import DockerfileSyntax

extension Rule {
    /// pip's cache left behind.
    static let dl3042 = Rule.hadolint(
        "DL3042", "pip-no-cache-dir", .warning, "pip keeps a cache in the layer; --no-cache-dir does not",
        Documentation(
            """
            What `pip` downloads and builds stays in `~/.cache/pip`, for installations that an image never sees. `--no-cache-dir`, \
            `PIP_NO_CACHE_DIR=1` or a cache mount avoid it.
            """,
            bad: """
                FROM python:3.12
                RUN pip install flask==3.0.3
                """,
            good: """
                FROM python:3.12
                RUN pip install --no-cache-dir flask==3.0.3
                """,
            declaredChange: "pip's cache, ~/.cache/pip, is not in the image.",
            declares: Declaration(paths: ["/root/.cache", "/home/*/.cache"]))
    ) { context in
        let isOff = StageSettings(context) { statement in
            statement.kind == .env
                && statement.pairs.contains { $0.name == "PIP_NO_CACHE_DIR" && truthy.contains($0.value) }
        }
        return context.runs.compactMap { run in
            guard !isOff.holds(at: run.statement), !setsVariable(run) else { return nil }
            let found = run.commands.filter {
                PipCommand.isInstall($0) && !$0.has(argument: "--no-cache-dir") && !isWrapper($0)
            }
            guard !found.isEmpty, !run.mountsCache(at: ".cache/pip") else { return nil }
            return run.match(
                found,
                (
                    .declaredChange, "add --no-cache-dir",
                    { command, run, _ in
                        // Who names a directory for the cache wants one.
                        let isWanted = command.hasFlag("cache-dir")
                        if isWanted || run.mountsCache(over: ["/root/.cache/pip", "/home/*/.cache/pip"]) { return [] }
                        return run.subcommand("install", of: command)
                            .flatMap { run.inserting(" --no-cache-dir", after: $0) }
                            .map { [$0] } ?? []
                    }
                ), in: context)
        }
    }

    private static let truthy: Set<String> = [
        "1", "true", "True", "TRUE", "on", "On", "ON", "yes", "Yes", "YES",
    ]

    /// True when the script sets the variable itself.
    private static func setsVariable(_ run: RunScript) -> Bool {
        let name = Array("PIP_NO_CACHE_DIR=".utf8)
        let text = run.script.text.bytes
        guard text.count >= name.count,
            let start = text.indices.first(where: { text[$0...].starts(with: name) })
        else { return false }
        let value = text[(start + name.count)...]
        return truthy.contains { value.starts(with: $0.utf8) }
    }

    private static func isWrapper(_ command: ShellCommand) -> Bool {
        ["pipx", "pipenv"].contains {
            command.name.contains($0) || command.name.hasPrefix("python") && command.has(sequence: "-m", $0)
        }
    }
}

/// Something that an instruction decides for the rest of its stage and for the stages that begin with it.
struct StageSettings {
    private var decided: [(stage: Int, index: Int, isTrigger: Bool)] = []
    private var parents: [Int: Int] = [:]

    /// Finds the statements that decide.
    init(_ context: CheckContext, _ decides: (Statement) -> Bool) {
        for statement in context.statements.all where decides(statement) {
            decided.append((statement.stage, statement.index, statement.isTrigger))
        }
        guard !decided.isEmpty else { return }
        let lines = context.fromLines.lines
        for stage in lines.indices {
            parents[stage] = context.fromLines.parent(of: stage) ?? twin(of: stage, lines.map(\.from))
        }
    }

    /// A former stage without a name on the same image. hadolint takes both for one.
    private func twin(of stage: Int, _ lines: [FromLine]) -> Int? {
        lines[..<stage].lastIndex { $0.alias == nil && $0.name == lines[stage].name }
    }

    /// True when it was decided before a statement.
    func holds(at statement: Statement) -> Bool {
        if decided.isEmpty { return false }
        if statement.isTrigger { return decided.contains { $0.isTrigger && $0.index < statement.index } }
        if decided.contains(where: {
            !$0.isTrigger && $0.stage == statement.stage && $0.index < statement.index
        }) {
            return true
        }
        var seen: Set<Int> = []
        var next = parents[statement.stage]
        while let stage = next, seen.insert(stage).inserted {
            if decided.contains(where: { !$0.isTrigger && $0.stage == stage }) { return true }
            next = parents[stage]
        }
        return false
    }
}
