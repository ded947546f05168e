import OCI

/// A bill of materials in SPDX 2.3.
public enum SPDXDocument {
    private static let subjectID = "SPDXRef-Image"

    /// The document as JSON.
    public static func bytes(_ bill: BillOfMaterials) throws(OCIError) -> [UInt8] {
        var names = ReferenceNames(mark: "-")
        var packages = [subject(bill)]
        var relationships = [relationship("SPDXRef-DOCUMENT", "DESCRIBES", subjectID)]
        if let distribution = bill.inventory.distribution {
            let id = names.unique("SPDXRef-OperatingSystem-" + identifier(distribution.qualifier))
            packages.append(operatingSystem(distribution, id))
            relationships.append(relationship(subjectID, "CONTAINS", id))
        }
        let ids = bill.inventory.packages.map { package in
            let text = "\(package.type.rawValue)-\(package.name)-\(package.version)"
            return names.unique("SPDXRef-Package-" + identifier(text))
        }
        for (package, id) in zip(bill.inventory.packages, ids) {
            packages.append(entry(package, bill, id))
            relationships.append(relationship(subjectID, "CONTAINS", id))
        }
        var files: [JSONValue] = []
        for record in bill.inventory.recordFiles() {
            let id = names.unique("SPDXRef-File-" + identifier(record.path))
            files.append(file(record, id))
            relationships += record.packages.map { relationship(ids[$0], "OTHER", id, comment: evidence) }
        }
        for (id, targets) in zip(ids, bill.inventory.graph().dependencies) {
            relationships += (targets ?? []).map { relationship(id, "DEPENDS_ON", ids[$0]) }
        }
        let tool = JSONValue.string("Tool: whittle-\(bill.toolVersion)")
        return try CanonicalJSON.encode(
            JSONValue.object([
                "spdxVersion": .string("SPDX-2.3"), "dataLicense": .string("CC0-1.0"),
                "SPDXID": .string("SPDXRef-DOCUMENT"), "name": .string(bill.subject.reference),
                "documentNamespace": .string(
                    "https://spdx.org/spdxdocs/whittle-" + bill.identifier("spdx")),
                "creationInfo": .object(["created": .string(bill.created), "creators": .array([tool])]),
                "packages": .array(packages), "files": .array(files),
                "relationships": .array(relationships),
            ]))
    }

    /// Letters, digits, dots and hyphens only.
    private static func identifier(_ text: String) -> String {
        String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "." || $0 == "-") ? $0 : "-" })
    }

    private static func relationship(
        _ from: String, _ type: String, _ to: String, comment: String? = nil
    ) -> JSONValue {
        var fields: [String: JSONValue] = [
            "spdxElementId": .string(from), "relationshipType": .string(type), "relatedSpdxElement": .string(to),
        ]
        fields["comment"] = comment.map { .string($0) }
        return .object(fields)
    }

    /// SPDX has no type for it; Syft's documents begin such a comment with the same word.
    private static let evidence = "evident-by: the file says that the package is there"

    private static func file(_ record: ImageInventory.RecordFile, _ id: String) -> JSONValue {
        func checksum(_ algorithm: String, _ value: String) -> JSONValue {
            .object(["algorithm": .string(algorithm), "checksumValue": .string(value)])
        }
        return .object([
            "SPDXID": .string(id), "fileName": .string("./" + record.path),
            "checksums": .array([
                checksum("SHA1", record.checksums.sha1), checksum("SHA256", record.checksums.sha256),
            ]),
            "licenseConcluded": .string("NOASSERTION"), "licenseInfoInFiles": .array([.string("NOASSERTION")]),
            "copyrightText": .string("NOASSERTION"),
        ])
    }

    private static func subject(_ bill: BillOfMaterials) -> JSONValue {
        var fields: [String: JSONValue] = [
            "SPDXID": .string(subjectID), "name": .string(bill.subject.reference),
            "downloadLocation": .string("NOASSERTION"), "filesAnalyzed": .bool(false),
            "primaryPackagePurpose": .string(bill.subject.digest == nil ? "OTHER" : "CONTAINER"),
        ]
        if let digest = bill.subject.digest {
            fields["versionInfo"] = .string(digest.description)
            if digest.algorithm == "sha256" {
                fields["checksums"] = .array([
                    .object(["algorithm": .string("SHA256"), "checksumValue": .string(digest.hex)])
                ])
            }
        }
        return .object(fields)
    }

    private static func operatingSystem(_ distribution: Distribution, _ id: String) -> JSONValue {
        var fields: [String: JSONValue] = [
            "SPDXID": .string(id), "name": .string(distribution.id), "downloadLocation": .string("NOASSERTION"),
            "filesAnalyzed": .bool(false), "primaryPackagePurpose": .string("OPERATING_SYSTEM"),
        ]
        if let version = distribution.versionID { fields["versionInfo"] = .string(version) }
        return .object(fields)
    }

    private static func entry(_ package: Package, _ bill: BillOfMaterials, _ id: String) -> JSONValue {
        let isOwn = package.isApplicationRoot
        var fields: [String: JSONValue] = [
            "SPDXID": .string(id), "name": .string(package.name), "downloadLocation": .string("NOASSERTION"),
            "filesAnalyzed": .bool(false), "primaryPackagePurpose": .string(isOwn ? "APPLICATION" : "LIBRARY"),
            "sourceInfo": .string("found by its record: \(package.path)"),
            "licenseConcluded": .string("NOASSERTION"), "copyrightText": .string("NOASSERTION"),
            "annotations": .array(
                bill.provenance(of: package).map { fact in
                    .object([
                        "annotationDate": .string(bill.created), "annotationType": .string("OTHER"),
                        "annotator": .string("Tool: whittle-\(bill.toolVersion)"),
                        "comment": .string("whittle:\(fact.name)=\(fact.value)"),
                    ])
                }),
        ]
        if !package.version.isEmpty { fields["versionInfo"] = .string(package.version) }
        if let vendor = package.vendor, !vendor.isEmpty { fields["supplier"] = .string("Organization: \(vendor)") }
        if let url = package.purl {
            fields["externalRefs"] = .array([
                .object([
                    "referenceCategory": .string("PACKAGE-MANAGER"), "referenceType": .string("purl"),
                    "referenceLocator": .string(url.description),
                ])
            ])
        }
        let declared = LicenceExpression.spdx(package.licences)
        fields["licenseDeclared"] = .string(declared ?? "NOASSERTION")
        // Free text is no expression: it is kept as what it is.
        if declared == nil, !package.licences.isEmpty {
            fields["licenseComments"] = .string("as declared: " + package.licences.joined(separator: "; "))
        }
        return .object(fields)
    }
}
