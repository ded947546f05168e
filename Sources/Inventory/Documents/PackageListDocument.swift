import OCI

/// A list of packages in a plain form of JSON.
public enum PackageListDocument {
    /// The document.
    public static func bytes(_ bill: BillOfMaterials) throws(OCIError) -> [UInt8] {
        var image: [String: JSONValue] = ["ref": .string(bill.subject.reference)]
        image["digest"] = bill.subject.digest.map { .string($0.description) }
        image["platform"] = bill.subject.platform.map { .string($0.description) }
        var fields: [String: JSONValue] = [
            "image": .object(image), "packages": .array(bill.inventory.packages.map { entry($0, bill) }),
            "hiddenPackages": .array(bill.inventory.hiddenPackages.map { entry($0, bill) }),
            "warnings": .array(
                bill.inventory.warnings.map {
                    .object(["path": .string($0.path), "reason": .string($0.reason)])
                }),
        ]
        fields["distribution"] = bill.inventory.distribution.map { distribution in
            var fields: [String: JSONValue] = ["id": .string(distribution.id)]
            fields["versionID"] = distribution.versionID.map { .string($0) }
            fields["prettyName"] = distribution.prettyName.map { .string($0) }
            return .object(fields)
        }
        return try CanonicalJSON.encode(JSONValue.object(fields))
    }

    private static func entry(_ package: Package, _ bill: BillOfMaterials) -> JSONValue {
        var fields: [String: JSONValue] = [
            "name": .string(package.name), "version": .string(package.version),
            "type": .string(package.type.rawValue), "path": .string(package.path),
        ]
        fields["purl"] = package.purl.map { .string($0.description) }
        fields["architecture"] = package.architecture.map { .string($0) }
        fields["source"] = package.source.map {
            .object(["name": .string($0.name), "version": .string($0.version)])
        }
        if !package.licences.isEmpty { fields["licences"] = .array(package.licences.map { .string($0) }) }
        if !package.marks.isEmpty {
            fields["marks"] = .array(package.marks.map(\.rawValue).sorted().map { .string($0) })
        }
        var place = layer(package.layer, bill.attribution)
        if let origin = bill.origin(of: package) {
            var step: [String: JSONValue] = [
                "instruction": .string(origin.instruction), "stage": .string(origin.stage),
                "path": .string(origin.path),
            ]
            step["line"] = origin.lines.map { .integer(Int64($0.lowerBound)) }
            fields["origin"] = .object(step)
            place["origin"] = .object(step)
        }
        fields["layer"] = .object(place)
        fields["removedBy"] = package.removedBy.map { .object(layer($0, bill.attribution)) }
        return .object(fields)
    }

    private static func layer(_ place: Package.LayerPlace, _ attribution: ImageAttribution?) -> [String: JSONValue] {
        var fields: [String: JSONValue] = ["index": .integer(Int64(place.index))]
        fields["diffID"] = place.diffID.map { .string($0.description) }
        if let attribution, attribution.layers.indices.contains(place.index) {
            let layer = attribution.layers[place.index]
            fields["instruction"] = layer.instruction.map { .string($0) }
            fields["line"] = layer.lines.map { .integer(Int64($0.lowerBound)) }
            fields["stage"] = layer.stage.map { .string($0) }
        }
        return fields
    }
}
