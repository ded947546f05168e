import DockerfileSyntax

/// A RUN with its script read. Never changes; a class for the same reason as ``Statement``.
final class RunScript: Sendable {
    let statement: Statement
    /// The commands.
    let script: ShellScript
    /// The mounts; one that cannot be read is left out.
    let mounts: [ParsedRunMount]
    /// Where the script is written.
    let form: Form
    /// The programs that are started, in order.
    private let programs: [String]

    enum Form: Hashable, Sendable {
        /// On the instruction's line and its continuations.
        case shell
        /// A JSON array.
        case exec
        /// A heredoc's content.
        case heredoc
    }

    init(_ statement: Statement, source: SourceText, escape: UInt8) {
        let node = statement.node
        self.statement = statement
        mounts = node.flags.compactMap { flag in
            guard flag.name.lowercased() == "mount", let value = flag.value else { return nil }
            return try? RunMount(text: value, range: flag.range).parse { $0 }
        }
        if node.isJSON {
            form = .exec
            script = ShellScript(ScriptText(node.words.map(\.text).joined(separator: " ")))
        } else if let heredoc = node.heredocs.first, node.heredocs.count == 1,
            RunScript.isScript(heredoc, of: node, source)
        {
            form = .heredoc
            script = ShellScript(
                RunScript.isForShell(heredoc) ? ScriptText(contentOf: heredoc, source: source) : ScriptText(""))
        } else {
            form = .shell
            script = ShellScript(ScriptText(argumentsOf: node, source: source, escape: escape))
        }
        programs = script.commands.map(\.name)
    }

    /// True when nothing but perhaps a shell, as in `RUN <<EOF bash -e`, stands behind the heredoc's name.
    private static func isScript(_ heredoc: Heredoc, of node: SyntaxNode, _ source: SourceText) -> Bool {
        guard let arguments = node.argumentsRange, arguments.start == heredoc.openerRange.start else { return false }
        if arguments == heredoc.openerRange { return true }
        let words = source.text(in: SourceRange(start: heredoc.openerRange.end, end: arguments.end))
            .split(whereSeparator: { $0 == " " || $0 == "\t" })
        guard let program = words.first?.split(separator: "/").last, shells.contains(String(program)) else {
            return false
        }
        return words.dropFirst().allSatisfy { $0.hasPrefix("-") && !$0.contains("c") }
    }

    private static let shells = ["sh", "bash", "ksh", "dash", "ash"]

    /// False for a script that begins with `#!` and something else than a shell.
    private static func isForShell(_ heredoc: Heredoc) -> Bool {
        guard heredoc.content.hasPrefix("#!") else { return true }
        let line = heredoc.content.prefix { $0 != "\n" }
        return shells.contains { line.contains("/" + $0) || line.contains(" " + $0) }
    }

    /// The commands.
    var commands: [ShellCommand] { script.commands }

    /// True when one of the programs is started.
    func starts(_ names: [String]) -> Bool { programs.contains { names.contains($0) } }

    /// True when one of the programs is started.
    func starts(_ names: String...) -> Bool { starts(names) }

    /// True when a cache or a tmpfs is mounted at a place whose path contains a text.
    func mountsCache(at text: String) -> Bool {
        mounts.contains { ($0.kind == .cache || $0.kind == .tmpfs) && ($0.target ?? "").contains(text) }
    }

    /// True when a cache or a tmpfs is mounted in, at or above one of these paths. Cleaning it would only empty the mount
    /// for the next build: nothing of it is in the image.
    func mountsCache(over paths: [String]) -> Bool {
        let places = Declaration(paths: paths)
        return mounts.contains { mount in
            guard mount.kind == .cache || mount.kind == .tmpfs, let target = mount.target else { return false }
            let clean = StagePath.clean(target)
            return places.covers(clean) || paths.contains { Declaration(paths: [clean]).covers($0) }
        }
    }

    /// Where a command or word is written.
    func place(_ range: Range<Int>) -> SourceRange? { script.text.sourceRange(range) }
}

/// The scripts of a file's RUN instructions, those behind ONBUILD included.
struct RunScripts: Fact {
    let all: [RunScript]

    init(_ context: CheckContext) {
        let escape = context.dockerfile.escape.asciiValue ?? UInt8(ascii: "\\")
        all = context.statements.of(.run, triggers: true).map {
            RunScript($0, source: context.source, escape: escape)
        }
    }
}

extension CheckContext {
    /// The scripts of the RUN instructions, in order.
    var runs: [RunScript] { fact(RunScripts.self).all }
}
