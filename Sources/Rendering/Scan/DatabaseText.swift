import Advisories
import OCI

/// The advisory database, described for people.
public enum DatabaseText {
    /// Counts, ages, sources and licences.
    public static func table(_ info: DatabaseInfo, now: Int64) -> String {
        var text = "\(info.path)\n\(SizeText.grouped(Int64(info.records))) advisories\n\n"
        var ecosystems = TextTable([
            .init("Ecosystem"), .init("Statements", .right), .init("Newest"), .init("Age", .right),
        ])
        for entry in info.ecosystems {
            ecosystems.add([
                entry.name, SizeText.grouped(Int64(entry.statements)), day(entry.asOf), age(entry.asOf, now: now),
            ])
        }
        for (name, fact) in [("known exploited", info.exploited), ("exploit probability", info.probabilities)]
        where fact.count > 0 {
            let date = fact.asOf ?? ""
            ecosystems.add([name, SizeText.grouped(Int64(fact.count)), day(date), age(date, now: now)])
        }
        text += ecosystems.list
        guard !info.sources.isEmpty else { return text }
        var sources = TextTable([.init("Source"), .init("Advisories", .right), .init("Newest"), .init("Licence")])
        for source in info.sources {
            sources.add([source.name, SizeText.grouped(Int64(source.records)), day(source.newest), source.licence])
        }
        return text + "\n" + sources.list
    }

    /// `2026-08-21`; `unknown` for data without dates.
    static func day(_ date: String) -> String { date.isEmpty ? "unknown" : String(date.prefix(10)) }

    /// `3 days`.
    static func age(_ date: String, now: Int64) -> String {
        guard let seconds = Timestamp.seconds(date: date) else { return "" }
        let days = max(0, now - seconds) / 86_400
        return days == 1 ? "1 day" : "\(SizeText.grouped(days)) days"
    }
}
