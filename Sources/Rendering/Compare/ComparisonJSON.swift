import Analysis
import OCI

/// A comparison for scripts.
public enum ComparisonJSON {
    /// The document and a line feed.
    public static func text(_ comparison: ImageComparison) throws -> String {
        String(decoding: try CanonicalJSON.encode(Fields(comparison)), as: UTF8.self) + "\n"
    }
}

private struct Fields: Encodable {
    var before: ImageFields
    var after: ImageFields
    var reductionPercent: Double
    var sharedLayers: Int
    var removedPackages: [ComparedPackage]
    var addedPackages: [ComparedPackage]
    var removedFindings: [ComparedFinding]
    var addedFindings: [ComparedFinding]
    var addedFiles: [FileFields]
    var removedFiles: [FileFields]
    var changedFiles: [FileFields]
    var config: [ConfigChange]

    init(_ comparison: ImageComparison) {
        before = ImageFields(comparison.before, comparison.beforeFindings)
        after = ImageFields(comparison.after, comparison.afterFindings)
        reductionPercent = comparison.reductionPercent
        sharedLayers = comparison.sharedLayers
        removedPackages = comparison.removedPackages
        addedPackages = comparison.addedPackages
        removedFindings = comparison.removedFindings
        addedFindings = comparison.addedFindings
        func files(_ kind: FileChange.Kind) -> [FileFields] {
            comparison.files.filter { $0.kind == kind }.map(FileFields.init)
        }
        addedFiles = files(.added)
        removedFiles = files(.removed)
        changedFiles = files(.changed)
        config = comparison.config
    }
}

private struct ImageFields: Encodable {
    struct Layer: Encodable {
        var diffID: Digest
        var size: Int64
        var compressedSize: Int64
        var instruction: String?
        var line: Int?
        var wasted: Int64
    }
    var ref: String
    var digest: Digest?
    var size: Int64
    var compressedSize: Int64
    var packages: Int
    var findings: Int?
    var files: Int
    var wastedBytes: Int64
    var layers: [Layer]

    init(_ inspection: Inspection, _ findings: Set<ComparedFinding>?) {
        let ledger = inspection.ledger
        ref = inspection.ref
        digest = inspection.digest
        size = ledger.size
        compressedSize = ledger.compressedSize
        packages = inspection.comparedPackages.count
        self.findings = findings?.count
        files = inspection.shownFiles
        wastedBytes = ledger.wastedBytes
        layers = ledger.layers.map {
            Layer(
                diffID: $0.diffID, size: $0.size, compressedSize: $0.compressedSize, instruction: $0.origin.instruction,
                line: $0.origin.lines?.lowerBound, wasted: $0.wasted)
        }
    }
}

private struct FileFields: Encodable {
    var path: String
    var before: Int64?
    var after: Int64?
    var changed: [String]?

    init(_ change: FileChange) {
        path = "/" + String(decoding: change.path, as: UTF8.self)
        before = change.sizeBefore
        after = change.sizeAfter
        changed = change.kind == .changed ? change.aspects.map(\.rawValue) : nil
    }
}
