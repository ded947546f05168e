import Testing

@testable import Advisories

@Suite("The form in which the database keeps what is affected")
struct AffectedTextTests {
    private func kept(_ affected: AffectedPackage) -> AffectedPackage {
        AffectedPackage(ecosystem: affected.ecosystem, name: affected.name, text: affected.text)
    }

    @Test(
        "every version comes back, also one whose bytes join those beside it to a character",
        arguments: ["1.0", "", "1.0\r", "\u{301}1", "\u{200D}", "ø"])
    func versions(version: String) {
        var affected = AffectedPackage(ecosystem: "PyPI", name: "x")
        affected.ranges = [
            VersionRange(events: [.introduced(version), .fixed(version)]),
            VersionRange(isSemantic: true, events: [.lastAffected(version)]),
        ]
        affected.vulnerable = [VersionInterval(lower: .init(version, isInside: true), upper: nil)]
        affected.patched = [VersionInterval(lower: nil, upper: .init(version, isInside: false))]
        affected.module = "nodejs:18"
        #expect(kept(affected) == affected)
    }

    @Test("a version that would end its line is left out with its range alone")
    func lineEnds() {
        var affected = AffectedPackage(ecosystem: "PyPI", name: "x")
        affected.ranges = [VersionRange(events: [.fixed("1\n2")]), VersionRange(events: [.fixed("3")])]
        #expect(kept(affected).ranges == [VersionRange(events: [.fixed("3")])])
    }
}
