import Inventory

/// What all advisories together say about one vulnerability of one package.
struct StatementGroup {
    /// Statements, and what they mean for the installed version.
    var statements: [(match: AdvisoryDatabase.Match, verdict: Verdict)] = []
    /// All names of the vulnerability.
    var ids: Set<String> = []

    /// The finding; nil when the package is not vulnerable.
    func finding(of package: Package, order: VersionOrder) -> Finding? {
        let affecting = statements.filter(\.verdict.isAffected)
        guard !affecting.isEmpty else { return nil }
        if package.type.isOfDistribution {
            // A distribution's own word that its package is fine counts.
            if statements.contains(where: { $0.match.affected.status == .notAffected }) { return nil }
            // A fix that is installed beats a list that does not know of it yet.
            let knowsFix = affecting.contains { $0.verdict.fixedVersion != nil }
            let hasFix = statements.contains { !$0.verdict.isAffected && $0.match.affected.hasFix }
            if !knowsFix && hasFix { return nil }
        }
        let names = ids.sorted(by: IdentifierGroups.isShownBefore)
        guard let id = names.first else { return nil }
        let fixes = affecting.compactMap(\.verdict.fixedVersion)
        let fixed = fixes.max { order.compare($0, $1) < 0 }
        let advisories = affecting.map(\.match.advisory)
        let severity = SeverityChoice(affecting.map(\.match))
        return Finding(
            id: id, aliases: names.dropFirst().sorted(), package: package, fixedVersion: fixed,
            status: fixed != nil ? .fixed : affecting.lazy.compactMap(\.match.affected.status).first ?? .unfixed,
            severity: severity.severity, severitySource: severity.source, cvss: severity.cvss, score: severity.score,
            title: advisories.lazy.compactMap(\.summary).first ?? advisories.lazy.compactMap(\.firstSentence).first,
            details: advisories.lazy.compactMap(\.details).first, url: advisories.lazy.compactMap(\.url).first,
            sources: Array(Set(affecting.map(\.match.source))).sorted(),
            isReachabilityUnknown: affecting.contains(where: \.match.affected.namesFunctions))
    }
}

extension AffectedPackage {
    /// Whether it names a version that is not vulnerable any more.
    fileprivate var hasFix: Bool {
        ranges.contains { $0.events.contains { if case .fixed = $0 { true } else { false } } }
    }
}

extension Advisory {
    /// What it says first, for records without a summary.
    fileprivate var firstSentence: String? {
        guard let details else { return nil }
        let line = details.split(whereSeparator: \.isNewline).first { !$0.hasPrefix("#") }
        guard let line else { return nil }
        if line.count <= 120 { return String(line) }
        let start = line.prefix(120)
        return String(start[..<(start.lastIndex(of: " ") ?? start.endIndex)]) + "…"
    }
}

/// Statements about one package, put together by what they are about.
struct StatementGroups {
    private var identifiers = IdentifierGroups()
    private var entries: [(link: String, ids: [String], match: AdvisoryDatabase.Match, verdict: Verdict)] = []

    /// Adds a statement.
    ///
    /// An erratum may be about several CVEs: it speaks for each of them, and does not make them one.
    mutating func add(_ match: AdvisoryDatabase.Match, _ verdict: Verdict) {
        let advisory = match.advisory
        if ErratumPrefix.isErratum(advisory.id) {
            let cves = (advisory.aliases + advisory.upstream).filter { $0.hasPrefix("CVE-") }
            for cve in Set(cves).sorted() {
                identifiers.join([cve])
                entries.append((cve, [cve, advisory.id], match, verdict))
            }
            if !cves.isEmpty { return }
        }
        // What a record has upstream is the same thing only when it is one thing.
        let same = [advisory.id] + advisory.aliases + (advisory.upstream.count == 1 ? advisory.upstream : [])
        identifiers.join(same)
        entries.append((advisory.id, same, match, verdict))
    }

    /// The groups, in a fixed order.
    mutating func all() -> [StatementGroup] {
        var groups: [String: StatementGroup] = [:]
        for entry in entries {
            let root = identifiers.representative(entry.link)
            groups[root, default: StatementGroup()].statements.append((entry.match, entry.verdict))
            groups[root]?.ids.formUnion(entry.ids)
        }
        return groups.sorted { $0.key < $1.key }.map(\.value)
    }
}
