/// Names of variables that hold secrets, judged as BuildKit does.
enum SecretNames {
    private static let secret: Set<Substring> = [
        "apikey", "auth", "credential", "credentials", "key", "password", "pword", "passwd", "secret", "token",
    ]
    /// Words that say that the value is none.
    private static let harmless: Set<Substring> = ["public", "file", "version"]

    /// True when a word of the name, words being joined by `_`, says that the value is a secret.
    static func isSecret(_ name: String) -> Bool {
        let words = name.lowercased().split(separator: "_", omittingEmptySubsequences: false)
        return words.contains(where: secret.contains) && !words.contains(where: harmless.contains)
    }
}
