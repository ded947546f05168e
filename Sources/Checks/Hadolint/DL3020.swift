import DockerfileSyntax

extension Rule {
    /// ADD for what COPY does.
    static let dl3020 = Rule.hadolint(
        "DL3020", "copy-instead-of-add", .error, "ADD is used for plain files; COPY does just that",
        Documentation(
            """
            `ADD` unpacks archives and fetches URLs. For files and directories `COPY` says what is meant. The fix changes the word where no \
            source can be an archive.
            """,
            bad: """
                FROM debian:12
                ADD app.py /app/
                """,
            good: """
                FROM debian:12
                COPY app.py /app/
                """),
        each: .add
    ) { statement, context in
        let sources = statement.node.words.dropLast().map { Unquoted.ends($0.text) }
        guard sources.contains(where: { !ArchiveName.isArchive($0) && !isRemote($0) && !$0.hasPrefix("<<") }) else {
            return nil
        }
        let isSafe =
            sources.allSatisfy { isNoArchive($0, context) }
            && statement.node.flags.allSatisfy { ["chown", "chmod", "link", "exclude"].contains($0.name.lowercased()) }
        let keyword = statement.node.keyword
        let word = keyword.text == keyword.text.lowercased() ? "copy" : "COPY"
        return statement.match(
            focus: keyword.range,
            fix: isSafe
                ? Fix(.sameFiles, "write COPY", edits: [TextEdit(range: keyword.range, replacement: word)]) : nil)
    }

    private static func isRemote(_ source: String) -> Bool {
        // COPY has no way to fetch from repositories either.
        ["https://", "http://", "git@", "git://", "ssh://"].contains { source.hasPrefix($0) }
    }

    /// True for a source that is certain not to be unpacked: a directory, or a file with an ending that no archive has.
    private static func isNoArchive(_ source: String, _ context: CheckContext) -> Bool {
        guard !isRemote(source), !source.hasPrefix("<<"), !source.contains("$") else { return false }
        if source == "." || source == "./" || source.hasSuffix("/") && !source.contains("*") { return true }
        let name = ArchiveName.last(source)
        if let dot = name.lastIndex(of: "."), dot != name.startIndex, !name.hasSuffix("*") {
            let ending = name[name.index(after: dot)...].lowercased()
            return !unpackedEndings.contains(ending) && ending.contains { $0.isLetter }
        }
        let path = source.hasPrefix("./") ? String(source.dropFirst(2)) : source
        let trimmed = path.hasPrefix("/") ? String(path.dropFirst()) : path
        return context.inputs.buildContext?.files?.contains { $0.path.hasPrefix(trimmed + "/") } == true
    }

    private static let unpackedEndings: Set<String> = [
        "tar", "z", "bz2", "gz", "lz", "lzma", "tb2", "tbz", "tbz2", "tgz", "tlz", "tpz", "txz", "xz", "zst", "tzst",
        "bz", "taz", "git",
    ]
}
