import OCI
import Testing

@testable import Advisories

/// Secrets in what an image says about itself.
struct ConfigurationSecretTests {
    /// Made up here, so that nobody's scanner takes this file for a leak.
    private let token = "gh" + "p_" + String("aB3dE5fG7hJ9kL2mN4pQ6rS8tU1vW0xYz1Q2W3".prefix(36))
    private let layer = Digest.sha256(of: [1])

    private func found(
        env: [String] = [], labels: [String: String] = [:], history: [(String, isEmpty: Bool)] = []
    ) -> [SecretFinding] {
        var config = ImageConfig(platform: Platform(os: "linux", architecture: "amd64"))
        config.config.env = env
        config.config.labels = labels
        config.diffIDs = [layer]
        config.history = history.map { text, isEmpty in
            var entry = History()
            entry.createdBy = text
            entry.emptyLayer = isEmpty
            return entry
        }
        return ConfigurationSecrets.findings(in: config)
    }

    @Test func variables() {
        let secrets = found(env: [
            "PATH=/usr/bin", "DB_PASSWORD=s3cr3t-s3cr3t", "CI=" + token,
            "DATABASE_URL=postgres://app:s3cr3tV4lue@db:5432/app",
        ])
        #expect(secrets.map(\.path) == ["DB_PASSWORD", "CI", "DATABASE_URL"])
        #expect(secrets.map(\.rule) == ["credentials-setting", "github-pat", "credentials-setting"])
        #expect(secrets.map(\.place) == ["ENV DB_PASSWORD", "ENV CI", "ENV DATABASE_URL"])
        #expect(secrets.allSatisfy { $0.layer == nil && !$0.excerpt.contains("s3cr3t") && $0.line == 0 })
    }

    /// What ordinary images have.
    @Test func ordinaryVariables() {
        let secrets = found(
            env: [
                "GPG_KEY=7169605F62C751356D054A26A821E680E5FA6305", "PYTHON_SHA256=0a3b1c",
                "SSH_AUTH_SOCK=/run/agent.sock",
                "AUTH_URL=https://example.org/realms/main", "DB_PASSWORD_FILE=/run/secrets/db", "TOKENIZER=gpt2-medium",
                "SECRET_STORE=kubernetes", "POSTGRES_PASSWORD=password", "NPM_CONFIG_ALWAYS_AUTH=true", "JWT_SECRET=",
                "POSTGRES_HOST_AUTH_METHOD=scram-sha-256", "AWS_SECRET_NAME=prod/app/db1", "API_TOKEN=$TOKEN_VALUE1",
            ], labels: ["org.opencontainers.image.authors": "me@example.org"])
        #expect(secrets.map(\.path) == [])
    }

    @Test func historyAndLabels() {
        let secrets = found(
            env: ["DB_PASSWORD=s3cr3t-s3cr3t"], labels: ["deploy.token": "s3cr3t-0f-a-label"],
            history: [
                ("ENV DB_PASSWORD=s3cr3t-s3cr3t", true), ("ENV OLD_PASSWORD=f0rmer-s3cr3t", true),
                ("RUN |2 NPM_TOKEN=two w0rds-of-it MODE=x /bin/sh -c npm ci # buildkit", false),
                ("/bin/sh -c curl -H 'Authorization: token \(token)' https://example.org", true),
            ])
        #expect(secrets.map(\.place).prefix(2) == ["ENV DB_PASSWORD", "LABEL deploy.token"])
        #expect(secrets.dropFirst(2).map(\.setting) == [.history, .history])
        #expect(secrets.dropFirst(2).first?.path == "OLD_PASSWORD")
        #expect(secrets.last?.rule == "github-pat")
    }

    @Test func buildArguments() {
        let found = BuildArguments.pairs(in: "|2 A=1 B=two words /bin/sh -c make C=3")
        #expect(found.map { "\($0.name)=\($0.value)" } == ["A=1", "B=two words"])
        let secrets = self.found(history: [("RUN |1 NPM_TOKEN=s3cr3tV4lue /bin/sh -c npm ci # buildkit", false)])
        #expect(secrets.map(\.layer) == [layer])
        #expect(BuildArguments.pairs(in: "|99999999999999999999 A=1").isEmpty)
    }
}
