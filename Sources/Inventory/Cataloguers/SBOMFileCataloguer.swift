import LayerFormat
import OCI

/// What Alpine-like distributions say themselves about their packages: an SPDX document for each.
struct SBOMFileCataloguer: Cataloguer {
    func wants(_ file: FileFacts) -> Bool {
        file.directory.equals("var/lib/db/sbom") && file.name.ends(with: ".spdx.json")
    }

    private struct Document: Decodable {
        var packages: LenientList<Entry>?
        var relationships: LenientList<Relationship>?

        /// What depends on what, as far as it is said: identifiers.
        var dependencies: [String: [String]] {
            (relationships?.elements ?? []).reduce(into: [:]) { result, relationship in
                switch relationship.relationshipType {
                case "DEPENDS_ON":
                    result[relationship.spdxElementId, default: []].append(relationship.relatedSpdxElement)
                case "DEPENDENCY_OF", "RUNTIME_DEPENDENCY_OF":
                    result[relationship.relatedSpdxElement, default: []].append(relationship.spdxElementId)
                default: break
                }
            }
        }
    }

    private struct Relationship: Decodable {
        var spdxElementId: String
        var relationshipType: String
        var relatedSpdxElement: String
    }

    private struct Entry: Decodable {
        var identifier: LenientText?
        var externalRefs: LenientList<Reference>?
        var licenseDeclared: LenientText?

        enum CodingKeys: String, CodingKey {
            case externalRefs, licenseDeclared
            case identifier = "SPDXID"
        }
    }

    private struct Reference: Decodable {
        var referenceType: String
        var referenceLocator: String
    }

    func read(_ content: any RandomAccessBytes, of file: FileFacts) throws -> Finding? {
        let document = try JSONFile.decode(Document.self, content, what: "SPDX document")
        var found: [(package: Package, identifier: String)] = []
        for entry in document.packages?.elements ?? [] {
            for reference in entry.externalRefs?.elements ?? [] where reference.referenceType == "purl" {
                guard let url = try? PackageURL(parsing: reference.referenceLocator, .lenient), url.type == "apk",
                    let version = url.version
                else { continue }
                let licence = entry.licenseDeclared?.text
                let isKnown = licence != nil && licence != "NOASSERTION" && licence != "NONE"
                let origin = url.qualifiers["origin"] ?? url.qualifiers["upstream"] ?? url.name
                let package = Package(
                    type: .apk, name: url.name, version: version, path: "",
                    source: Package.SourcePackage(name: origin, version: version),
                    architecture: url.qualifiers["arch"], licences: isKnown ? [licence ?? ""] : [])
                found.append((package, entry.identifier?.text ?? ""))
            }
        }
        let places = Dictionary(found.enumerated().map { ($1.identifier, $0) }) { first, _ in first }
        let dependencies = document.dependencies
        var finding = Finding()
        for (package, identifier) in found {
            let targets = dependencies[identifier]?.compactMap { places[$0] }
            finding.add(package, targets.map { PackageRequirements(packages: $0) })
        }
        return finding
    }
}
