import OCI

/// Lists of advisories as scanners' own databases have them: `{"language": [...], "os": [...]}`, with conditions on versions,
/// vectors by vendor, and statuses by number.
enum AdvisoryListFormat: AdvisoryFormat {
    static func recognizes(_ shape: DocumentShape) -> Bool {
        shape.keys.contains("language") && shape.keys.contains("os")
    }

    static func read(_ document: [UInt8], into sink: any ImportSink) throws(JSONFault) {
        let value = try JSONCursor.value(of: document)
        for row in value["language"]?.elements ?? [] {
            guard let ecosystemText = row["ecosystem"]?.text, let name = row["package"]?.text else { continue }
            let ecosystem = Ecosystem(ecosystemText)
            var affected = AffectedPackage(
                ecosystem: ecosystem.key, name: Ecosystem.normalizedName(name, in: ecosystem.name))
            affected.patched = (row["patched_versions"]?.texts ?? []).flatMap { VersionCondition.intervals($0) ?? [] }
            if let vulnerable = row["vulnerable_versions"] {
                affected.vulnerable = vulnerable.texts.flatMap { VersionCondition.intervals($0) ?? [] }
            } else {
                affected.isUnlessPatched = !affected.patched.isEmpty
            }
            add(row, affected, into: sink)
        }
        for row in value["os"]?.elements ?? [] {
            guard let bucket = row["bucket"]?.text, let ecosystem = ecosystem(ofBucket: bucket),
                let name = row["package"]?.text
            else { continue }
            var affected = AffectedPackage(ecosystem: ecosystem, name: name)
            let content = row["value"]
            if let fixed = content?["FixedVersion"]?.text, !fixed.isEmpty {
                affected.ranges = [VersionRange(events: [.introduced("0"), .fixed(fixed)])]
            } else {
                affected.ranges = [VersionRange(events: [.introduced("0")])]
                affected.status = status(content?["Status"]?.double)
            }
            if let level = content?["Severity"]?.double.flatMap(severity) {
                affected.label = Advisory.SeverityLabel(level, source: bucket)
            }
            add(row, affected, into: sink)
        }
    }

    private static func add(_ row: JSONValue, _ affected: AffectedPackage, into sink: any ImportSink) {
        guard let id = row["id"]?.text else { return }
        let source = row["bucket"]?.text ?? affected.ecosystem
        var advisory = Advisory(key: "list/\(source)/\(affected.name)/\(id)", id: id)
        advisory.summary = row["title"]?.text
        advisory.label = OSVFormat.label(row["severity"], source: "advisory list")
        let vectors = row["cvss"]?.fields ?? [:]
        // Whoever published the advisory first, then NVD.
        advisory.vectors = [vectors["ghsa"]?.text ?? vectors["nvd"]?.text].compactMap { $0 }
        advisory.affected = [affected]
        sink.add(advisory)
    }

    private static func ecosystem(ofBucket bucket: String) -> String? {
        let names: [(prefix: String, ecosystem: String)] = [
            ("debian ", "Debian:"), ("ubuntu ", "Ubuntu:"), ("alpine edge", "Alpine:edge"), ("alpine ", "Alpine:v"),
            ("alma ", "AlmaLinux:"), ("rocky ", "Rocky Linux:"), ("amazon linux ", "Amazon Linux:"),
            ("oracle linux ", "Oracle Linux:"), ("photon os ", "Photon OS:"), ("cbl-mariner ", "Azure Linux:"),
            ("azure linux ", "Azure Linux:"), ("opensuse leap ", "openSUSE:Leap "), ("wolfi", "Wolfi"),
            ("chainguard", "Chainguard"),
        ]
        let lower = bucket.lowercased()
        guard let name = names.first(where: { lower.hasPrefix($0.prefix) }) else { return nil }
        let release = lower.dropFirst(name.prefix.count)
        return name.ecosystem.hasSuffix("Linux:") && name.ecosystem != "Amazon Linux:"
            ? name.ecosystem + release.prefix { $0 != "." } : name.ecosystem + release
    }

    private static func status(_ number: Double?) -> FixStatus? {
        switch number {
        case 1: .notAffected
        case 5: .wontFix
        case 6: .deferred
        case 7: .endOfLife
        case nil: nil
        default: .unfixed
        }
    }

    private static func severity(_ number: Double) -> Severity? {
        switch number {
        case 1: .low
        case 2: .medium
        case 3: .high
        case 4: .critical
        default: nil
        }
    }
}
