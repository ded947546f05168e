import DockerfileSyntax

extension Rule {
    /// Secrets in ARG or ENV.
    static let dl3064 = Rule.hadolint(
        "DL3064", "no-secrets-in-variables", .warning,
        "A variable's name says that it holds a secret; ARG and ENV are not for secrets",
        Documentation(
            """
            `ENV` is in the image's configuration and `ARG` in its history, for everybody who has the image. `RUN --mount=type=secret` hands a \
            secret to a step without leaving it anywhere.
            """,
            bad: """
                FROM debian:12
                ARG NPM_TOKEN
                """,
            good: """
                FROM debian:12
                RUN --mount=type=secret,id=npm cat /run/secrets/npm
                """)
    ) { context in
        context.statements.all.compactMap { statement in
            switch statement.kind {
            case .arg:
                guard let name = statement.argumentNames.first(where: isSensitive) else { return nil }
                return statement.match(message: "The argument '\(name)' seems to hold a secret")
            case .env:
                guard let pair = statement.pairs.first(where: { isSensitive($0.name) }) else { return nil }
                return statement.match(
                    focus: pair.nameRange, message: "The variable '\(pair.name)' seems to hold a secret")
            default: return nil
            }
        }
    }

    private static let parts = ["api_key", "client_key", "password", "private", "secret", "token", "username"]

    private static let names: Set<String> = [
        "APPLICATION_KEY", "AWS_ACCESS_KEY_ID", "CI_DEPLOY_USER", "DOCKER_EMAIL", "FACEBOOK_APP_ID",
        "HEROKU_API_USER", "OKTA_AUTHN_GROUPID", "OKTA_CLIENT_ORGURL", "OKTA_OAUTH2_CLIENTID", "STRIPE_DEVICE_NAME",
        "TRAVIS_OS_NAME", "TRAVIS_SUDO", "VAULT_CLIENT_KEY",
    ]

    private static func isSensitive(_ name: String) -> Bool {
        let lower = name.lowercased()
        return parts.contains { lower.contains($0) } || names.contains(name.uppercased())
    }
}
