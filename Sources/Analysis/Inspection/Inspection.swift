import Inventory
import OCI

/// All that is known of an image once its layers have been read.
public struct Inspection: Sendable {
    /// How it was named.
    public let ref: String
    /// The digest of its manifest; nil for a plain root file system.
    public let digest: Digest?
    /// How to run it; nil for a plain root file system.
    public let config: ImageConfig?
    /// The Dockerfile that it was built from, as the record of the build has it.
    public let dockerfile: BuildRecord.DockerfileFile?
    /// Where its bytes are.
    public let ledger: Ledger
    /// Its packages: those that it shows, then those that it hides.
    public let packages: [PackageShare]
    /// How many of the packages it shows.
    public let shownPackages: Int
    /// The distribution it is made of.
    public let distribution: Distribution?
    /// What the Dockerfile could do better.
    public let suggestions: [Suggestion]
    /// Files of the same content.
    public let duplicates: Duplicates
    /// Private keys and the like in any layer.
    public let secrets: [LeftSecret]
    /// What could not be read, and what is odd.
    public let warnings: [String]

    /// Puts together what was read.
    public init(
        ref: String, digest: Digest?, config: ImageConfig?, ledger: Ledger, inventory: ImageInventory,
        dockerfile: BuildRecord.DockerfileFile? = nil, secrets: [LeftSecret] = [], warnings: [String]
    ) {
        var ledger = ledger
        packages = ledger.attribute(to: inventory)
        shownPackages = inventory.packages.count
        distribution = inventory.distribution
        self.ref = ref
        self.digest = digest
        self.config = config
        self.dockerfile = dockerfile
        self.secrets = secrets
        self.ledger = ledger
        suggestions = ledger.suggestions()
        duplicates = Duplicates(ledger)
        self.warnings = warnings + inventory.warnings.map { "\($0.path): \($0.reason)" }
    }

    /// Files that run with their owner's or group's rights, in any layer: positions in ``Ledger/versions``.
    public var setIDFiles: [Int] {
        ledger.versions.indices.filter {
            let version = ledger.versions[$0]
            return version.kind == .file && version.mode & 0o6000 != 0 && version.state != .whiteout
                && version.state != .ignored
        }
    }

    /// How many files, links and devices the image shows.
    public var shownFiles: Int {
        ledger.versions.reduce(0) { $0 + ($1.state == .live && $1.kind != .directory ? 1 : 0) }
    }
}

/// A private key, a token or the like that a layer has. Whoever has the image has it, whether the image shows it or not.
public struct LeftSecret: Hashable, Sendable, Codable {
    /// The rule that found it.
    public let rule: String
    /// What it is.
    public let title: String
    /// How bad it is.
    public let severity: String
    /// The file, without a leading slash.
    public let path: String
    /// The line, counted from 1.
    public let line: Int
    /// Its first letters, never the whole.
    public let excerpt: String
    /// The layer that has it, the lowest being 0.
    public let layer: Int
    /// Whether a later layer deletes or replaces the file.
    public let isHidden: Bool

    /// A secret.
    public init(
        rule: String, title: String, severity: String, path: String, line: Int, excerpt: String, layer: Int,
        isHidden: Bool
    ) {
        self.rule = rule
        self.title = title
        self.severity = severity
        self.path = path
        self.line = line
        self.excerpt = excerpt
        self.layer = layer
        self.isHidden = isHidden
    }
}
