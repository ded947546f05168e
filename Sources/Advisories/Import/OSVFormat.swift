import OCI

/// OSV records, one or a list. Also the envelopes of it in which conditions stand in place of ranges.
enum OSVFormat: AdvisoryFormat {
    static func recognizes(_ shape: DocumentShape) -> Bool {
        shape.keys.contains("id") && (shape.keys.contains("affected") || shape.keys.contains("modified"))
    }

    static func read(_ document: [UInt8], into sink: any ImportSink) throws(JSONFault) {
        var cursor = JSONCursor(document)
        guard cursor.peek() == UInt8(ascii: "[") else { return sink.add(advisory(try cursor.value())) }
        try cursor.array { (cursor) throws(JSONFault) in sink.add(advisory(try cursor.value())) }
    }

    static func advisory(_ record: JSONValue) -> Advisory {
        var advisory = Advisory(id: record["id"]?.text ?? "")
        advisory.aliases = record["aliases"]?.texts ?? []
        advisory.upstream = record["upstream"]?.texts ?? []
        if advisory.upstream.isEmpty, ErratumPrefix.isErratum(advisory.id) {
            // Before there was "upstream", errata named their CVEs as related.
            advisory.upstream = (record["related"]?.texts ?? []).filter { $0.hasPrefix("CVE-") }
        }
        advisory.summary = record["summary"]?.text
        advisory.details = record["details"]?.text.map { String($0.prefix(1_000)) }
        advisory.modified = record["modified"]?.text ?? record["published"]?.text
        advisory.isWithdrawn = record["withdrawn"] != nil
        let specific = record["database_specific"]
        advisory.licence = specific?["license"]?.text
        advisory.score = specific?["cvss_v3_score"]?.double
        read(severities: record["severity"], into: &advisory)
        if advisory.label == nil { advisory.label = label(specific?["severity"], source: sourceName(of: advisory.id)) }
        if advisory.label == nil { advisory.label = labelInSummary(of: advisory) }
        let references = record["references"]?.elements ?? []
        let reference = references.first { $0["type"]?.text == "ADVISORY" } ?? references.first
        advisory.url = specific?["url"]?.text ?? reference?["url"]?.text
        for element in record["affected"]?.elements ?? [] {
            if element["database_specific"]?["informational"] != nil { advisory.isInformational = true }
            if let affected = OSVAffected.read(element, of: advisory) { advisory.affected.append(affected) }
        }
        return advisory
    }

    private static func read(severities: JSONValue?, into advisory: inout Advisory) {
        for severity in severities?.elements ?? [] {
            guard let score = severity["score"]?.text else { continue }
            if severity["type"]?.text == "Ubuntu" {
                advisory.label = Severity(label: score).map { .init($0, source: "Ubuntu") }
            } else {
                advisory.vectors.append(score)
            }
        }
    }

    static func label(_ value: JSONValue?, source: String) -> Advisory.SeverityLabel? {
        value?.text.flatMap(Severity.init(label:)).map { Advisory.SeverityLabel($0, source: source) }
    }

    /// `Moderate: libtiff security update`.
    private static func labelInSummary(of advisory: Advisory) -> Advisory.SeverityLabel? {
        guard ErratumPrefix.isErratum(advisory.id), let summary = advisory.summary,
            let colon = summary.firstIndex(of: ":")
        else { return nil }
        return label(.string(String(summary[..<colon])), source: sourceName(of: advisory.id))
    }

    static func sourceName(of id: String) -> String { AdvisorySource.of(id: id).name }
}

/// Errata of distributions: one may be about many CVEs.
enum ErratumPrefix {
    private static let all = [
        "ALSA-", "ALBA-", "ALEA-", "RLSA-", "RXSA-", "RHSA-", "RHBA-", "RHEA-", "ELSA-", "DSA-", "DLA-", "USN-",
        "SUSE-", "openSUSE-",
        "MGASA-", "OESA-", "ALAS",
    ]

    static func isErratum(_ id: String) -> Bool { all.contains { id.hasPrefix($0) } }
}
