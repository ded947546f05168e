import DockerfileSyntax

extension Rule {
    /// ENV that refers to a variable of its own line.
    static let dl3044 = Rule.hadolint(
        "DL3044", "no-env-self-reference", .error, "A value refers to a variable that the same ENV sets",
        Documentation(
            """
            All values of an `ENV` are expanded before any of its variables is set, so the reference gives the value from before. Use two \
            instructions.
            """,
            bad: """
                FROM debian:12
                ENV APP=/app BIN=$APP/bin
                """,
            good: """
                FROM debian:12
                ENV APP=/app
                ENV BIN=$APP/bin
                """)
    ) { context in
        var known: Set<String> = []
        return context.statements.all.compactMap { statement in
            guard !statement.isTrigger else { return nil }
            if statement.kind == .arg { known.formUnion(statement.argumentNames) }
            guard statement.kind == .env else { return nil }
            let pairs = statement.pairs
            defer { known.formUnion(pairs.map(\.name)) }
            let wrong = pairs.indices.first { index in
                !known.contains(pairs[index].name)
                    && pairs.indices.contains { $0 != index && refers(pairs[$0].value, to: pairs[index].name) }
            }
            return wrong.map { statement.match(focus: pairs[$0].nameRange) }
        }
    }

    private static func refers(_ value: String, to name: String) -> Bool {
        guard value.contains("$") else { return false }
        if value.contains("${\(name)}") { return true }
        let bytes = Array(value.utf8)
        let wanted = Array("$\(name)".utf8)
        guard bytes.count >= wanted.count else { return false }
        return (0...(bytes.count - wanted.count)).contains { start in
            let end = start + wanted.count
            return bytes[start..<end].elementsEqual(wanted)
                && (end == bytes.count || !ShellParser.isNameByte(bytes[end], first: false))
        }
    }
}
