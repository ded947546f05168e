/// How a kind of secret looks: what it begins with, and what has to follow.
///
/// Only secrets that can be told with near certainty have a rule: a prefix that its issuer has chosen to be found by, and a
/// body of the right letters and length.
struct SecretRule: Sendable {
    /// Its name, for ignore files.
    let id: String
    /// What it is, for people.
    let title: String
    let severity: Severity
    /// What it begins with.
    let prefix: StaticString
    /// What may follow.
    let alphabet: SecretAlphabet
    /// How many bytes must follow, and how many may.
    let length: ClosedRange<Int>
    /// How many different bytes the body needs: placeholders repeat one.
    var variety = 8

    /// Every kind that is looked for by its prefix.
    static let all: [SecretRule] = [
        SecretRule(
            id: "aws-access-key-id", title: "AWS access key", severity: .critical, prefix: "AKIA", alphabet: .base32,
            length: 16...16),
        SecretRule(
            id: "github-pat", title: "GitHub personal access token", severity: .critical, prefix: "ghp_",
            alphabet: .word, length: 36...36),
        SecretRule(
            id: "github-oauth", title: "GitHub OAuth token", severity: .critical, prefix: "gho_", alphabet: .word,
            length: 36...36),
        SecretRule(
            id: "github-app-token", title: "GitHub app token", severity: .critical, prefix: "ghu_", alphabet: .word,
            length: 36...36),
        SecretRule(
            id: "github-app-token", title: "GitHub app token", severity: .critical, prefix: "ghs_", alphabet: .word,
            length: 36...36),
        SecretRule(
            id: "github-refresh-token", title: "GitHub refresh token", severity: .critical, prefix: "ghr_",
            alphabet: .word, length: 36...76),
        SecretRule(
            id: "github-fine-grained-pat", title: "GitHub fine-grained token", severity: .critical,
            prefix: "github_pat_", alphabet: .word, length: 82...82),
        SecretRule(
            id: "gitlab-pat", title: "GitLab access token", severity: .critical, prefix: "glpat-", alphabet: .token,
            length: 20...300),
        SecretRule(
            id: "slack-access-token", title: "Slack token", severity: .high, prefix: "xoxb-", alphabet: .token,
            length: 30...250),
        SecretRule(
            id: "slack-access-token", title: "Slack token", severity: .high, prefix: "xoxp-", alphabet: .token,
            length: 30...250),
        SecretRule(
            id: "slack-web-hook", title: "Slack webhook", severity: .medium,
            prefix: "https://hooks.slack.com/services/T", alphabet: .path, length: 40...60),
        SecretRule(
            id: "stripe-secret-token", title: "Stripe secret key", severity: .critical, prefix: "sk_live_",
            alphabet: .word, length: 16...250),
        SecretRule(
            id: "stripe-restricted-token", title: "Stripe restricted key", severity: .critical, prefix: "rk_live_",
            alphabet: .word, length: 16...250),
        SecretRule(
            id: "sendgrid-api-token", title: "SendGrid key", severity: .critical, prefix: "SG.", alphabet: .dotted,
            length: 66...66, variety: 16),
        SecretRule(
            id: "npm-access-token", title: "npm access token", severity: .critical, prefix: "npm_", alphabet: .word,
            length: 36...36),
        SecretRule(
            id: "pypi-upload-token", title: "PyPI upload token", severity: .critical, prefix: "pypi-AgEIcHlwaS5vcmc",
            alphabet: .token, length: 50...1000),
        SecretRule(
            id: "gcp-api-key", title: "Google API key", severity: .high, prefix: "AIza", alphabet: .token,
            length: 35...35),
        SecretRule(
            id: "docker-pat", title: "Docker Hub access token", severity: .critical, prefix: "dckr_pat_",
            alphabet: .token, length: 27...32),
        SecretRule(
            id: "hugging-face-access-token", title: "Hugging Face token", severity: .critical, prefix: "hf_",
            alphabet: .letters, length: 34...40),
        SecretRule(
            id: "anthropic-api-key", title: "Anthropic key", severity: .critical, prefix: "sk-ant-", alphabet: .token,
            length: 80...200),
        SecretRule(
            id: "openai-api-key", title: "OpenAI key", severity: .critical, prefix: "sk-proj-", alphabet: .token,
            length: 40...250),
        SecretRule(
            id: "shopify-token", title: "Shopify access token", severity: .high, prefix: "shpat_",
            alphabet: .hexadecimal, length: 32...32),
        SecretRule(
            id: "digitalocean-pat", title: "DigitalOcean token", severity: .critical, prefix: "dop_v1_",
            alphabet: .hexadecimal, length: 64...64),
        SecretRule(
            id: "databricks-api-token", title: "Databricks token", severity: .high, prefix: "dapi",
            alphabet: .hexadecimal, length: 32...32),
        SecretRule(
            id: "hashicorp-vault-token", title: "Vault token", severity: .high, prefix: "hvs.", alphabet: .token,
            length: 90...300),
        SecretRule(
            id: "age-secret-key", title: "age private key", severity: .high, prefix: "AGE-SECRET-KEY-1",
            alphabet: .base32Bech, length: 58...58),
        SecretRule(
            id: "azure-storage-key", title: "Azure storage account key", severity: .critical, prefix: "AccountKey=",
            alphabet: .base64, length: 86...88),
    ]
}

/// The letters that a secret is made of.
enum SecretAlphabet: Sendable {
    case letters, word, token, dotted, path, hexadecimal, base32, base32Bech, base64

    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    func contains(_ byte: UInt8) -> Bool {
        switch self {
        case .letters: byte.isLetter
        case .word: byte.isLetter || byte.isDigit || byte == UInt8(ascii: "_")
        case .token: byte.isLetter || byte.isDigit || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
        case .dotted: Self.token.contains(byte) || byte == UInt8(ascii: ".")
        case .path: byte.isLetter || byte.isDigit || byte == UInt8(ascii: "/")
        case .hexadecimal: byte.isDigit || byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "f")
        case .base32: byte.isUpperLetter || byte >= UInt8(ascii: "2") && byte <= UInt8(ascii: "7")
        case .base32Bech: byte.isUpperLetter || byte.isDigit
        case .base64: byte.isLetter || byte.isDigit || "+/=".utf8.contains(byte)
        }
    }
}
