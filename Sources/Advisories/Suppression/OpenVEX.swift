import Inventory
import OCI

/// OpenVEX 0.2.0, and what earlier versions wrote differently.
enum OpenVEX {
    static func statements(_ document: JSONValue, file: String, warnings: inout [String]) -> [VEXStatement] {
        let time = document["last_updated"]?.text ?? document["timestamp"]?.text ?? ""
        var statements: [VEXStatement] = []
        for (index, element) in (document["statements"]?.elements ?? []).enumerated() {
            func warn(_ reason: String) { warnings.append("\(file): statement \(index + 1) is not used: \(reason)") }
            guard let status = element["status"]?.text.flatMap(VEXStatement.Status.init(rawValue:)) else {
                warn("its status is not known")
                continue
            }
            let justification = element["justification"]?.text
            let impact = element["impact_statement"]?.text
            if status == .notAffected, justification == nil, impact == nil {
                warn("not_affected needs a justification or an impact statement")
                continue
            }
            let identifiers = identifiers(element["vulnerability"])
            let products = (element["products"]?.elements ?? []).compactMap(product)
            guard !identifiers.isEmpty, !products.isEmpty else {
                warn("it names no vulnerability, or no product by package URL")
                continue
            }
            statements.append(
                VEXStatement(
                    identifiers: identifiers, products: products, status: status,
                    reason: [justification, impact].compactMap { $0 }.joined(separator: ": ").nonEmpty,
                    time: element["last_updated"]?.text ?? element["timestamp"]?.text ?? time, file: file))
        }
        return statements
    }

    private static func identifiers(_ value: JSONValue?) -> Set<String> {
        guard let value else { return [] }
        if let text = value.text { return [text] }
        var identifiers = Set(value["aliases"]?.texts ?? [])
        if let name = value["name"]?.text { identifiers.insert(name) }
        // The identifier may be a page whose last part is the name.
        if let page = value["@id"]?.text, let last = page.split(separator: "/").last {
            identifiers.insert(String(last))
        }
        return identifiers
    }

    private static func product(_ value: JSONValue) -> VEXStatement.Product? {
        guard let purl = purl(value) else { return nil }
        let parts = value["subcomponents"]?.elements ?? []
        let known = parts.compactMap(Self.purl)
        // Parts that cannot be told would widen the statement to the whole product.
        guard known.count == parts.count else { return nil }
        return VEXStatement.Product(purl: purl, parts: known)
    }

    private static func purl(_ value: JSONValue) -> PackageURL? {
        let text = value.text ?? value["identifiers"]?["purl"]?.text ?? value["@id"]?.text
        return text.flatMap { try? PackageURL(parsing: $0, .lenient) }
    }
}

extension String {
    /// Nil for a text without characters.
    var nonEmpty: String? { isEmpty ? nil : self }
}
