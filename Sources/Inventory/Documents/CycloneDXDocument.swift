import OCI

/// A bill of materials in CycloneDX 1.6.
public enum CycloneDXDocument {
    /// The document as JSON.
    public static func bytes(_ bill: BillOfMaterials) throws(OCIError) -> [UInt8] {
        var references = ReferenceNames()
        let subject = references.unique(bill.subject.digest?.description ?? bill.subject.reference)
        var components: [JSONValue] = []
        let graph = bill.inventory.graph()
        var top: [String] = []
        if let distribution = bill.inventory.distribution {
            let name = references.unique("os:" + distribution.qualifier)
            components.append(operatingSystem(distribution, reference: name))
            top.append(name)
        }
        let names = bill.inventory.packages.map { package in
            references.unique(package.purl?.description ?? "\(package.type.rawValue):\(package.name)")
        }
        for (package, name) in zip(bill.inventory.packages, names) {
            components.append(component(package, bill, reference: name))
        }
        top += graph.roots.map { names[$0] }
        var dependencies = [dependency(subject, on: top)]
        for (name, targets) in zip(names, graph.dependencies) {
            // One without an entry has dependencies that nobody knows; an empty list says that there are none.
            if let targets { dependencies.append(dependency(name, on: targets.map { names[$0] })) }
        }
        return try CanonicalJSON.encode(
            JSONValue.object([
                "$schema": .string("http://cyclonedx.org/schema/bom-1.6.schema.json"),
                "bomFormat": .string("CycloneDX"), "specVersion": .string("1.6"), "version": .integer(1),
                "serialNumber": .string("urn:uuid:" + bill.identifier("cyclonedx")),
                "metadata": .object([
                    "timestamp": .string(bill.created),
                    "tools": .object([
                        "components": .array([
                            .object([
                                "type": .string("application"), "name": .string("whittle"),
                                "version": .string(bill.toolVersion),
                            ])
                        ])
                    ]),
                    "component": metadata(bill, reference: subject),
                ]), "components": .array(components),
                "dependencies": .array(dependencies),
            ]))
    }

    private static func dependency(_ name: String, on others: [String]) -> JSONValue {
        .object(["ref": .string(name), "dependsOn": .array(others.map { .string($0) })])
    }

    private static func metadata(_ bill: BillOfMaterials, reference: String) -> JSONValue {
        var fields: [String: JSONValue] = [
            "bom-ref": .string(reference), "name": .string(bill.subject.reference),
            "type": .string(bill.subject.digest == nil ? "application" : "container"),
        ]
        if let digest = bill.subject.digest { fields["version"] = .string(digest.description) }
        var facts: [(name: String, value: String)] = []
        if let platform = bill.subject.platform { facts.append(("platform", platform.description)) }
        for (index, layer) in (bill.attribution?.layers ?? []).enumerated() {
            facts.append(("layer:\(index):diffID", layer.diffID.description))
        }
        if !facts.isEmpty { fields["properties"] = properties(facts) }
        return .object(fields)
    }

    private static func operatingSystem(_ distribution: Distribution, reference: String) -> JSONValue {
        var fields: [String: JSONValue] = [
            "bom-ref": .string(reference), "type": .string("operating-system"), "name": .string(distribution.id),
        ]
        if let version = distribution.versionID { fields["version"] = .string(version) }
        if let name = distribution.prettyName { fields["description"] = .string(name) }
        return .object(fields)
    }

    private static func component(_ package: Package, _ bill: BillOfMaterials, reference: String) -> JSONValue {
        var fields: [String: JSONValue] = [
            "bom-ref": .string(reference),
            "type": .string(package.isApplicationRoot ? "application" : "library"),
            "name": .string(package.name),
            "evidence": .object([
                "occurrences": .array([.object(["location": .string(package.path)])])
            ]),
            "properties": properties([("type", package.type.rawValue)] + bill.provenance(of: package)),
        ]
        // The two ecosystems whose names are written in two fields.
        if package.type == .maven || package.type == .npm, let url = package.purl, let group = url.namespace {
            fields["group"] = .string(group)
            fields["name"] = .string(url.name)
        }
        if !package.version.isEmpty { fields["version"] = .string(package.version) }
        if let url = package.purl { fields["purl"] = .string(url.description) }
        if let vendor = package.vendor, !vendor.isEmpty { fields["supplier"] = .object(["name": .string(vendor)]) }
        let licences = package.licences.filter { !$0.isEmpty }
        if !licences.isEmpty {
            fields["licenses"] = .array(
                licences.map { .object(["license": .object(["name": .string($0)])]) })
        }
        return .object(fields)
    }

    private static func properties(_ facts: [(name: String, value: String)]) -> JSONValue {
        .array(facts.map { .object(["name": .string("whittle:" + $0.name), "value": .string($0.value)]) })
    }
}

/// Names within a document, of which no two are the same.
struct ReferenceNames {
    /// What is in front of the number.
    private let mark: String
    private var used: [String: Int] = [:]

    init(mark: String = "#") { self.mark = mark }

    /// The name, with a number behind it when it has been given out already.
    mutating func unique(_ name: String) -> String {
        let count = used[name, default: 0] + 1
        used[name] = count
        if count == 1 { return name }
        return unique(name + "\(mark)\(count)")
    }
}
