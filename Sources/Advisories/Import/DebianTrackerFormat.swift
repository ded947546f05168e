import OCI

/// Debian's security tracker: `{source: {CVE: {releases: {bookworm: {status, fixed_version, urgency, nodsa…}}}}}`.
enum DebianTrackerFormat: AdvisoryFormat {
    /// The releases by their names, so that a scan finds them by number.
    private static let releases = [
        "wheezy": "7", "jessie": "8", "stretch": "9", "buster": "10", "bullseye": "11", "bookworm": "12",
        "trixie": "13",
        "forky": "14", "duke": "15", "sid": "sid",
    ]

    static func recognizes(_ shape: DocumentShape) -> Bool {
        !shape.isList && !shape.innerKeys.isEmpty
            && shape.innerKeys.allSatisfy { $0.hasPrefix("CVE-") || $0.hasPrefix("TEMP-") }
    }

    static func read(_ document: [UInt8], into sink: any ImportSink) throws(JSONFault) {
        var cursor = JSONCursor(document)
        // The file is large: one source package at a time.
        try cursor.object { (cursor, source) throws(JSONFault) in
            try cursor.object { (cursor, id) throws(JSONFault) in
                let value = try cursor.value()
                var advisory = Advisory(key: "debian-tracker/\(source)/\(id)", id: id)
                advisory.details = value["description"]?.text.map { String($0.prefix(1_000)) }
                advisory.url = "https://security-tracker.debian.org/tracker/" + id
                for (codename, state) in value["releases"]?.fields ?? [:] {
                    guard let release = releases[codename] else { continue }
                    if let affected = affected(source, release, state) { advisory.affected.append(affected) }
                }
                advisory.affected.sort { $0.ecosystem < $1.ecosystem }
                sink.add(advisory)
            }
        }
    }

    private static func affected(_ source: String, _ release: String, _ state: JSONValue) -> AffectedPackage? {
        var affected = AffectedPackage(ecosystem: "Debian:" + release, name: source)
        let urgency = state["urgency"]?.text
        affected.label = OSVFormat.label(state["urgency"], source: "Debian security tracker")
        switch state["status"]?.text {
        case "resolved":
            guard let fixed = state["fixed_version"]?.text, fixed != "0" else { return nil }
            affected.ranges = [VersionRange(events: [.introduced("0"), .fixed(fixed)])]
        case "open":
            affected.ranges = [VersionRange(events: [.introduced("0")])]
            if urgency == "end-of-life" {
                affected.status = .endOfLife
            } else if state["nodsa_reason"]?.text == "ignored" {
                affected.status = .wontFix
            } else if state["nodsa"] != nil || state["nodsa_reason"] != nil {
                affected.status = .deferred
            } else {
                affected.status = .unfixed
            }
        default:
            // Undetermined: nobody knows whether it is vulnerable.
            return nil
        }
        return affected
    }
}
