import DockerfileSyntax

extension Rule {
    /// Ports that do not exist.
    static let dl3011 = Rule.hadolint(
        "DL3011", "valid-ports", .error, "A port is greater than 65535",
        Documentation(
            "Ports are numbers of 16 bits, 0 to 65535.",
            bad: """
                FROM debian:12
                EXPOSE 80000
                """,
            good: """
                FROM debian:12
                EXPOSE 8000
                """),
        each: .expose
    ) { statement, _ in
        let wrong = statement.node.words.first { word in
            word.text.prefix { $0 != "/" }.split(separator: "-").contains { part in
                !part.isEmpty && part.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } && (Int(part) ?? .max) > 65535
            }
        }
        return wrong.map { statement.match(focus: $0.range) }
    }
}
