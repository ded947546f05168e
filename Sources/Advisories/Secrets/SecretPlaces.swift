import OCI

/// Which files are looked into, and how.
enum SecretPlaces {
    /// What is looked for in a file.
    enum Interest {
        /// Nothing.
        case none
        /// Whatever has a form of its own.
        case content
        /// That, and passwords under the names that such a file has for them.
        case assignments
    }

    /// Larger files are data.
    static let sizeLimit: Int64 = 1 << 20

    /// Directories whose files come with packages, and hold keys of tests and documentation only.
    private static let quiet: Set<String> = [
        "test", "tests", "testing", "testdata", "test-data", "fixtures", "__tests__", "spec", "example", "examples",
        "doc",
        "docs", "man", "locale", "node_modules", "site-packages", "dist-packages", "__pycache__", "vendor", "gems",
        "proc",
        "sys",
    ]
    private static let quietPrefixes = [
        "usr/share/", "usr/lib/", "usr/include/", "usr/src/", "lib/", "var/lib/dpkg/", "var/lib/apt/", "var/cache/",
        "usr/local/go/", "usr/local/lib/", "usr/local/share/", "usr/local/include/", "go/pkg/mod/", "root/go/pkg/mod/",
        "etc/ssl/certs/", "etc/ca-certificates/", "usr/bin/", "usr/sbin/", "bin/", "sbin/",
    ]
    /// Names of files that are there for secrets, wherever they are.
    private static let assignmentNames: Set<String> = [
        ".npmrc", ".pypirc", ".netrc", "_netrc", ".git-credentials", ".pgpass", "credentials", ".dockercfg", ".s3cfg",
        ".boto",
        ".my.cnf", "terraform.tfvars",
    ]
    /// The same of files that only their directory makes telling.
    private static let placed: Set<String> = [".docker/config.json", ".kube/config"]
    private static let binarySuffixes = [
        ".so", ".a", ".o", ".pyc", ".gz", ".xz", ".zst", ".bz2", ".zip", ".jar", ".war", ".whl", ".png", ".jpg",
        ".jpeg", ".gif",
        ".ico", ".woff", ".woff2", ".ttf", ".mo", ".gmo", ".wasm", ".class", ".map",
    ]

    /// What is looked for in a file of this path and size.
    static func interest(in path: String, size: Int64) -> Interest {
        guard size > 0, size <= sizeLimit else { return .none }
        let components = path.split(separator: "/").map(String.init)
        guard let name = components.last else { return .none }
        let lower = name.lowercased()
        if binarySuffixes.contains(where: { lower.hasSuffix($0) }) { return .none }
        if quietPrefixes.contains(where: { path.hasPrefix($0) }) { return .none }
        if components.dropLast().contains(where: { quiet.contains($0.lowercased()) }) { return .none }
        if isEnvironmentFile(lower) || assignmentNames.contains(lower) { return .assignments }
        if let directory = components.dropLast().last, placed.contains("\(directory)/\(lower)") { return .assignments }
        return .content
    }

    /// `.env` and `.env.production`, but no templates of them.
    private static func isEnvironmentFile(_ name: String) -> Bool {
        guard name == ".env" || name.hasPrefix(".env.") || name.hasSuffix(".env") else { return false }
        return !["example", "sample", "template", "dist", "defaults", "test"].contains { name.contains($0) }
    }
}
