import LayerFormat
import OCI
import Testing

@testable import Inventory

/// Java's archives, and what is inside of them.
struct JavaTests {
    private static func pom(_ group: String, _ artifact: String, _ version: String) -> (String, String) {
        (
            "META-INF/maven/\(group)/\(artifact)/pom.properties",
            "#Generated\nversion=\(version)\r\ngroupId=\(group)\nartifactId = \(artifact)\n"
        )
    }

    private static func jar(_ members: (String, String)..., compress: Bool = true) -> [UInt8] {
        var zip = TestZip()
        for (name, text) in members { zip.add(name, text, compress: compress) }
        return zip.bytes()
    }

    @Test func shadedAndNested() throws {
        let inner = Self.jar(Self.pom("org.inner", "inner", "1.0"))
        let manifest = (
            "META-INF/MANIFEST.MF",
            "Manifest-Version: 1.0\r\nImplementation-Title: lib\r\nImplementation-Vendor-Id: com.exa\r\n mple\r\n"
                + "Implementation-Version: 2.1\r\n\r\nName: x\r\nImplementation-Version: 9\r\n"
        )
        var boot = TestZip()
        boot.add("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\nMain-Class: x\n", compress: true)
        let (name, text) = Self.pom("com.example", "app", "0.1")
        boot.add(name, text, compress: true)
        boot.add("BOOT-INF/lib/inner-1.0.jar", inner)
        boot.add("BOOT-INF/lib/lib.jar", Self.jar(manifest), compress: true)
        boot.add(
            "BOOT-INF/lib/guava-31.1-jre.jar",
            Self.jar(("META-INF/MANIFEST.MF", "Bundle-SymbolicName: com.google.guava;x=y\n")))
        boot.add("BOOT-INF/lib/broken.jar", "PK not a zip")
        var war = TestZip()
        war.add("WEB-INF/lib/inner.jar", inner)
        var ear = TestZip()
        ear.add("web.war", war.bytes(), compress: true)
        let found = try inventory([
            .file("app/app.jar", boot.bytes(after: Array("#!/bin/sh\nexec java -jar $0\n".utf8)), mode: 0o755),
            .file("app/shaded.jar", Self.jar(Self.pom("a", "a", "1"), Self.pom("b", "b", "2"), manifest), mode: 0o644),
            .file("app/app.ear", ear.bytes(), mode: 0o644), .file("app/empty.jar", TestZip().bytes(), mode: 0o644),
            .file("app/text.jar", "no archive"),
        ])
        #expect(
            found.lines == [
                "maven a:a 1 app/shaded.jar @0", "maven b:b 2 app/shaded.jar @0",
                "maven com.example:app 0.1 app/app.jar @0",
                "maven com.example:lib 2.1 app/app.jar/BOOT-INF/lib/lib.jar @0",
                "maven guava 31.1-jre app/app.jar/BOOT-INF/lib/guava-31.1-jre.jar @0",
                "maven org.inner:inner 1.0 app/app.ear/web.war/WEB-INF/lib/inner.jar @0",
                "maven org.inner:inner 1.0 app/app.jar/BOOT-INF/lib/inner-1.0.jar @0",
            ])
        #expect(found.packages[2].purl?.description == "pkg:maven/com.example/app@0.1")
        #expect(found.ownedFiles(of: found.packages[6]) == [.list(Array("app/app.jar\n".utf8))])
    }

    @Test func namesOfArchives() {
        func name(_ file: String, _ manifest: String = "") -> String? {
            JavaIdentity(manifest: Array(manifest.utf8), fileName: Array(file.utf8)[...]).map {
                $0.name + " " + $0.version
            }
        }
        #expect(name("log4j-1.2-api-2.14.1.jar") == "log4j-1.2-api 2.14.1")
        #expect(name("a.jar") == nil)
        #expect(name("-1.jar") == nil)
        #expect(name("x.jar", "Implementation-Title: A B\nImplementation-Version: 1\n") == nil)
        #expect(name("x.jar", "Bundle-SymbolicName: org.x\nBundle-Version: 1\n") == "org.x 1")
        #expect(name("x.jar", "Bundle-SymbolicName: org.x ;singleton:=true\nBundle-Version: 1\n") == "org.x 1")
        #expect(name("x.jar", "Bundle-SymbolicName: ;singleton:=true\nBundle-Version: 1\n") == nil)
        #expect(name("x.jar", "Implementation-Version: 1\nBundle-SymbolicName: \n") == nil)
        #expect(name("slf4j.api-1.7.jar", "Bundle-SymbolicName: org.slf4j.api\n") == "slf4j.api 1.7")
        #expect(name("lang3-3.1.jar", "Bundle-SymbolicName: org.apache.commons.lang3\n") == "lang3 3.1")
        #expect(name("x.jar", "Implementation-Title: t\nImplementation-Version: ${v}\n") == nil)
    }

    @Test func nestedTooDeep() throws {
        var bytes = Self.jar(Self.pom("deep", "deep", "1"))
        for level in 0..<100 {
            var zip = TestZip()
            zip.add("n\(level).jar", bytes, compress: level % 2 == 0)
            bytes = zip.bytes()
        }
        let found = try inventory([.file("app/a.jar", bytes, mode: 0o644)])
        #expect(found.packages.isEmpty)
        #expect(found.warnings.map(\.reason) == ["archives nested deeper than 8 are not looked into"])
    }

    @Test func bombs() throws {
        var zip = TestZip()
        zip.add("META-INF/maven/a/a/pom.properties", [UInt8](repeating: 0x61, count: 8 << 20), compress: true)
        zip.add("../../evil.jar", Self.jar(Self.pom("e", "e", "1")))
        let found = try inventory([.file("app/a.jar", zip.bytes(), mode: 0o644)])
        #expect(found.packages.isEmpty)
        #expect(found.warnings.count == 2)
    }

    /// Whatever is changed or cut off: no crash, and an end.
    @Test func damagedArchives() throws {
        var zip = TestZip()
        let (name, text) = Self.pom("a", "a", "1")
        zip.add(name, text, compress: true)
        zip.add("lib/b.jar", Self.jar(Self.pom("b", "b", "2")))
        let bytes = zip.bytes()
        let facts = FileFacts(path: Array("a.jar".utf8), isExecutable: false, size: Int64(bytes.count))
        for cut in 0..<bytes.count { _ = try? JavaCataloguer().read(MemoryBytes(Array(bytes[..<cut])), of: facts) }
        for place in bytes.indices {
            for value: UInt8 in [0, 1, 0x7F, 0x80, 0xFF] {
                var damaged = bytes
                damaged[place] = value
                _ = try? JavaCataloguer().read(MemoryBytes(damaged), of: facts)
            }
        }
    }
}
