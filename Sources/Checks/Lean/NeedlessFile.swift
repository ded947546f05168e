/// Files of a build context that no build needs.
enum NeedlessFile {
    private static let directories: Set<Substring> = [
        ".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv", "venv", ".tox", ".nox", ".pytest_cache",
        ".mypy_cache", ".ruff_cache", ".gradle", ".idea", ".vscode", ".terraform", ".nyc_output", "coverage", ".cache",
        ".next", ".nuxt", ".angular", ".parcel-cache", ".DS_Store", ".build",
    ]

    /// What makes the file needless, as it would be written into an ignore file; nil when nothing does.
    static func kind(of path: String) -> String? {
        let parts = path.utf8.split(separator: UInt8(ascii: "/")).map { Substring($0) }
        if let directory = parts.first(where: directories.contains) { return String(directory) }
        guard let name = parts.last else { return nil }
        if name.hasSuffix(".pyc") { return "*.pyc" }
        if name.hasSuffix(".log") { return "*.log" }
        if name.hasSuffix(".swp") { return "*.swp" }
        return nil
    }
}

/// Amounts of bytes for messages.
enum ByteText {
    /// `512 bytes`, `8.0 kB`, `1.2 MB`: powers of 1000, one digit behind the point.
    static func text(_ bytes: Int64) -> String {
        guard bytes >= 1000 else { return "\(bytes) byte\(bytes == 1 ? "" : "s")" }
        var value = bytes
        var unit = "kB"
        for next in ["MB", "GB", "TB"] where value >= 1_000_000 {
            value /= 1000
            unit = next
        }
        let tenths = (value + 50) / 100
        return "\(tenths / 10).\(tenths % 10) \(unit)"
    }
}
