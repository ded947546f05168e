import Inventory
import OCI

/// What a scan of an image has found.
public struct ScanReport: Sendable {
    /// The image.
    public var image: ScannedImage
    /// What the image is called in its bill of materials.
    public var subject: BillOfMaterials.Subject
    /// All its packages.
    public var inventory: ImageInventory
    /// What made its layers; nil for a plain root file system.
    public var attribution: ImageAttribution?
    /// When the image was made, as RFC 3339: the time that documents about it bear.
    public var created: String
    /// When the scan was made, in seconds since 1970.
    public var time: Int64
    /// The findings that count, the worst first.
    public var findings: [Finding] = []
    /// The findings that somebody has said do not count.
    public var suppressed: [Finding] = []
    /// The secrets that count.
    public var secrets: [SecretFinding] = []
    /// How many packages nobody's advisories are about, by reason.
    public var uncovered: [Uncovered: Int] = [:]
    /// The ecosystems of the image's packages, and how new the database's data on them is.
    public var dates: [(ecosystem: Ecosystem, date: String?)] = []
    /// New versions that take findings away.
    public var upgrades: [UpgradeAdvice] = []
    /// Packages that belong into a stage that builds.
    public var buildStages: [AvoidablePackages] = []
    /// Packages that are there only because others recommend them.
    public var recommended: [AvoidablePackages] = []
    /// Other bases that were looked at, and are better: the best first.
    public var bases: [BaseAdvice] = []
    /// How many findings the base has too, when only new ones are shown.
    public var knownInBase: Int?

    /// A report without findings.
    public init(
        image: ScannedImage, subject: BillOfMaterials.Subject, inventory: ImageInventory,
        attribution: ImageAttribution?, created: String, time: Int64
    ) {
        self.image = image
        self.subject = subject
        self.inventory = inventory
        self.attribution = attribution
        self.created = created
        self.time = time
    }

    /// The distribution the image is made of.
    public var distribution: Distribution? { inventory.distribution }
    /// The packages that the image shows.
    public var packages: [Package] { inventory.packages }

    /// What made a layer.
    public func attribution(ofLayer index: Int) -> LayerAttribution? {
        guard let layers = attribution?.layers, layers.indices.contains(index) else { return nil }
        return layers[index]
    }

    /// The age of the oldest data that the scan relies on, in days, and whose it is; nil when nothing is dated.
    public var oldest: (ecosystem: Ecosystem, days: Int64)? {
        dates.compactMap { entry in
            entry.date.flatMap(Timestamp.seconds(date:)).map { (entry.ecosystem, max(0, time - $0) / 86_400) }
        }.max { $0.1 < $1.1 }
    }
}

/// A newer version of a package, and what it does away with. It was looked up in the same database, like the present version.
public struct UpgradeAdvice: Hashable, Sendable {
    /// The package.
    public var package: Package
    /// The newer version.
    public var version: String
    /// How many findings are gone with it.
    public var gone: Int
    /// How many it has.
    public var remaining: Int
}
