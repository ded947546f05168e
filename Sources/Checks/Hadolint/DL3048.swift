import DockerfileSyntax

extension Rule {
    /// Label names against the conventions.
    static let dl3048 = Rule.hadolint(
        "DL3048", "valid-label-names", .style, "A label's name is not one that the conventions allow",
        Documentation(
            """
            Names of labels consist of lower-case letters, digits, `.`, `-`, `_` and `/`, begin with a letter, end with a letter or digit, and \
            have no two separators in a row. `com.docker`, `io.docker` and `org.dockerproject` are reserved.
            """,
            bad: """
                FROM debian:12
                LABEL Maintainer="me"
                """,
            good: """
                FROM debian:12
                LABEL maintainer="me"
                """),
        each: .label
    ) { statement, _ in
        statement.pairs.first { !isValidLabel($0.name) }.map { statement.match(focus: $0.nameRange) }
    }

    private static func isValidLabel(_ name: String) -> Bool {
        func isLetter(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") }
        func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
        guard let first = name.utf8.first, let last = name.utf8.last, isLetter(first), isLetter(last) || isDigit(last),
            name.utf8.allSatisfy({ isLetter($0) || isDigit($0) || ".-_/".utf8.contains($0) })
        else { return false }
        return !name.contains("..") && !name.contains("--")
            && !["com.docker.", "io.docker.", "org.dockerproject."].contains { name.hasPrefix($0) }
    }
}
