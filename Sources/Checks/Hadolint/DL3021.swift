import DockerfileSyntax

extension Rule {
    /// Several sources and a destination that is no directory.
    static let dl3021 = Rule.hadolint(
        "DL3021", "directory-for-several-sources", .error,
        "COPY has several sources and its destination does not end with a slash",
        Documentation(
            "Several files can only be copied into a directory, and a directory is written with a slash at its end.",
            bad: """
                FROM debian:12
                COPY a.txt b.txt /data
                """,
            good: """
                FROM debian:12
                COPY a.txt b.txt /data/
                """),
        each: .copy
    ) { statement, _ in
        guard statement.node.words.count > 2, let last = statement.node.words.last,
            Unquoted.ends(last.text).last != "/"
        else { return nil }
        var fix: Fix?
        if !statement.node.isJSON, !last.text.contains(where: { "\"'$\\".contains($0) }) {
            fix = Fix(
                .sameFiles, "end the destination with /",
                edits: [TextEdit(range: SourceRange(at: last.range.end), replacement: "/")])
        }
        return statement.match(focus: last.range, fix: fix)
    }
}
