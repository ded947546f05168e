import Foundation
import GRDB
import Testing

@testable import Advisories

/// Answers of OSV's own service, recorded: every one that the data covers is found.
@Suite(.enabled("../shared/scan is not there") { SharedData.directory != nil })
struct QueryOracleTests {
    struct Row: Decodable {
        var ecosystem: String
        var name: String
        var version: String
        var vulns: [String]
    }

    /// What the service did not answer although the record's own range has the version.
    static let explained: Set<String> = ["PYSEC-2021-108"]

    @Test func answers() throws {
        let temporary = try TemporaryDatabase()
        let pypi = try #require(SharedData.path("advisories/pypi-all.osv.jsonl.gz"))
        let go = try #require(SharedData.path("advisories/go-all.osv.jsonl.gz"))
        let database = try temporary.importing(pypi, go)
        let known = Set(try database.read { try String.fetchAll($0, sql: "SELECT key FROM record") })

        let lines = try SharedData.content("osv-query-oracle.jsonl").split(separator: UInt8(ascii: "\n"))
        let rows = try lines.map { try JSONDecoder().decode(Row.self, from: $0) }
        var found = 0
        var missed: [String] = []
        var extra: [String] = []
        for row in rows where row.ecosystem == "PyPI" || row.ecosystem == "Go" {
            let ecosystem = Ecosystem(row.ecosystem)
            let order = try #require(ecosystem.versionOrder)
            let name = Ecosystem.normalizedName(row.name, in: ecosystem.name)
            let ids = Set(
                try database.statements(about: name, in: ecosystem)
                    .filter { $0.affected.verdict(on: row.version, order: order).isAffected }.map(\.advisory.id))
            let covered = Set(row.vulns).intersection(known)
            found += covered.intersection(ids).count
            missed += covered.subtracting(ids).map { "\(row.name) \(row.version) \($0)" }
            extra += ids.subtracting(row.vulns)
        }
        #expect(missed.isEmpty, "\(missed)")
        #expect(found == 372)
        // The recording is older than the records of 2026.
        let unexplained = extra.filter { !$0.hasPrefix("GO-2026-") && !Self.explained.contains($0) }
        #expect(unexplained.isEmpty, "\(unexplained)")
        #expect(extra.count == 40)
    }
}
