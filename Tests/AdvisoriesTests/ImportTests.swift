import Foundation
import OCI
import Testing

@testable import Advisories

/// Every form that is imported, and what becomes of it in the database.
struct ImportTests {
    private func only(
        _ database: AdvisoryDatabase, _ name: String, _ ecosystem: String
    ) throws -> AdvisoryDatabase.Match {
        let matches = try database.statements(about: name, in: Ecosystem(ecosystem))
        #expect(matches.count == 1)
        return try #require(matches.first)
    }

    @Test func alpine() throws {
        let temporary = try TemporaryDatabase()
        let path = try temporary.file(
            "main.json",
            """
            {"distroversion":"v3.19","reponame":"main","packages":[{"pkg":{"name":"curl","secfixes":{
            "8.5.0-r1":["CVE-2024-1 GHSA-aaaa-bbbb-cccc"],"8.4.0-r0":["CVE-2024-1"],"0":["CVE-2024-2"]}}}]}
            """)
        let database = try temporary.importing(path)
        let matches = try database.statements(about: "curl", in: Ecosystem("Alpine:v3.19"))
        #expect(Set(matches.map(\.advisory.id)) == ["CVE-2024-1", "CVE-2024-2"])
        let never = try #require(matches.first { $0.advisory.id == "CVE-2024-2" })
        #expect(never.affected.status == .notAffected)
        #expect(!never.affected.verdict(on: "1.0-r0", order: .apk).isAffected)
    }

    @Test func debianTracker() throws {
        let temporary = try TemporaryDatabase()
        let path = try temporary.file(
            "tracker.json",
            """
            {"bash":{"CVE-2024-1":{"description":"d","scope":"local","releases":{
            "bookworm":{"status":"open","urgency":"unimportant","nodsa":"minor","nodsa_reason":"postponed"},
            "trixie":{"status":"resolved","fixed_version":"5.2.21-1","urgency":"medium"},
            "bullseye":{"status":"resolved","fixed_version":"0","urgency":"low"},
            "sid":{"status":"undetermined","urgency":"low"}}}}}
            """)
        let database = try temporary.importing(path)
        let deferred = try only(database, "bash", "Debian:12")
        #expect(deferred.affected.status == .deferred)
        #expect(deferred.affected.label?.severity == .low)
        #expect(deferred.affected.verdict(on: "5.2.15-2", order: .deb) == Verdict(isAffected: true, fixedVersion: nil))
        let resolved = try only(database, "bash", "Debian:13")
        #expect(resolved.affected.verdict(on: "5.2.15-2", order: .deb).fixedVersion == "5.2.21-1")
        #expect(try database.statements(about: "bash", in: Ecosystem("Debian:11")).isEmpty)
        #expect(try database.statements(about: "bash", in: Ecosystem("Debian:sid")).isEmpty)
    }

    @Test func factsAboutExploits() throws {
        let temporary = try TemporaryDatabase()
        let kev = try temporary.file(
            "kev.json",
            """
            {"title":"t","catalogVersion":"2025.08.25","dateReleased":"2025-08-25T17:04:19Z","vulnerabilities":[
            {"cveID":"CVE-2024-1","dateAdded":"2024-02-01","dueDate":"2024-02-22","knownRansomwareCampaignUse":"Known"}]}
            """)
        let epss = try temporary.file(
            "epss.csv",
            "#model_version:v2025.03.14,score_date:2025-08-20T12:00:00Z\ncve,epss,percentile\nCVE-2024-1,0.5,0.9\n")
        let database = try temporary.importing(kev, epss)
        #expect(try database.exploited("CVE-2024-1")?.isUsedByRansomware == true)
        #expect(try database.exploited("CVE-2024-2") == nil)
        #expect(try database.probability(of: "CVE-2024-1")?.score == 0.5)
        #expect(try database.info().exploited.asOf == "2025-08-25T17:04:19Z")
        #expect(try database.info().probabilities.asOf == "2025-08-20T12:00:00Z")
        let bad = try temporary.file("bad.csv", "cve,epss,percentile\nCVE-2024-1,7,0.9\n")
        #expect(throws: AdvisoriesError.malformed(path: bad, line: 2, reason: "cve, epss and percentile are expected"))
        {
            try temporary.importing(bad)
        }
    }

