import OCI

/// A package that an image holds.
public struct Package: Hashable, Sendable, Codable {
    /// The ecosystem.
    public var type: PackageType
    /// The name as the ecosystem's advisories write it: `group:artifact` for Java, `@scope/name` for npm, the module's path
    /// for Go, `vendor/name` for Composer; otherwise as the package's record spells it.
    public var name: String
    /// The version as its package manager writes it in full: with epoch and revision for deb (`1:2.3-4`), with a non-zero
    /// epoch and the release for rpm (`1:2.3-4.el9`). Empty when it is not known, as for a Go program of a work tree.
    public var version: String
    /// The source package of a distribution's package, which is what the distribution's advisories name.
    public var source: SourcePackage?
    /// The architecture that a distribution's package was made for.
    public var architecture: String?
    /// rpm's epoch.
    public var epoch: Int?
    /// rpm's release.
    public var release: String?
    /// rpm's modularity label, `nodejs:18:8080020…:…`.
    public var modularity: String?
    /// Who made a distribution's package: dpkg's maintainer, rpm's vendor.
    public var vendor: String?
    /// The licences that the package's record states, each an SPDX expression or free text.
    public var licences: [String]
    /// The file that says that the package is there, without a leading slash. For an archive inside of another:
    /// `app.jar/BOOT-INF/lib/inner.jar`.
    public var path: String
    /// The file that is in the image: ``path`` up to the archive that holds the others.
    public var record: String
    /// What is special about it.
    public var marks: Set<Mark>
    /// The layer that brought it: the start of the last unbroken run of layers that have it.
    public var layer: LayerPlace
    /// The layer that took it away; nil for a package that the image still shows.
    public var removedBy: LayerPlace?
    /// The package URL; nil for what is in no registry.
    public var purl: PackageURL?

    /// A source package.
    public struct SourcePackage: Hashable, Sendable, Codable {
        /// The name.
        public var name: String
        /// The version, in the form of ``Package/version``.
        public var version: String

        /// A source package.
        public init(name: String, version: String) {
            self.name = name
            self.version = version
        }
    }

    /// What is special about a package.
    public enum Mark: String, Hashable, Sendable, Codable {
        /// It is the program or project itself, or an example, not something that was installed from a registry: advisories
        /// about a package of that name are not about it.
        case applicationRoot
        /// It is made by somebody else than the distribution, whose advisories are therefore not about it.
        case thirdParty
        /// It is there for development only, as its package manager notes.
        case development
    }

    /// A layer of an image.
    public struct LayerPlace: Hashable, Sendable, Codable {
        /// Which it is, the lowest being 0.
        public var index: Int
        /// The digest of its tar; nil in a plain root file system.
        public var diffID: Digest?

        /// A place.
        public init(index: Int, diffID: Digest?) {
            self.index = index
            self.diffID = diffID
        }
    }

    /// A package; what is not given is absent.
    public init(
        type: PackageType, name: String, version: String, path: String, record: String? = nil,
        source: SourcePackage? = nil,
        architecture: String? = nil, epoch: Int? = nil, release: String? = nil, modularity: String? = nil,
        vendor: String? = nil, licences: [String] = [], marks: Set<Mark> = [],
        layer: LayerPlace = LayerPlace(index: 0, diffID: nil), removedBy: LayerPlace? = nil, purl: PackageURL? = nil
    ) {
        self.type = type
        self.name = name
        self.version = version
        self.path = path
        self.record = record ?? path
        self.source = source
        self.architecture = architecture
        self.epoch = epoch
        self.release = release
        self.modularity = modularity
        self.vendor = vendor
        self.licences = licences
        self.marks = marks
        self.layer = layer
        self.removedBy = removedBy
        self.purl = purl
    }

    /// Is it the program itself rather than something installed from a registry?
    public var isApplicationRoot: Bool { marks.contains(.applicationRoot) }
}

extension Package: Comparable {
    /// By type, name, version and path.
    public static func < (lhs: Package, rhs: Package) -> Bool {
        if lhs.type != rhs.type { return lhs.type.rawValue < rhs.type.rawValue }
        if lhs.name != rhs.name { return lhs.name < rhs.name }
        if lhs.version != rhs.version { return lhs.version < rhs.version }
        if lhs.path != rhs.path { return lhs.path < rhs.path }
        return (lhs.architecture ?? "") < (rhs.architecture ?? "")
    }
}
