import DockerfileSyntax

extension Rule {
    /// COPY of an archive that is then unpacked.
    static let dl3010 = Rule.hadolint(
        "DL3010", "add-archives", .info, "An archive is copied and then unpacked; ADD unpacks it without keeping it",
        Documentation(
            """
            The archive stays in the layer of its `COPY`, next to what was unpacked from it. `ADD` unpacks local archives as it reads them.
            """,
            bad: """
                FROM debian:12
                COPY app.tar.gz /tmp/app.tar.gz
                RUN tar -xzf /tmp/app.tar.gz -C /opt
                """,
            good: """
                FROM debian:12
                ADD app.tar.gz /opt/
                """)
    ) { context in
        var copied: [(statement: Statement, name: String)] = []
        var found: [Int: Match] = [:]
        var stage = -1
        let scripts = Dictionary(
            context.runs.filter { !$0.statement.isTrigger }.map { ($0.statement.index, $0) },
            uniquingKeysWith: { first, _ in first })
        for statement in context.statements.all where !statement.isTrigger {
            if statement.stage != stage {
                copied = []
                stage = statement.stage
            }
            if statement.kind == .copy, statement.flag("from") == nil {
                copied += archives(statement).map { (statement, $0) }
            } else if statement.kind == .run, let run = scripts[statement.index], !copied.isEmpty {
                for (copy, name) in copied where run.commands.contains(where: { unpacks($0, name) }) {
                    found[copy.index] = copy.match()
                }
            }
        }
        return Array(found.values)
    }

    /// The names under which a COPY puts archives into the image.
    private static func archives(_ copy: Statement) -> [String] {
        let paths = copy.node.words.map { Unquoted.ends($0.text) }
        guard let target = paths.last else { return [] }
        if ArchiveName.isArchive(target) { return [ArchiveName.last(target)] }
        return paths.dropLast().map(ArchiveName.last).filter(ArchiveName.isArchive)
    }

    private static let unpackers: Set<String> = [
        "unzip", "gunzip", "bunzip2", "unlzma", "unxz", "zgz", "uncompress", "zcat", "gzcat",
    ]

    private static func unpacks(_ command: ShellCommand, _ archive: String) -> Bool {
        let isTar =
            command.name == "tar"
            && command.arguments.contains {
                $0.text == "--extract" || $0.text == "--get" || $0.text.hasPrefix("-") && $0.text.contains("x")
            }
        guard isTar || unpackers.contains(command.name) else { return false }
        return command.operands().contains { ArchiveName.last(Unquoted.ends($0.text)) == archive }
    }
}

/// Names of files that ADD unpacks.
enum ArchiveName {
    private static let endings = [
        ".tar", ".Z", ".bz2", ".gz", ".lz", ".lzma", ".tZ", ".tb2", ".tbz", ".tbz2", ".tgz", ".tlz", ".tpz", ".txz",
        ".xz",
    ]

    /// True for a name that ends like an archive's.
    static func isArchive(_ name: String) -> Bool { endings.contains { name.hasSuffix($0) } }

    /// The last part of a path.
    static func last(_ path: String) -> String {
        let bytes = path.utf8
        let separator = bytes.lastIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }
        return String(path[(separator.map(bytes.index(after:)) ?? bytes.startIndex)...])
    }
}
