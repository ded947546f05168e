/// Names of files that hold secrets.
enum SecretFiles {
    private static let names: Set<String> = [
        ".env", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", ".npmrc", ".pypirc", ".netrc", "_netrc",
        ".git-credentials",
        ".pgpass", ".htpasswd", "kubeconfig", "credentials.json", "service-account.json", "serviceaccount.json",
        ".dockercfg", ".docker/config.json", "secrets.yml", "secrets.yaml", "secrets.json", "terraform.tfstate",
    ]

    /// True for a name under which secrets are kept.
    static func isSecret(_ name: String) -> Bool {
        if names.contains(name) { return true }
        if name.hasPrefix(".env.") {
            return ![".env.example", ".env.sample", ".env.template", ".env.dist", ".env.test", ".env.defaults"]
                .contains(name)
        }
        return name.hasSuffix(".pfx") || name.hasSuffix(".p12") || name.hasSuffix(".keystore") || name.hasSuffix("_rsa")
    }
}

/// Secrets within text.
enum SecretText {
    /// How the tokens of well-known services begin, and how many letters, digits and dashes follow at least.
    private static let tokens: [(prefix: String, length: Int, what: String)] = [
        ("ghp_", 30, "a GitHub token"), ("gho_", 30, "a GitHub token"), ("ghs_", 30, "a GitHub token"),
        ("github_pat_", 30, "a GitHub token"), ("glpat-", 18, "a GitLab token"), ("AKIA", 16, "an AWS access key"),
        ("ASIA", 16, "an AWS access key"), ("xoxb-", 20, "a Slack token"), ("xoxp-", 20, "a Slack token"),
        ("sk_live_", 16, "a Stripe key"), ("rk_live_", 16, "a Stripe key"), ("npm_", 34, "an npm token"),
        ("pypi-AgEIcHlwaS", 20, "a PyPI token"), ("dckr_pat_", 20, "a Docker token"), ("AIza", 35, "a Google key"),
        ("hf_", 34, "a Hugging Face token"),
    ]

    /// The tokens by the first byte of their beginnings.
    private static let tokensByFirstByte: [[(prefix: [UInt8], length: Int, what: String)]] = {
        var table = Array(repeating: [(prefix: [UInt8], length: Int, what: String)](), count: 256)
        for token in tokens {
            let prefix = Array(token.prefix.utf8)
            table[Int(prefix[0])].append((prefix, token.length, token.what))
        }
        return table
    }()

    private static let scheme = Array("://".utf8)
    private static let keyBeginning = Array("-----BEGIN ".utf8)
    private static let keyLine = Array("PRIVATE KEY-----".utf8)

    /// The first secret in a stretch of a text, what it is and where; nil when there is none.
    static func find(in text: [UInt8], _ range: Range<Int>) -> (what: String, range: Range<Int>)? {
        text.withUnsafeBufferPointer { text in
            find(in: UnsafeBufferPointer(rebasing: text[range])).map { found in
                let start = range.lowerBound + found.range.lowerBound
                return (found.what, start..<start + found.range.count)
            }
        }
    }

    private static func find(in bytes: UnsafeBufferPointer<UInt8>) -> (what: String, range: Range<Int>)? {
        if let range = credentials(bytes) { return ("a password inside a URL", range) }
        if let start = index(of: keyBeginning, in: bytes), index(of: keyLine, in: bytes) != nil {
            return ("a private key", start..<min(start + 16, bytes.count))
        }
        for start in bytes.indices where start == 0 || !isTokenByte(bytes[start - 1]) {
            for token in tokensByFirstByte[Int(bytes[start])] where bytes[start...].starts(with: token.prefix) {
                let from = start + token.prefix.count
                var end = from
                while end < bytes.count, isTokenByte(bytes[end]) { end += 1 }
                if end - from >= token.length { return (token.what, start..<end) }
            }
        }
        return nil
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// `user:password@` behind `://`, where the password is not a variable.
    private static func credentials(_ bytes: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
        var from = 0
        while let found = index(of: SecretText.scheme, in: bytes, from: from) {
            let start = found + 3
            from = start
            var at = start
            var colon: Int?
            while at < bytes.count, bytes[at] > 0x20, !"/\"'?#<>|;&()".utf8.contains(bytes[at]) {
                if bytes[at] == UInt8(ascii: ":"), colon == nil { colon = at }
                if bytes[at] == UInt8(ascii: "@") {
                    guard let colon else { break }
                    let password = bytes[(colon + 1)..<at]
                    let isVariable = password.contains { "${}%*".utf8.contains($0) }
                    if password.count > 2, !isVariable { return start..<at }
                    break
                }
                at += 1
            }
        }
        return nil
    }

    private static func index(of pattern: [UInt8], in bytes: UnsafeBufferPointer<UInt8>, from: Int = 0) -> Int? {
        guard let first = pattern.first, bytes.count >= pattern.count else { return nil }
        var at = from
        while at <= bytes.count - pattern.count {
            if bytes[at] == first, bytes[at..<(at + pattern.count)].elementsEqual(pattern) { return at }
            at += 1
        }
        return nil
    }
}
