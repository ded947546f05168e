import OCI

/// The `affected` entries of OSV records.
enum OSVAffected {
    static func read(_ element: JSONValue, of advisory: Advisory) -> AffectedPackage? {
        guard let package = element["package"], let ecosystemText = package["ecosystem"]?.text,
            let name = package["name"]?.text, !name.isEmpty
        else { return nil }
        let ecosystem = Ecosystem(ecosystemText)
        var affected = AffectedPackage(
            ecosystem: ecosystem.key, name: Ecosystem.normalizedName(name, in: ecosystem.name))
        for range in element["ranges"]?.elements ?? [] {
            guard let type = range["type"]?.text, type != "GIT" else { continue }
            let events = (range["events"]?.elements ?? []).compactMap(event)
            if !events.isEmpty { affected.ranges.append(VersionRange(isSemantic: type == "SEMVER", events: events)) }
        }
        affected.versions = element["versions"]?.texts ?? []
        affected.vectors = (element["severity"]?.elements ?? []).compactMap { severity in
            severity["type"]?.text == "Ubuntu" ? nil : severity["score"]?.text
        }
        let specific = element["ecosystem_specific"]
        affected.label = OSVFormat.label(
            specific?["urgency"] ?? specific?["severity"], source: OSVFormat.sourceName(of: advisory.id))
        if specific?["urgency"]?.text == "end-of-life" { affected.status = .endOfLife }
        affected.module = package["purl"]?.text.flatMap(module) ?? specific?["module"]?.text
        affected.namesFunctions = (specific?["imports"]?.elements ?? []).contains { $0["symbols"] != nil }
        if let specific = element["database_specific"] { read(conditions: specific, into: &affected) }
        return affected
    }

    private static func event(_ event: JSONValue) -> VersionRange.Event? {
        if let version = event["introduced"]?.text { return .introduced(version) }
        if let version = event["fixed"]?.text { return .fixed(version) }
        if let version = event["last_affected"]?.text { return .lastAffected(version) }
        return nil
    }

    /// `rpmmod=nodejs:18` of a package URL.
    private static func module(_ purl: String) -> String? {
        guard let start = purl.range(of: "rpmmod=") else { return nil }
        return String(purl[start.upperBound...].prefix { $0 != "&" && $0 != "#" })
    }

    /// npm's and RubyGems' own conditions.
    private static func read(conditions: JSONValue, into affected: inout AffectedPackage) {
        func intervals(_ key: String) -> [VersionInterval]? {
            guard let value = conditions[key] else { return nil }
            let texts = value.text.map { [$0] } ?? value.texts
            return texts.flatMap { VersionCondition.intervals($0) ?? [] }
        }
        guard affected.ranges.isEmpty, affected.versions.isEmpty else { return }
        affected.patched = intervals("patched_versions") ?? []
        if let vulnerable = intervals("vulnerable_versions") {
            affected.vulnerable = vulnerable
        } else if conditions["patched_versions"] != nil {
            affected.isUnlessPatched = true
            affected.patched += intervals("unaffected_versions") ?? []
        }
    }
}

extension String {
    /// Where the text stands in this one.
    fileprivate func range(of text: String) -> Range<String.Index>? {
        var index = startIndex
        while index < endIndex {
            if self[index...].hasPrefix(text) { return index..<self.index(index, offsetBy: text.count) }
            index = self.index(after: index)
        }
        return nil
    }
}