    @Test func conditions() throws {
        let temporary = try TemporaryDatabase()
        let path = try temporary.file(
            "envelopes.jsonl",
            #"""
            {"id":"RUBYSEC-x","modified":"2024-01-01","affected":[{"package":{"ecosystem":"RubyGems","name":"x"},"database_specific":{"patched_versions":["~> 6.0.4, >= 6.0.4.1",">= 6.1.4.1"],"unaffected_versions":["< 6.0.0"]}}]}
            {"id":"RUBYSEC-y","modified":"2024-01-01","affected":[{"package":{"ecosystem":"RubyGems","name":"y"},"database_specific":{"patched_versions":[],"unaffected_versions":[]}}]}
            {"id":"NSWG-1","modified":"2024-01-01","affected":[{"package":{"ecosystem":"npm","name":"z"},"database_specific":{"vulnerable_versions":"<=1.5.1","patched_versions":">=1.5.2"}}]}
            """#)
        let database = try temporary.importing(path)
        func verdict(_ name: String, _ ecosystem: String, _ version: String) throws -> Verdict {
            let match = try only(database, name, ecosystem)
            return match.affected.verdict(on: version, order: try #require(Ecosystem(ecosystem).versionOrder))
        }
        #expect(try verdict("x", "RubyGems", "5.2.0") == .unaffected)
        #expect(try verdict("x", "RubyGems", "6.0.4") == Verdict(isAffected: true, fixedVersion: "6.0.4.1"))
        #expect(try verdict("x", "RubyGems", "6.1.0") == Verdict(isAffected: true, fixedVersion: "6.1.4.1"))
        #expect(try verdict("x", "RubyGems", "7.0.0") == .unaffected)
        #expect(try verdict("y", "RubyGems", "0.1") == Verdict(isAffected: true, fixedVersion: nil))
        #expect(try verdict("z", "npm", "1.5.1") == Verdict(isAffected: true, fixedVersion: "1.5.2"))
        #expect(try verdict("z", "npm", "1.5.2") == .unaffected)
    }

    @Test func newerRecordsWin() throws {
        func record(_ modified: String, _ fixed: String, _ more: String = "") -> String {
            #"{"id":"PYSEC-1","modified":"\#(modified)"\#(more),"affected":[{"package":{"name":"x","ecosystem":"PyPI"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"\#(fixed)"}]}]}]}"#
        }
        let temporary = try TemporaryDatabase()
        let new = try temporary.file("new.json", record("2024-02-01T00:00:00Z", "2.0"))
        let old = try temporary.file("old.json", record("2024-01-01T00:00:00Z", "1.0"))
        let withdrawn = try temporary.file(
            "withdrawn.json", record("2024-03-01T00:00:00Z", "2.0", #","withdrawn":"2024-03-01T00:00:00Z""#))
        var database = try temporary.importing(new, old)
        #expect(try only(database, "x", "PyPI").affected.verdict(on: "1.5", order: .pypi).fixedVersion == "2.0")
        #expect(try database.date(of: Ecosystem("PyPI")) == "2024-02-01T00:00:00Z")
        database = try temporary.importing(withdrawn)
        #expect(try database.statements(about: "x", in: Ecosystem("PyPI")).isEmpty)
    }

    @Test(arguments: ["9999-12-31T23:59:59Z", "zzz"])
    func datesThatCannotBe(date: String) throws {
        let temporary = try TemporaryDatabase()
        func record(_ modified: String, _ fixed: String) -> String {
            """
            {"id":"A-1","modified":"\(modified)","affected":[{"package":{"ecosystem":"npm","name":"x"},
            "ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"\(fixed)"}]}]}]}
            """
        }
        let database = try temporary.importing(temporary.file("a.json", record(date, "1.0.0")))
        let stated = try #require(try database.date(of: Ecosystem("npm")))
        #expect(try #require(Timestamp.seconds(date: stated)) <= Timestamp.now())
        // A later record takes its place all the same.
        let later = Timestamp.text(Timestamp.now() + 86_400)
        let replaced = try temporary.importing(temporary.file("b.json", record(later, "2.0.0")))
        #expect(try only(replaced, "x", "npm").affected.verdict(on: "1.5.0", order: .semver).isAffected)
    }

    @Test func whatHasNoDateIsNoNews() throws {
        let temporary = try TemporaryDatabase()
        func record(_ id: String, _ date: String, _ ecosystem: String) -> String {
            #"{"id":"\#(id)"\#(date),"affected":[{"package":{"ecosystem":"\#(ecosystem)","name":"x"},"versions":["1"]}]}"#
        }
        let dated = try temporary.file("a.json", record("A-1", #","modified":"2024-01-01T00:00:00Z""#, "npm"))
        let undated = try temporary.file("b.json", record("A-2", "", "npm"))
        let other = try temporary.file("c.json", record("A-3", "", "PyPI"))
        _ = try temporary.importing(dated)
        let database = try temporary.importing(undated, other)
        #expect(try database.date(of: Ecosystem("npm")) == "2024-01-01T00:00:00Z")
        // As old as the file.
        #expect(try #require(try database.date(of: Ecosystem("PyPI"))) > "2024-01-01T00:00:00Z")
    }

    /// A failed import leaves the former database as it was.
    @Test func allOrNothing() throws {
        let temporary = try TemporaryDatabase()
        let good = try temporary.file(
            "good.json",
            #"{"id":"A","modified":"2024-01-01","affected":[{"package":{"name":"x","ecosystem":"npm"},"versions":["1.0.0"]}]}"#
        )
        try temporary.importing(good)
        let before = try Data(contentsOf: URL(fileURLWithPath: temporary.location.file))
        let other = try temporary.file(
            "other.jsonl", "{\"id\":\"B\",\"modified\":\"2024-01-01\",\"affected\":[]}\n{\"id\":broken\n")
        #expect(throws: AdvisoriesError.self) { try temporary.importing(other) }
        #expect(try Data(contentsOf: URL(fileURLWithPath: temporary.location.file)) == before)
        let left = try FileManager.default.contentsOfDirectory(atPath: temporary.location.directory)
        #expect(Set(left) == ["advisories.sqlite", "lock"])
    }

    /// What an export does not have any more goes, unless another export has it.
    @Test func replacingAnExport() throws {
        func record(_ id: String) -> String {
            #"{"id":"\#(id)","modified":"2024-01-01","affected":[{"package":{"name":"x","ecosystem":"PyPI"},"versions":["1"]}]}"#
        }
        let temporary = try TemporaryDatabase()
        let first = try temporary.file("first.jsonl", record("A") + "\n" + record("B"))
        let second = try temporary.file("second.jsonl", record("B") + "\n" + record("C"))
        let state = DatabaseEdition.FeedState(url: "u", etag: "e", lastModified: nil, fetched: "2025-01-01T00:00:00Z")
        for path in [first, second] {
            let edition = try DatabaseEdition(temporary.location)
            try edition.replaceFeed("PyPI", state: state, from: path)
            try edition.commit()
        }
        let database = try AdvisoryDatabase(temporary.location)
        #expect(try database.statements(about: "x", in: Ecosystem("PyPI")).map(\.advisory.id) == ["B", "C"])
        #expect(try database.date(of: Ecosystem("PyPI")) == "2025-01-01T00:00:00Z")
        #expect(try DatabaseEdition(temporary.location).state(ofFeed: "PyPI")?.etag == "e")
    }
}
