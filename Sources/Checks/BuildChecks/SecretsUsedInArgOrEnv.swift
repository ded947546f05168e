import DockerfileSyntax

extension Rule {
    /// Sensitive data should not be used in the ARG or ENV commands.
    static let secretsUsedInArgOrEnv = Rule(
        "SecretsUsedInArgOrEnv", name: "secrets-used-in-arg-or-env", family: .buildKit, severity: .warning,
        summary: "Sensitive data should not be used in the ARG or ENV commands",
        documentation: Documentation(
            """
            Values of `ENV` are in the image's configuration and those of `ARG` in its history: whoever has the image has them. `RUN --mount=type=secret` gives a command a secret and leaves nothing behind.
            """,
            bad: """
                FROM alpine
                ARG DB_PASSWORD
                RUN ./configure --password=$DB_PASSWORD
                """,
            good: """
                FROM alpine
                RUN --mount=type=secret,id=db ./configure --password-file=/run/secrets/db
                """)
    ) { context in
        context.instructions.flatMap { instruction -> [Match] in
            let names: [String]
            let keyword: String
            switch instruction.kind {
            case .env(let pairs): (names, keyword) = (pairs.map(\.key), "ENV")
            case .arg(let arguments): (names, keyword) = (arguments.map(\.name), "ARG")
            default: return []
            }
            return names.filter(SecretNames.isSecret).map { name in
                Match(
                    instruction.range,
                    message: "Do not use ARG or ENV instructions for sensitive data (\(keyword) \(quoted(name)))")
            }
        }
    }
}
