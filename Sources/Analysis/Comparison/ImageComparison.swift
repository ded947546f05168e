import Inventory
import OCI

/// Two images side by side.
public struct ImageComparison: Sendable {
    /// The first image.
    public let before: Inspection
    /// The second image.
    public let after: Inspection
    /// The vulnerabilities of the first image; nil when nobody looked.
    public let beforeFindings: Set<ComparedFinding>?
    /// Those of the second image.
    public let afterFindings: Set<ComparedFinding>?
    /// Files that are not the same, by path.
    public let files: [FileChange]
    /// Fields of the configuration that are not the same; none when one image is a plain root file system.
    public let config: [ConfigChange]

    /// Compares two images.
    public init(
        before: Inspection, after: Inspection, beforeFindings: Set<ComparedFinding>? = nil,
        afterFindings: Set<ComparedFinding>? = nil
    ) {
        self.before = before
        self.after = after
        self.beforeFindings = beforeFindings
        self.afterFindings = afterFindings
        files = FileChange.changes(from: before.ledger, to: after.ledger)
        if let former = before.config, let latter = after.config {
            config = ConfigChange.changes(from: former, to: latter)
        } else {
            config = []
        }
    }

    /// By how many percent of the uncompressed size the second image is smaller; negative when it is larger, 0 when the
    /// first is empty. To a tenth.
    public var reductionPercent: Double {
        let percent = Self.reduction(before.ledger.size, after.ledger.size) ?? 0
        return (percent * 10).rounded() / 10
    }

    /// Packages of the first image that the second does not have in that version, sorted.
    public var removedPackages: [ComparedPackage] {
        before.comparedPackages.subtracting(after.comparedPackages).sorted()
    }
    /// Packages of the second image that the first does not have in that version, sorted.
    public var addedPackages: [ComparedPackage] { after.comparedPackages.subtracting(before.comparedPackages).sorted() }
    /// Findings that the second image does not have any more, sorted.
    public var removedFindings: [ComparedFinding] {
        (beforeFindings ?? []).subtracting(afterFindings ?? []).sorted()
    }
    /// Findings that the second image has and the first has not, sorted.
    public var addedFindings: [ComparedFinding] { (afterFindings ?? []).subtracting(beforeFindings ?? []).sorted() }

    /// Is there anything that one image has and the other has not: files, packages, configuration, or bytes in vain?
    public var differs: Bool {
        !files.isEmpty || !config.isEmpty || before.ledger.size != after.ledger.size
            || before.comparedPackages != after.comparedPackages
    }

    /// ``files``, those that make the most difference first.
    public var filesByGrowth: [FileChange] {
        files.indices.sorted {
            (files[$1].growth.magnitude, $0) < (files[$0].growth.magnitude, $1)
        }.map { files[$0] }
    }

    /// How many of the lowest layers are the same.
    public var sharedLayers: Int {
        zip(before.ledger.layers, after.ledger.layers).prefix { $0.diffID == $1.diffID }.count
    }

    /// By how many percent the second number is smaller; nil when the first is zero.
    public static func reduction(_ before: Int64, _ after: Int64) -> Double? {
        before > 0 ? Double(before - after) / Double(before) * 100 : nil
    }
}

/// What makes two packages of two images the same.
public struct ComparedPackage: Hashable, Sendable, Comparable, Codable {
    /// Its name.
    public let name: String
    /// Its version.
    public let version: String
    /// Its ecosystem.
    public let type: String

    /// The packages, each once however often it is there.
    public static func all(of packages: some Sequence<Package>) -> Set<ComparedPackage> {
        Set(packages.map { ComparedPackage(name: $0.name, version: $0.version, type: $0.type.rawValue) })
    }

    /// By ecosystem, name and version.
    public static func < (lhs: ComparedPackage, rhs: ComparedPackage) -> Bool {
        (lhs.type, lhs.name, lhs.version) < (rhs.type, rhs.name, rhs.version)
    }
}

/// What makes two vulnerabilities of two images the same.
public struct ComparedFinding: Hashable, Sendable, Comparable, Codable {
    /// Its identifier, such as a CVE.
    public let id: String
    /// The package that has it.
    public let package: String
    /// The package's version.
    public let version: String
    /// How bad it is: `CRITICAL` and so on.
    public let severity: String

    /// A finding.
    public init(id: String, package: String, version: String, severity: String) {
        self.id = id
        self.package = package
        self.version = version
        self.severity = severity
    }

    /// By identifier, package and version.
    public static func < (lhs: ComparedFinding, rhs: ComparedFinding) -> Bool {
        (lhs.id, lhs.package, lhs.version) < (rhs.id, rhs.package, rhs.version)
    }
}

extension Inspection {
    /// The packages that the image shows, each once however often it is there.
    public var comparedPackages: Set<ComparedPackage> {
        ComparedPackage.all(of: packages.prefix(shownPackages).map(\.package))
    }
}
