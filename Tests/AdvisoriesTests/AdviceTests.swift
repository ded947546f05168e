import LayerFormat
import OCI
import Testing

@testable import Advisories
@testable import Inventory

/// Edits that take findings away.
struct AdviceTests {
    private typealias Finding = Advisories.Finding

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
        let advice = AvoidablePackages.forBuilding([
            finding("CVE-1", "gcc-12", layer: 2, isBase: false), finding("CVE-1", "cpp-12", layer: 2, isBase: false),
            finding("CVE-2", "linux-libc-dev", layer: 2, isBase: false),
            finding("CVE-3", "gcc-12-base", layer: 2, isBase: false),
            finding("CVE-3", "curl", layer: 2, isBase: false), finding("CVE-4", "make", layer: 0, isBase: true),
        ])
        #expect(advice == [AvoidablePackages(layer: 2, packages: ["cpp-12", "gcc-12", "linux-libc-dev"], gone: 3)])
    }

    /// An image whose second layer apt made: `git` was named, `git` requires `git-man`, and recommends the others.
    private func onlyRecommended(_ instruction: String, texts: [String] = []) throws -> [AvoidablePackages] {
        func status(_ packages: [(name: String, requires: String)]) -> String {
            packages.map {
                "Package: \($0.name)\nStatus: install ok installed\nVersion: 1\nArchitecture: amd64\nDepends: \($0.requires)\n\n"
            }.joined()
        }
        let base = [("libc6", ""), ("bash", "libc6 (>= 2)")]
        let layers = try [
            base,
            base + [
                ("git", "libc6, git-man (<< 2) | git-doc, perl5"), ("git-man", ""), ("perl", "perl-base"),
                ("perl-base", ""), ("less", "libc6"), ("patch", "libpatch"), ("libpatch", "libc6:any"),
            ],
        ].map { packages in
            var layer = LayerInventory()
            let path = PathBytes("var/lib/dpkg/status".utf8)
            let text = status(packages).replacing("Package: perl\n", with: "Package: perl\nProvides: perl5 (= 1)\n")
            let file = FileFacts(path: path, isExecutable: false, size: Int64(text.utf8.count))
            let finding = try #require(try DpkgCataloguer().read(MemoryBytes(Array(text.utf8)), of: file))
            layer.events = [.found(path, finding)]
            return (Digest?.none, try LayerInventory(encoded: layer.encoded))
        }
        let inventory = ImageInventory(layers: layers)
        var attribution = LayerAttribution(index: 1, diffID: .sha256(of: [1]))
        (attribution.isBase, attribution.instruction) = (false, instruction)
        let findings = inventory.packages.enumerated().map { index, package in
            var finding = finding("CVE-\(index)", package.name, layer: package.layer.index, isBase: false)
            finding.package = package
            return finding
        }
        return AvoidablePackages.onlyRecommended(findings, in: inventory, layers: [attribution], texts: texts)
    }

    @Test func recommended() throws {
        let install = "RUN apt-get update && apt-get install -y git && rm -rf /var/lib/apt/lists/*"
        #expect(try onlyRecommended(install) == [.init(layer: 1, packages: ["less", "libpatch", "patch"], gone: 3)])
        // What an instruction names is wanted.
        #expect(
            try onlyRecommended(install, texts: ["RUN patch -p1 <x"]) == [.init(layer: 1, packages: ["less"], gone: 1)])
    }

    @Test(arguments: [
        "RUN apt-get install -y --no-install-recommends git", "RUN apt-get install -y $PACKAGES",
        "RUN apt-get install -y `cat list`", "RUN xargs apt-get install -y <list", "RUN apt-get install ./git.deb",
        "RUN ./install.sh", "RUN apt-get install git && apt-get purge -y make", "COPY status /var/lib/dpkg/status",
    ])
    func whatElseMayHaveInstalledIt(instruction: String) throws {
        #expect(try onlyRecommended(instruction) == [])
    }
}
