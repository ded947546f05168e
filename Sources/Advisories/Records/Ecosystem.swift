import Inventory

/// Where packages come from, as OSV names it, and what follows from that.
public struct Ecosystem: Hashable, Sendable {
    /// The name without a release: `Debian`, `PyPI`.
    public let name: String
    /// The release: `12`, `v3.19`; nil for ecosystems without.
    public let release: String?

    /// Reads `Debian:12`, and brings releases into the one spelling that scans ask for.
    public init(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        name = parts.first ?? text
        release = parts.count == 2 ? Self.canonicalRelease(parts[1], of: name) : nil
    }

    /// An ecosystem and its release.
    public init(name: String, release: String?) {
        self.name = name
        self.release = release
    }

    /// The text that the database has.
    public var key: String { release.map { name + ":" + $0 } ?? name }

    private static func canonicalRelease(_ text: String, of name: String) -> String {
        switch name {
        case "Ubuntu":
            // Long-term support is no other release; Pro is.
            return text.hasSuffix(":LTS") ? String(text.dropLast(4)) : text
        case "Red Hat":
            // `enterprise_linux:9::appstream`: the streams' repositories are told apart by package and module.
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count >= 2, parts[0] == "enterprise_linux" else { return text }
            return String(parts[1].prefix { $0 != "." })
        case "SUSE":
            // Most of a server's packages come from modules. They have a life of their own, but no versions of their own.
            let words = text.split(separator: " ")
            guard text.hasPrefix("Linux Enterprise Module for "), let last = words.last else { return text }
            let isServicePack = last.hasPrefix("SP") && words.count > 1
            return "Linux Enterprise Server "
                + words.suffix(isServicePack ? 2 : 1).joined(separator: " ")
        default: return text
        }
    }

    /// How its versions are ordered; nil when nobody knows.
    public var versionOrder: VersionOrder? { Self.orders[name] }

    private static let orders: [String: VersionOrder] = [
        "Debian": .deb, "Ubuntu": .deb, "Echo": .deb,
        "AlmaLinux": .rpm, "Amazon Linux": .rpm, "Azure Linux": .rpm, "Mageia": .rpm, "Oracle Linux": .rpm,
        "Photon OS": .rpm, "Red Hat": .rpm, "Rocky Linux": .rpm, "SUSE": .rpm, "openEuler": .rpm, "openSUSE": .rpm,
        "Alpaquita": .apk, "Alpine": .apk, "BellSoft Hardened Containers": .apk, "Chainguard": .apk, "MinimOS": .apk,
        "Wolfi": .apk,
        "PyPI": .pypi, "npm": .semver, "crates.io": .semver, "Hex": .semver, "Pub": .semver, "SwiftURL": .semver,
        "Bitnami": .semver, "Go": .golang, "Maven": .maven, "RubyGems": .gem, "Packagist": .composer, "NuGet": .nuget,
    ]

    /// The one spelling of a package's name.
    public static func normalizedName(_ name: String, in ecosystem: String) -> String {
        switch ecosystem {
        case "PyPI": PackageType.pypi.spelling(name)
        case "Packagist", "NuGet": PackageType.nuget.spelling(name)
        default: name
        }
    }

    /// The ecosystem of a package that no distribution has made.
    static func language(_ type: PackageType) -> Ecosystem? {
        let name: String? =
            switch type {
            case .npm: "npm"
            case .pypi: "PyPI"
            case .golang: "Go"
            case .maven: "Maven"
            case .gem: "RubyGems"
            case .cargo: "crates.io"
            case .composer: "Packagist"
            case .nuget: "NuGet"
            case .deb, .apk, .rpm, .conda: nil
            }
        return name.map { Ecosystem(name: $0, release: nil) }
    }
}
