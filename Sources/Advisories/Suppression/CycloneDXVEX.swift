import Inventory
import OCI

/// Analyses in CycloneDX documents.
enum CycloneDXVEX {
    static func statements(_ document: JSONValue, file: String, warnings: inout [String]) -> [VEXStatement] {
        var components: [String: PackageURL] = [:]
        collect(document["components"], depth: 0, into: &components)
        if let root = document["metadata"]?["component"] { collect(.array([root]), depth: 0, into: &components) }
        let time = document["metadata"]?["timestamp"]?.text ?? ""
        var statements: [VEXStatement] = []
        for element in document["vulnerabilities"]?.elements ?? [] {
            guard let id = element["id"]?.text, let analysis = element["analysis"],
                let status = status(analysis["state"]?.text)
            else { continue }
            let references = (element["references"]?.elements ?? []).compactMap { $0["id"]?.text }
            let products = (element["affects"]?.elements ?? []).compactMap { affected -> VEXStatement.Product? in
                guard let purl = affected["ref"]?.text.flatMap({ reference($0, components) }) else { return nil }
                return VEXStatement.Product(purl: purl, parts: [])
            }
            guard !products.isEmpty else {
                warnings.append("\(file): the analysis of \(id) is not used: it names no component by package URL")
                continue
            }
            statements.append(
                VEXStatement(
                    identifiers: Set(references + [id]), products: products, status: status,
                    reason: [analysis["justification"]?.text, analysis["detail"]?.text].compactMap { $0 }
                        .joined(separator: ": ").nonEmpty,
                    time: analysis["lastUpdated"]?.text ?? element["updated"]?.text ?? time, file: file))
        }
        return statements
    }

    private static func status(_ state: String?) -> VEXStatement.Status? {
        switch state {
        case "not_affected", "false_positive": .notAffected
        case "resolved", "resolved_with_pedigree": .fixed
        case "exploitable": .affected
        case "in_triage": .underInvestigation
        default: nil
        }
    }

    private static func collect(_ value: JSONValue?, depth: Int, into components: inout [String: PackageURL]) {
        guard depth < 16 else { return }
        for component in value?.elements ?? [] {
            if let purl = component["purl"]?.text.flatMap({ try? PackageURL(parsing: $0, .lenient) }) {
                components[component["bom-ref"]?.text ?? purl.description] = purl
            }
            collect(component["components"], depth: depth + 1, into: &components)
        }
    }

    /// A component's reference, a package URL itself, or a link into another document: `urn:cdx:SERIAL/1#REFERENCE`.
    private static func reference(_ text: String, _ components: [String: PackageURL]) -> PackageURL? {
        if let known = components[text] { return known }
        var text = Substring(text)
        if text.hasPrefix("urn:cdx:"), let hash = text.firstIndex(of: "#") { text = text[text.index(after: hash)...] }
        if let known = components[String(text)] { return known }
        if let purl = try? PackageURL(parsing: String(text), .lenient) { return purl }
        return percentDecoded(text).flatMap { try? PackageURL(parsing: $0, .lenient) }
    }

    private static func percentDecoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(code)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
