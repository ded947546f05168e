import LayerFormat
import OCI
import Testing

@testable import Inventory

/// Packages of distributions, and what belongs to them.
struct DistributionPackageTests {
    private static let release = TestLayer.Member.file(
        "usr/lib/os-release", "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\nVERSION_ID=\"12\"\n")

    @Test func dpkg() throws {
        let found = try inventory([
            Self.release,
            .file(
                "var/lib/dpkg/status",
                """
                Package: gcc-12-base
                Status: install ok installed
                Architecture: amd64
                Source: gcc-12
                Version: 12.2.0-14+deb12u1
                Description: a
                 Version: 9
                Conffiles:
                 /etc/x abc

                Package: gone
                Status: deinstall ok config-files
                Version: 1

                Package: half
                Status: install reinstreq half-installed
                Version: 1

                Package: bash
                Status: install ok installed
                Version: 5.2.15-2+b7
                Source: bash (5.2.15-2)
                Architecture: amd64

                Package: noversion
                Status: install ok installed

                """),
        ])
        #expect(found.distribution?.qualifier == "debian-12")
        #expect(found.packages.map(\.name) == ["bash", "gcc-12-base"])
        #expect(found.packages[0].source == .init(name: "bash", version: "5.2.15-2"))
        #expect(found.packages[1].source == .init(name: "gcc-12", version: "12.2.0-14+deb12u1"))
        #expect(
            found.packages.map { $0.purl?.description } == [
                "pkg:deb/debian/bash@5.2.15-2%2Bb7?arch=amd64&distro=debian-12&upstream=bash%405.2.15-2",
                "pkg:deb/debian/gcc-12-base@12.2.0-14%2Bdeb12u1?arch=amd64&distro=debian-12&upstream=gcc-12",
            ])
    }

    @Test func dpkgWithoutDpkg() throws {
        let found = try inventory([
            .file("var/lib/dpkg/status.d/base-files", "Package: base-files\nVersion: 12.4\nArchitecture: amd64\n"),
            .file("var/lib/dpkg/status.d/base-files.md5sums", "d41d8cd98f00b204e9800998ecf8427e  usr/lib/os-release\n"),
            Self.release,
        ])
        #expect(found.lines == ["deb base-files 12.4 var/lib/dpkg/status.d/base-files @0"])
        #expect(
            found.ownedFiles(of: found.packages[0]).flatMap(\.paths).map { String(decoding: $0, as: UTF8.self) }
                == ["usr/lib/os-release"])
    }

    @Test func apk() throws {
        let text = """
            C:Q1abc=
            P:ssl_client
            V:1.36.1-r15
            A:x86_64
            L:GPL-2.0-only
            o:busybox
            F:usr
            F:usr/bin
            R:ssl_client
            a:0:0:755
            Z:Q1xyz=

            P:dropped
            A:x86_64

            P:last
            V:1-r0

            """
        for path in ["lib/apk/db/installed", "usr/lib/apk/db/installed"] {
            let found = try inventory([
                .file(path, text), .file("etc/os-release", "ID=alpine\nVERSION_ID=3.19.1\n"),
            ])
            #expect(found.packages.map(\.name) == ["last", "ssl_client"])
            #expect(found.packages[1].source?.name == "busybox")
            #expect(
                found.packages[1].purl?.description
                    == "pkg:apk/alpine/ssl_client@1.36.1-r15?arch=x86_64&distro=alpine-3.19.1&upstream=busybox")
            #expect(
                found.ownedFiles(of: found.packages[1]).flatMap(\.paths).map { String(decoding: $0, as: UTF8.self) }
                    == ["usr/bin/ssl_client"])
        }
    }

    @Test func descriptionsOfAlpineLikes() throws {
        let document = """
            {"spdxVersion":"SPDX-2.3","packages":[{"name":"zlib","licenseDeclared":"Zlib","externalRefs":[
            {"referenceCategory":"PACKAGE_MANAGER","referenceType":"purl",
            "referenceLocator":"pkg:apk/wolfi/zlib@1.3.1-r4?arch=x86_64"}]},{"externalRefs":[{"x":1}]},7]}
            """
        let found = try inventory([
            .file("var/lib/db/sbom/zlib-1.3.1-r4.spdx.json", document),
            .file("lib/apk/db/installed", "P:zlib\nV:1.3.1-r4\nA:x86_64\no:zlib\n\n"),
        ])
        #expect(found.lines == ["apk zlib 1.3.1-r4 lib/apk/db/installed @0"])
        let alone = try inventory([.file("var/lib/db/sbom/zlib-1.3.1-r4.spdx.json", document)])
        #expect(alone.packages.map(\.name) == ["zlib"])
        #expect(alone.packages[0].licences == ["Zlib"])
    }

    private static func dist(_ directory: String, _ name: String) -> TestLayer.Member {
        .file(
            "\(directory)/\(name)-1.dist-info/METADATA",
            "Metadata-Version: 2.1\nName: \(name)\nVersion: 1\n\nVersion: 9\n")
    }

    private static func status(_ name: String, maintainer: String) -> String {
        "Package: \(name)\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1-1\nMaintainer: \(maintainer)\n\n"
    }

    @Test func whatAPackageOfTheDistributionOwns() throws {
        let members: [TestLayer.Member] = [
            .symlink("lib", "usr/lib"),
            .file(
                "var/lib/dpkg/status",
                Self.status("python3-yaml", maintainer: "Debian Python Team <team@lists.debian.org>")
                    + Self.status("python3-usrmerge", maintainer: "Somebody <a@example.org>")
                    + Self.status("vendor-agent", maintainer: "Datadog Packages <package@datadoghq.com>")),
            Self.dist("usr/lib/python3/dist-packages", "PyYAML"), Self.dist("usr/lib/python3/dist-packages", "merged"),
            Self.dist("usr/lib/python3/dist-packages", "agent"),
            Self.dist("usr/local/lib/python3/site-packages", "own"),
            .file(
                "var/lib/dpkg/info/python3-yaml.list",
                "/.\n/usr\n/usr/lib/python3/dist-packages/PyYAML-1.dist-info/METADATA\n"),
            .file(
                "var/lib/dpkg/info/python3-usrmerge:amd64.list",
                "/lib/python3/dist-packages/merged-1.dist-info/METADATA\n"),
            .file(
                "var/lib/dpkg/info/vendor-agent.list",
                "/usr/lib/python3/dist-packages/agent-1.dist-info/METADATA\n"),
        ]
        let found = try inventory(members)
        #expect(found.packages.filter { $0.type == .pypi }.map(\.name) == ["agent", "own"])
        #expect(found.packages.first { $0.name == "vendor-agent" }?.marks == [.thirdParty])
        // Of a package that is not there any more, nothing is the distribution's.
        let removed = try inventory(members, [.file("var/lib/dpkg/status", "")])
        #expect(removed.packages.map(\.name) == ["PyYAML", "agent", "merged", "own"].sorted())
        // The lists are often removed to save room, after the packages were installed.
        let slim = try inventory(members, [.whiteout("var/lib/dpkg/info")])
        #expect(slim.packages.filter { $0.type == .pypi }.map(\.name) == ["agent", "own"])
    }

    @Test func distributions() {
        func read(_ text: String) -> Distribution? { Distribution(osRelease: Array(text.utf8)) }
        #expect(read("ID=\"rhel\"\nVERSION_ID='9.4'\nID_LIKE=\"fedora x\"\n")?.qualifier == "rhel-9.4")
        #expect(read("ID=\"rhel\"\nID_LIKE=\"fedora x\"\n")?.idLike == ["fedora", "x"])
        #expect(read("ID=arch\r\n")?.qualifier == "arch")
        #expect(read("NAME=\"a \\\"b\\\"\"\n") == nil)
        #expect(read("ID=x\nPRETTY_NAME=\"a \\\"b\\\" \\\\\"\n")?.prettyName == "a \"b\" \\")
        #expect(read("ID=\"\n")?.id == "\"")
    }
}
