import Inventory
import OCI

/// Somebody's word about whether a product is affected by a vulnerability.
struct VEXStatement: Hashable, Sendable {
    /// What is said.
    enum Status: String, Hashable, Sendable {
        case notAffected = "not_affected"
        case affected
        case fixed
        case underInvestigation = "under_investigation"
    }

    /// A product, and which parts of it are meant; all when there are none.
    struct Product: Hashable, Sendable {
        var purl: PackageURL
        var parts: [PackageURL]
    }

    var identifiers: Set<String>
    var products: [Product]
    var status: Status
    var reason: String?
    /// When it was said, as RFC 3339.
    var time: String
    var file: String

    /// Is it about this finding?
    func isAbout(_ finding: Finding, of image: ScannedImage) -> Bool {
        guard finding.identifiers.contains(where: identifiers.contains), let purl = finding.package.purl else {
            return false
        }
        return products.contains { product in
            if image.isProduct(product.purl) {
                return product.parts.isEmpty || product.parts.contains { $0.covers(purl) }
            }
            guard product.purl.covers(purl) else { return false }
            return product.parts.isEmpty || product.parts.contains { $0.covers(purl) }
        }
    }
}

/// Statements from any number of VEX documents.
public struct VEXStatements: Sendable {
    private var statements: [VEXStatement] = []
    /// What could not be used of the documents.
    public private(set) var warnings: [String] = []

    /// No statements.
    public init() {}

    /// Reads a document: OpenVEX, or CycloneDX with analyses.
    ///
    /// - Throws: ``AdvisoriesError/malformedJSON(path:line:offset:reason:)``, ``AdvisoriesError/malformed(path:line:reason:)``.
    public mutating func read(_ document: [UInt8], file: String) throws(AdvisoriesError) {
        let value: JSONValue
        do throws(JSONFault) {
            value = try JSONCursor.value(of: document)
        } catch {
            throw .malformedJSON(path: file, line: 0, offset: error.offset, reason: error.reason)
        }
        if value["bomFormat"]?.text == "CycloneDX" {
            statements += CycloneDXVEX.statements(value, file: file, warnings: &warnings)
        } else if value["statements"] != nil {
            statements += OpenVEX.statements(value, file: file, warnings: &warnings)
        } else {
            throw .malformed(path: file, line: 0, reason: "it is neither OpenVEX nor CycloneDX")
        }
    }

    /// Why a finding does not count; nil when nothing says that it does not. The last word in time decides.
    public func suppression(of finding: Finding, in image: ScannedImage) -> Suppression? {
        let about = statements.enumerated().filter { $0.element.isAbout(finding, of: image) }
        let last = about.max { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }?.element
        guard let last, last.status == .notAffected || last.status == .fixed else { return nil }
        return Suppression(kind: .vex, status: last.status.rawValue, reason: last.reason, file: last.file)
    }
}
