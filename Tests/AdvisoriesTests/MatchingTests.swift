import Foundation
import Inventory
import OCI
import Testing

@testable import Advisories

/// Which packages are found vulnerable, and what is said about it.
struct MatchingTests {
    static let bookworm = Distribution(id: "debian", versionID: "12")
    static let alpine = Distribution(id: "alpine", versionID: "3.9.2")

    private func findings(
        _ records: [String], _ packages: [Package], _ distribution: Distribution? = nil, informational: Bool = false
    ) throws -> [Finding] {
        let temporary = try TemporaryDatabase()
        let database = try temporary.importing(try temporary.file("all.jsonl", records.joined(separator: "\n")))
        var matcher = VulnerabilityMatcher(
            database, distribution: distribution, includesInformational: informational)
        return try matcher.match(packages).findings
    }

    /// A record about one package.
    private func record(
        _ id: String, _ ecosystem: String, _ name: String, fixed: String? = nil, more: String = "", inside: String = ""
    ) -> String {
        let fix = fixed.map { #",{"fixed":"\#($0)"}"# } ?? ""
        return
            #"{"id":"\#(id)","modified":"2024-01-01T00:00:00Z"\#(more),"affected":[{"package":{"ecosystem":"\#(ecosystem)","name":"\#(name)"}\#(inside),"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"}\#(fix)]}]}]}"#
    }

    @Test func distributionsMatchBySourcePackage() throws {
        let package = Package(
            type: .deb, name: "libssl3", version: "3.0.9-1+b2", path: "var/lib/dpkg/status",
            source: .init(name: "openssl", version: "3.0.9-1"))
        let records = [
            record(
                "DEBIAN-CVE-2023-1", "Debian:12", "openssl", fixed: "3.0.9-1+deb12u1",
                more: #","upstream":["CVE-2023-1"]"#),
            record("DEBIAN-CVE-2023-2", "Debian:12", "openssl", fixed: "3.0.9-1", more: #","upstream":["CVE-2023-2"]"#),
            record("DEBIAN-CVE-2023-3", "Debian:11", "openssl", fixed: "9"),
            record("DEBIAN-CVE-2023-4", "Debian:12", "libssl3", fixed: "9"),
            record("CVE-2023-5", "PyPI", "openssl", fixed: "9"),
        ]
        let found = try findings(records, [package], Self.bookworm)
        #expect(found.map(\.id) == ["CVE-2023-1"])
        #expect(found.first?.aliases == ["DEBIAN-CVE-2023-1"])
        #expect(found.first?.fixedVersion == "3.0.9-1+deb12u1")
        // Of no known distribution nothing is known.
        #expect(try findings(records, [package], Distribution(id: "plan9")).isEmpty)
        #expect(try findings(records, [package]).isEmpty)
    }

    @Test func whatIsNotTheDistributionsIsNotCovered() throws {
        let package = Package(
            type: .deb, name: "nodejs", version: "18.0.0-1nodesource1", path: "var/lib/dpkg/status",
            marks: [.thirdParty])
        let temporary = try TemporaryDatabase()
        let database = try temporary.importing(
            try temporary.file("a.jsonl", record("X-1", "Debian:12", "nodejs", fixed: "99")))
        var matcher = VulnerabilityMatcher(database, distribution: Self.bookworm)
        let result = try matcher.match([package])
        #expect(result.findings.isEmpty)
        #expect(result.uncovered[.thirdParty] == [package])
    }

    @Test func statementsOfNotBeingAffectedCount() throws {
        let package = Package(
            type: .apk, name: "libcurl", version: "7.60.0-r0", path: "lib/apk/db/installed",
            source: .init(name: "curl", version: "7.60.0-r0"))
        let temporary = try TemporaryDatabase()
        let secdb = try temporary.file(
            "main.json",
            #"{"distroversion":"v3.9","reponame":"main","packages":[{"pkg":{"name":"curl","secfixes":{"7.64.0-r0":["CVE-2019-1"],"0":["CVE-2019-2"]}}}]}"#
        )
        let osv = try temporary.file("osv.jsonl", record("CVE-2019-2", "Alpine:v3.9", "curl", fixed: "8"))
        let database = try temporary.importing(secdb, osv)
        var matcher = VulnerabilityMatcher(database, distribution: Self.alpine)
        #expect(try matcher.match([package]).findings.map(\.id) == ["CVE-2019-1"])
    }

    @Test func namesOfOneThingAreOneFinding() throws {
        let package = Package(type: .pypi, name: "Foo.Bar", version: "1.0", path: "x/METADATA")
        let found = try findings(
            [
                record(
                    "GHSA-1111-2222-3333", "PyPI", "foo-bar", fixed: "1.2",
                    more: #","aliases":["CVE-2023-1"],"database_specific":{"severity":"HIGH"}"#),
                record("PYSEC-2023-9", "PyPI", "Foo_Bar", fixed: "1.3", more: #","aliases":["CVE-2023-1"]"#),
                record("PYSEC-2023-10", "PyPI", "foo-bar", fixed: "0.9"),
                record("PYSEC-2023-11", "PyPI", "foo-bar", fixed: "2", more: #","withdrawn":"2024-01-01T00:00:00Z""#),
            ], [package])
        #expect(found.count == 1)
        let finding = try #require(found.first)
        #expect(finding.id == "CVE-2023-1")
        #expect(finding.aliases == ["GHSA-1111-2222-3333", "PYSEC-2023-9"])
        #expect(finding.fixedVersion == "1.3")
        #expect(finding.severity == .high)
        #expect(finding.severitySource == "GitHub Advisory Database")
    }

    @Test func errataSpeakForEachOfTheirVulnerabilities() throws {
        let package = Package(type: .rpm, name: "libtiff", version: "4.0.0-1.el9", path: "var/lib/rpm/rpmdb.sqlite")
        let found = try findings(
            [
                record(
                    "ALSA-2022:1", "AlmaLinux:9", "libtiff", fixed: "4.4.0-2.el9",
                    more: #","summary":"Moderate: libtiff","related":["CVE-2022-1","CVE-2022-2"]"#)
            ],
            [package], Distribution(id: "almalinux", versionID: "9.2"))
        #expect(found.map(\.id).sorted() == ["CVE-2022-1", "CVE-2022-2"])
        #expect(found.allSatisfy { $0.aliases == ["ALSA-2022:1"] && $0.severity == .medium })
    }

    @Test func moduleStreamsAreKeptApart() throws {
        let statement = record(
            "ALSA-2023:1", "AlmaLinux:8", "mariadb", fixed: "3:10.3.39-1.module_el8.8.0+3609",
            more: #","related":["CVE-2023-1"]"#)
        func package(_ version: String, _ label: String?) -> Package {
            Package(
                type: .rpm, name: "mariadb", version: version, path: "p", epoch: 3, modularity: label)
        }
        let distribution = Distribution(id: "almalinux", versionID: "8.8")
        let modular = package("3:10.3.32-1.module_el8.5.0+2637", "mariadb:10.3:8050:abc")
        #expect(try findings([statement], [modular], distribution).count == 1)
        #expect(try findings([statement], [package("3:10.3.32-1.el8", nil)], distribution).isEmpty)
    }

    @Test func goModulesAndToolchains() throws {
        let records = [
            record(
                "GO-2024-1", "Go", "stdlib", fixed: "1.21.8",
                inside: #","ecosystem_specific":{"imports":[{"path":"net/http","symbols":["Get"]}]}"#),
            record("GO-2024-2", "Go", "golang.org/x/net", fixed: "0.23.0"),
            record("GO-2024-3", "Go", "example.com/main", fixed: "9.0.0"),
        ]
        let found = try findings(
            records,
            [
                Package(type: .golang, name: "stdlib", version: "1.21.5", path: "app"),
                Package(type: .golang, name: "golang.org/x/net", version: "v0.17.0", path: "app"),
                Package(type: .golang, name: "golang.org/x/net", version: "v0.23.0", path: "other"),
                Package(type: .golang, name: "example.com/main", version: "", path: "app"),
            ])
        #expect(found.map(\.id).sorted() == ["GO-2024-1", "GO-2024-2"])
        #expect(found.first { $0.id == "GO-2024-1" }?.isReachabilityUnknown == true)
    }

    @Test func applicationsAndNotices() throws {
        let records = [
            record("A-1", "npm", "app", fixed: "9.0.0"),
            record("RUSTSEC-1", "crates.io", "old", inside: #","database_specific":{"informational":"unmaintained"}"#),
        ]
        let packages = [
            Package(type: .npm, name: "app", version: "1.0.0", path: "srv/package.json", marks: [.applicationRoot]),
            Package(type: .cargo, name: "old", version: "1.0.0", path: "bin/x"),
        ]
        #expect(try findings(records, packages).isEmpty)
        #expect(try findings(records, packages, informational: true).map(\.id) == ["RUSTSEC-1"])
    }

    @Test func adviceCountsWhatTheNewerVersionHas() throws {
        let package = Package(type: .pypi, name: "django", version: "3.2.1", path: "x/METADATA")
        let temporary = try TemporaryDatabase()
        let branches =
            #"{"id":"P-2","modified":"2024","affected":[{"package":{"ecosystem":"PyPI","name":"django"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"3.2"},{"fixed":"3.2.5"},{"introduced":"4.0"},{"fixed":"4.0.4"}]}]}]}"#
        let database = try temporary.importing(
            try temporary.file(
                "a.jsonl",
                [record("P-1", "PyPI", "django", fixed: "4.0.1"), branches, record("P-3", "PyPI", "django")].joined(
                    separator: "\n")))
        var matcher = VulnerabilityMatcher(database, distribution: nil)
        let found = try matcher.match([package]).findings
        #expect(found.map(\.id).sorted() == ["P-1", "P-2", "P-3"])
        // 4.0.1 fixes the first, but has the second again, and the third has no fix.
        let advice = try #require(try matcher.upgrades(for: found).first)
        #expect(advice.version == "4.0.1")
        #expect(advice.gone == 1)
        #expect(advice.remaining == 2)
    }

    @Test func releasesInSeveralSpellings() {
        #expect(Ecosystem("Ubuntu:22.04:LTS").key == "Ubuntu:22.04")
        #expect(Ecosystem("Ubuntu:Pro:22.04:LTS").key == "Ubuntu:Pro:22.04")
        #expect(Ecosystem("Red Hat:enterprise_linux:9::appstream").key == "Red Hat:9")
        // Extended support has packages of its own.
        #expect(Ecosystem("Red Hat:rhel_eus:9.2::appstream").key == "Red Hat:rhel_eus:9.2::appstream")
        #expect(
            Ecosystem("SUSE:Linux Enterprise Module for Python 3 15 SP5").key == "SUSE:Linux Enterprise Server 15 SP5")
        #expect(Ecosystem("SUSE:Linux Enterprise Server 15 SP5").key == "SUSE:Linux Enterprise Server 15 SP5")
        #expect(
            Ecosystem("SUSE:Linux Enterprise Server 15 SP3-LTSS").key == "SUSE:Linux Enterprise Server 15 SP3-LTSS")
        #expect(
            Ecosystem.distribution(Distribution(id: "sles", versionID: "15.5"))?.key
                == "SUSE:Linux Enterprise Server 15 SP5")
    }

    @Test func ecosystemsOfDistributions() {
        func key(_ id: String, _ version: String?) -> String? {
            Ecosystem.distribution(Distribution(id: id, versionID: version))?.key
        }
        #expect(key("debian", "12") == "Debian:12")
        #expect(key("debian", nil) == "Debian:sid")
        #expect(key("alpine", "3.19.1") == "Alpine:v3.19")
        #expect(key("alpine", "3.20_alpha20240329") == "Alpine:edge")
        #expect(key("ubuntu", "22.04") == "Ubuntu:22.04")
        #expect(key("rocky", "9.3") == "Rocky Linux:9")
        #expect(key("rhel", "8.9") == "Red Hat:8")
        #expect(key("wolfi", "20230201") == "Wolfi")
        #expect(key("plan9", "4") == nil)
        #expect(Ecosystem("Ubuntu:22.04:LTS").key == "Ubuntu:22.04")
        #expect(Ecosystem("Red Hat:enterprise_linux:9::appstream").key == "Red Hat:9")
    }
}
