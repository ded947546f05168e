import LayerFormat
import OCI

/// What Alpine-like distributions say themselves about their packages: an SPDX document for each.
struct SBOMFileCataloguer: Cataloguer {
    func wants(_ file: FileFacts) -> Bool {
        file.directory.equals("var/lib/db/sbom") && file.name.ends(with: ".spdx.json")
    }

    private struct Document: Decodable {
        var packages: LenientList<Entry>?
    }

    private struct Entry: Decodable {
        var externalRefs: LenientList<Reference>?
        var licenseDeclared: LenientText?
    }

    private struct Reference: Decodable {
        var referenceType: String
        var referenceLocator: String
    }

    func read(_ content: any RandomAccessBytes, of file: FileFacts) throws -> Finding? {
        let document = try JSONFile.decode(Document.self, content, what: "SPDX document")
        var finding = Finding()
        for entry in document.packages?.elements ?? [] {
            for reference in entry.externalRefs?.elements ?? [] where reference.referenceType == "purl" {
                guard let url = try? PackageURL(parsing: reference.referenceLocator, .lenient), url.type == "apk",
                    let version = url.version
                else { continue }
                let licence = entry.licenseDeclared?.text
                let isKnown = licence != nil && licence != "NOASSERTION" && licence != "NONE"
                let origin = url.qualifiers["origin"] ?? url.qualifiers["upstream"] ?? url.name
                finding.packages.append(
                    Package(
                        type: .apk, name: url.name, version: version, path: "",
                        source: Package.SourcePackage(name: origin, version: version),
                        architecture: url.qualifiers["arch"], licences: isKnown ? [licence ?? ""] : []))
            }
        }
        return finding
    }
}
