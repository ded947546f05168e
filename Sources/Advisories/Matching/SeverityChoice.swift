/// How bad a vulnerability is, when several say different things: the distribution about its own package, then the advisory's
/// source in words, then CVSS, computed from the newest version's vector, then a bare score.
struct SeverityChoice {
    var severity = Severity.unknown
    var source: String?
    var cvss: CVSS?
    var score: Double?

    init(_ matches: [AdvisoryDatabase.Match]) {
        cvss =
            CVSS.best(of: matches.flatMap { $0.affected.vectors })
            ?? CVSS.best(of: matches.flatMap { $0.advisory.vectors })
        score = cvss == nil ? matches.lazy.compactMap(\.advisory.score).first { (0...10).contains($0) } : nil
        let labels = matches.compactMap(\.affected.label) + matches.compactMap(\.advisory.label)
        if let label = labels.first {
            severity = label.severity
            source = label.source
        } else if let cvss, cvss.score > 0 {
            severity = Severity(score: cvss.score)
            source = "CVSS " + cvss.version
        } else if let score, score > 0 {
            severity = Severity(score: score)
            source = "published score"
        }
    }
}
