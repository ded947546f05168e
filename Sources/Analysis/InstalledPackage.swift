/// A package that a package manager's own records say is installed.
public struct InstalledPackage: Hashable, Sendable, Comparable, Codable {
    /// Which records it is in.
    public enum Kind: String, Hashable, Sendable, Codable {
        /// dpkg's.
        case deb
        /// apk's.
        case apk
        /// Python's `.dist-info` and `.egg-info`.
        case pypi
    }

    /// Its name.
    public let name: String
    /// Its version, as its package manager writes it.
    public let version: String
    /// Which records it is in.
    public let type: Kind

    /// A package.
    public init(name: String, version: String, type: Kind) {
        self.name = name
        self.version = version
        self.type = type
    }

    /// By kind, name and version.
    public static func < (lhs: InstalledPackage, rhs: InstalledPackage) -> Bool {
        (lhs.type.rawValue, lhs.name, lhs.version) < (rhs.type.rawValue, rhs.name, rhs.version)
    }
}
