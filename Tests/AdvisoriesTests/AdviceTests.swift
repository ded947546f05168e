import Inventory
import OCI
import Testing

@testable import Advisories

/// Edits that take findings away.
struct AdviceTests {
    private func finding(_ id: String, _ name: String, layer: Int, isBase: Bool) -> Finding {
        var finding = Finding(
            id: id, aliases: [],
            package: Package(
                type: .deb, name: name, version: "1", path: "var/lib/dpkg/status",
                layer: Package.LayerPlace(index: layer, diffID: nil)),
            fixedVersion: nil, status: .unfixed, severity: .high)
        var attribution = LayerAttribution(index: layer, diffID: .sha256(of: [UInt8(layer)]))
        attribution.isBase = isBase
        finding.attribution = attribution
        return finding
    }

    @Test func anotherBase() {
        let findings = [
            finding("CVE-1", "perl", layer: 0, isBase: true), finding("CVE-2", "zlib1g", layer: 0, isBase: true),
            finding("CVE-3", "curl", layer: 1, isBase: false),
        ]
        let other = [
            finding("CVE-2", "zlib1g", layer: 0, isBase: false), finding("CVE-4", "busybox", layer: 0, isBase: false),
        ]
        let advice = BaseAdvice(base: "a:1", candidate: "a:1-slim", findings: findings, other: other)
        #expect([advice.gone, advice.remaining, advice.added] == [1, 1, 1])
        #expect(!advice.isWorthwhile)
        #expect(BaseAdvice(base: "a:1", candidate: "a:2", findings: findings, other: []).gone == 2)
    }

    @Test func buildStages() {
        let advice = BuildStageAdvice.advice(for: [
            finding("CVE-1", "gcc-12", layer: 2, isBase: false), finding("CVE-1", "cpp-12", layer: 2, isBase: false),
            finding("CVE-2", "linux-libc-dev", layer: 2, isBase: false),
            finding("CVE-3", "gcc-12-base", layer: 2, isBase: false),
            finding("CVE-3", "curl", layer: 2, isBase: false), finding("CVE-4", "make", layer: 0, isBase: true),
        ])
        #expect(advice == [BuildStageAdvice(layer: 2, packages: ["cpp-12", "gcc-12", "linux-libc-dev"], gone: 3)])
    }
}
