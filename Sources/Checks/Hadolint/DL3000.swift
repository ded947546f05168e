import DockerfileSyntax

extension Rule {
    /// WORKDIR that is not absolute.
    static let dl3000 = Rule.hadolint(
        "DL3000", "absolute-workdir", .error, "WORKDIR is not an absolute path",
        Documentation(
            """
            A relative `WORKDIR` is taken from the one before it, or from the base image's, which the next version of the image may change. \
            The fix writes the path that it comes to, where that is known.
            """,
            bad: """
                FROM debian:12
                WORKDIR /srv
                WORKDIR app
                """,
            good: """
                FROM debian:12
                WORKDIR /srv
                WORKDIR /srv/app
                """),
        each: .workdir
    ) { statement, context in
        let path = Unquoted.ends(statement.argument)
        guard !path.isEmpty, !path.hasPrefix("$"), !path.hasPrefix("/"), !WindowsPath.isAbsolute(path) else {
            return nil
        }
        return statement.match(focus: statement.node.words.first?.range, fix: absolutePath(statement, context))
    }

    private static func absolutePath(_ statement: Statement, _ context: CheckContext) -> Fix? {
        guard let word = statement.node.words.first,
            let instruction = context.instructions.first(where: { $0.nodeIndex == statement.index }),
            let evaluated = context.fact(Evaluation.self)[instruction],
            let directory = evaluated.state.workingDirectory, evaluated.words.first == word.text,
            word.text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x22 && $0 != 0x27 && $0 != 0x5C && $0 != 0x24 }),
            let path = StagePath.resolve(word.text, in: directory)
        else { return nil }
        return Fix(.sameImage, "write \(path)", edits: [TextEdit(range: word.range, replacement: path)])
    }
}

/// Paths of Windows containers.
enum WindowsPath {
    /// True for `C:` and whatever follows.
    static func isAbsolute(_ path: String) -> Bool {
        guard let first = path.first, first.isLetter else { return false }
        return path.dropFirst().first == ":"
    }
}
