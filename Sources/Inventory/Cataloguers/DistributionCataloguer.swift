import LayerFormat
import OCI

/// The distribution: `os-release`, or what was there before it.
struct DistributionCataloguer: Cataloguer {
    /// Where it is described, the best first.
    static let paths = [
        "etc/os-release", "usr/lib/os-release", "etc/alpine-release", "etc/debian_version", "etc/centos-release",
        "etc/redhat-release",
    ]

    func wants(_ file: FileFacts) -> Bool {
        (file.name.ends(with: "release") || file.name.equals("debian_version"))
            && Self.paths.contains(file.path.text)
    }

    func read(_ content: any RandomAccessBytes, of file: FileFacts) throws -> Finding? {
        guard let bytes = try content.whole(limit: 64 << 10) else { return nil }
        let distribution: Distribution?
        switch file.name.text {
        case "os-release": distribution = Distribution(osRelease: bytes)
        case "alpine-release": distribution = Self.plain("alpine", bytes)
        case "debian_version": distribution = Self.plain("debian", bytes)
        default: distribution = Self.redHat(bytes)
        }
        return distribution.map { Finding(distribution: $0) }
    }

    /// A file that has the version only. `bookworm/sid` is none.
    private static func plain(_ id: String, _ bytes: [UInt8]) -> Distribution? {
        let line = bytes.prefix { $0 != 0x0A }.trimmed.text
        guard !line.isEmpty else { return nil }
        return Distribution(id: id, versionID: line.first?.isNumber == true ? line : nil)
    }

    /// `CentOS release 6.10 (Final)`.
    private static func redHat(_ bytes: [UInt8]) -> Distribution? {
        let line = bytes.prefix { $0 != 0x0A }.text
        let words = line.split(separator: " ")
        let names = ["CentOS": "centos", "Red": "rhel", "Fedora": "fedora", "Rocky": "rocky", "AlmaLinux": "almalinux"]
        guard let first = words.first, let id = names[String(first)] else { return nil }
        return Distribution(
            id: id, versionID: words.first { $0.first?.isNumber == true }.map(String.init), prettyName: line)
    }
}
