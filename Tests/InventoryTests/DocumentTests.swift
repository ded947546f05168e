import LayerFormat
import OCI
import Testing

@testable import Inventory

/// What bills of materials say of dependencies and of the files that packages are known by.
struct DocumentTests {
    private static func bill(_ layers: [TestLayer.Member]...) throws -> BillOfMaterials {
        let layers = try layers.map { members in
            let layer = try TestLayer(members)
            return (Digest?.some(.sha256(of: layer.bytes)), try LayerInventory(encoded: layer.inventory().encoded))
        }
        return BillOfMaterials(
            subject: .init(reference: "app:1"), inventory: ImageInventory(layers: layers), attribution: nil,
            created: "2024-01-01T00:00:00Z", toolVersion: "0")
    }

    private static let list = TestLayer.Member.file(
        "var/lib/dpkg/status", "Package: a\nVersion: 1\nDepends: b\n\nPackage: b\nVersion: 2\n")
    private static let release = TestLayer.Member.file("etc/os-release", "ID=debian\nVERSION_ID=12\n")

    private struct CycloneDX: Decodable {
        struct Dependency: Decodable, Equatable {
            var ref: String
            var dependsOn: [String]
        }
        var dependencies: [Dependency]
    }

    @Test func dependenciesInCycloneDX() throws {
        let bill = try Self.bill([
            Self.release, Self.list, .file("srv/x.jar", TestZip.java("g", "x"), mode: 0o644),
            .file("node_modules/c/package.json", #"{"name":"c","version":"3","dependencies":{"d":"1"}}"#),
            .file("node_modules/d/package.json", #"{"name":"d","version":"4","dependencies":{"c":"1"}}"#),
        ])
        let document = try CanonicalJSON.decode(CycloneDX.self, from: CycloneDXDocument.bytes(bill), what: "document")
        let (a, b) = ("pkg:deb/debian/a@1?distro=debian-12", "pkg:deb/debian/b@2?distro=debian-12")
        #expect(
            document.dependencies == [
                .init(ref: "app:1", dependsOn: ["os:debian-12", a, "pkg:maven/g/x@1", "pkg:npm/c@3"]),
                .init(ref: a, dependsOn: [b]), .init(ref: b, dependsOn: []),
                .init(ref: "pkg:npm/c@3", dependsOn: ["pkg:npm/d@4"]),
                .init(ref: "pkg:npm/d@4", dependsOn: ["pkg:npm/c@3"]),
            ])
    }

    private struct SPDX: Decodable {
        struct Relationship: Decodable {
            var spdxElementId: String
            var relationshipType: String
            var relatedSpdxElement: String
            var comment: String?
            var text: String { "\(spdxElementId) \(relationshipType) \(relatedSpdxElement)" }
        }
        struct File: Decodable {
            struct Checksum: Decodable {
                var algorithm: String
                var checksumValue: String
            }
            var identifier: String
            var fileName: String
            var checksums: [Checksum]

            enum CodingKeys: String, CodingKey {
                case fileName, checksums
                case identifier = "SPDXID"
            }
        }
        var relationships: [Relationship]
        var files: [File]
    }

    @Test func dependenciesAndFilesInSPDX() throws {
        // The list is written anew by a later layer: its checksums are those of what the image shows.
        let bill = try Self.bill(
            [.file("var/lib/dpkg/status", "Package: a\nVersion: 1\n"), .file("bin/tool", "#!/bin/sh\n", mode: 0o755)],
            [Self.list])
        let document = try CanonicalJSON.decode(SPDX.self, from: SPDXDocument.bytes(bill), what: "document")
        let (a, b, file) = ("SPDXRef-Package-deb-a-1", "SPDXRef-Package-deb-b-2", "SPDXRef-File-var-lib-dpkg-status")
        #expect(
            document.relationships.map(\.text) == [
                "SPDXRef-DOCUMENT DESCRIBES SPDXRef-Image", "SPDXRef-Image CONTAINS \(a)",
                "SPDXRef-Image CONTAINS \(b)", "\(a) OTHER \(file)", "\(b) OTHER \(file)", "\(a) DEPENDS_ON \(b)",
            ])
        #expect(document.relationships[3].comment?.hasPrefix("evident-by: ") == true)
        #expect(document.files.map(\.identifier) == [file])
        #expect(document.files[0].fileName == "./var/lib/dpkg/status")
        // As sha1sum and sha256sum say.
        #expect(
            document.files[0].checksums.map { "\($0.algorithm) \($0.checksumValue)" } == [
                "SHA1 ff8052fb606266d68c77a110a1e7dc3189530b59",
                "SHA256 5f06149b7b26afdffba083445b8bdef56d90f7818d7cfa0ac1c1231e63c1e842",
            ])
    }

    /// A large record of a compressed layer, of which little is read otherwise.
    @Test(arguments: [nil, Compression.gzip(level: 6)]) func checksumsOfLargeFiles(_ compression: Compression?) throws {
        let bytes = TestZip.java("g", "x")
        let content = [UInt8](repeating: 7, count: 3 << 20) + bytes
        let layer = try TestLayer([.file("x.jar", content, mode: 0o644), .hardlink("y.jar", "x.jar")])
        let found = ImageInventory(layers: [(nil, try layer.inventory(compression: compression))])
        #expect(found.recordFiles().map(\.path) == ["x.jar", "y.jar"])
        for file in found.recordFiles() { #expect(file.checksums.sha256 == Digest.sha256(of: content).hex) }
    }

    @Test func identifiersAreUnique() throws {
        func npm(_ place: String, _ version: String) -> TestLayer.Member {
            .file("\(place)/node_modules/a/package.json", #"{"name":"a","version":"\#(version)"}"#)
        }
        let bill = try Self.bill([npm("x", "1"), npm("y", "1"), npm("z", "1-2"), npm("x-", "1")])
        struct Names: Decodable {
            struct Name: Decodable {
                var identifier: String
                enum CodingKeys: String, CodingKey { case identifier = "SPDXID" }
            }
            var packages: [Name]
            var files: [Name]
        }
        let document = try CanonicalJSON.decode(Names.self, from: SPDXDocument.bytes(bill), what: "document")
        let names = (document.packages + document.files).map(\.identifier)
        #expect(names.count == 9 && Set(names).count == 9)
        #expect(names.allSatisfy { !$0.contains("#") })
    }
}

extension TestZip {
    /// An archive of Java's that says what it is, of version 1.
    static func java(_ group: String, _ artifact: String) -> [UInt8] {
        var archive = TestZip()
        archive.add(
            "META-INF/maven/\(group)/\(artifact)/pom.properties",
            "groupId=\(group)\nartifactId=\(artifact)\nversion=1\n")
        return archive.bytes()
    }
}
