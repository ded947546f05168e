/// Who publishes advisories, told by their identifiers, and on which terms.
public struct AdvisorySource: Hashable, Sendable {
    /// Who.
    public let name: String
    /// The licence, where one is stated.
    public let licence: String

    /// All that are known; the first whose prefix an identifier has.
    private static let all: [(prefix: String, source: AdvisorySource)] = [
        ("GHSA-", .init(name: "GitHub Advisory Database", licence: "CC-BY-4.0")),
        ("PYSEC-", .init(name: "PyPA Advisory Database", licence: "CC-BY-4.0")),
        ("GO-", .init(name: "Go vulnerability database", licence: "CC-BY-4.0")),
        ("RUSTSEC-", .init(name: "RustSec", licence: "CC0-1.0")),
        ("MAL-", .init(name: "OpenSSF malicious packages", licence: "Apache-2.0")),
        ("DEBIAN-", .init(name: "Debian security tracker", licence: "name the source")),
        ("DSA-", .init(name: "Debian security tracker", licence: "name the source")),
        ("DLA-", .init(name: "Debian security tracker", licence: "name the source")),
        ("ALPINE-", .init(name: "Alpine secdb", licence: "not stated")),
        ("UBUNTU-", .init(name: "Ubuntu security notices", licence: "not stated")),
        ("USN-", .init(name: "Ubuntu security notices", licence: "not stated")),
        ("ALSA-", .init(name: "AlmaLinux errata", licence: "MIT")),
        ("RLSA-", .init(name: "Rocky Linux errata", licence: "BSD-3-Clause")),
        ("RHSA-", .init(name: "Red Hat errata", licence: "CC-BY-4.0")),
        ("RUBYSEC-", .init(name: "Ruby Advisory Database", licence: "public domain, texts of OSVDB excepted")),
        ("NSWG-", .init(name: "Node.js security working group", licence: "MIT")),
        ("x_FOP-", .init(name: "FriendsOfPHP security advisories", licence: "Unlicense")),
    ]

    /// Who published the advisory of that identifier.
    public static func of(id: String) -> AdvisorySource {
        all.first { id.hasPrefix($0.prefix) }?.source
            ?? AdvisorySource(name: "other OSV records", licence: "not stated")
    }
}
