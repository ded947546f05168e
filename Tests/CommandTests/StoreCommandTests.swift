import Glibc
import TestSupport
import Testing

@Suite("Images in the store", .enabled(if: canRun, "needs root, busybox-static and an OCI runtime"))
struct StoreCommandTests {
    @Test("what is saved can be loaded, in every form", arguments: ["docker", "oci", "oci-dir"])
    func saveAndLoad(format: String) async throws {
        try await Program.with { whittle in
            try await whittle.build("team/app:1")
            #expect(try await whittle("tag", "team/app:1", "second:2").status == 0)
            let file = whittle.scratch.path("saved")
            let saved = try await whittle("save", "--format", format, "-o", file, "team/app:1", "second:2")
            #expect(saved.status == 0, "\(saved.error)")
            let digests = try await whittle("images", "-q", "--no-trunc").output
            var fresh = whittle
            fresh.environment["WHITTLE_ROOT"] = whittle.scratch.path("other")
            let loaded = try await fresh("load", "-i", file)
            #expect(loaded.output == "Loaded image: team/app:1\nLoaded image: second:2\n", "\(loaded.error)")
            #expect(try await fresh("images", "-q", "--no-trunc").output == digests)
            #expect(try await fresh("run", "second:2", "/bin/busybox", "cat", "/data/file").output == "content\n")
            // As a base it needs no registry.
            try fresh.scratch.write("next/Dockerfile", "FROM team/app:1\nRUN [\"/bin/busybox\", \"touch\", \"/x\"]\n")
            let built = try await fresh("build", "-q", fresh.scratch.path("next"))
            #expect(built.status == 0, "\(built.error)")
        }
    }

    @Test("names come and go")
    func names() async throws {
        try await Program.with { whittle in
            try await whittle.build("app")
            try await whittle("tag", "app", "registry.example:5000/team/app:v1", "app:v2")
            let list = try await whittle("images", "--format", "json").output
            for name in ["\"app:latest\"", "\"app:v2\"", "\"registry.example:5000/team/app:v1\""] {
                #expect(list.contains(name))
            }
            #expect(
                try await whittle("rm", "app", "app:v2").output == "Removed image: app:latest\nRemoved image: app:v2\n")
            expectOneError(try await whittle("rmi", "app"), status: 1, "app:latest")
            #expect(try await whittle("rm", "-f", "app").status == 0)
            expectOneError(try await whittle("tag", "app", "b"), status: 1, "app:latest")
            expectOneError(try await whittle("tag", "registry.example:5000/team/app:v1", "B"), status: 2, "lower-case")
            expectOneError(try await whittle("save", "-o", whittle.scratch.path("x"), "app"), status: 1, "app:latest")
            #expect(access(whittle.scratch.path("x"), F_OK) != 0)
            // The last name keeps all that is needed.
            #expect(try await whittle("run", "registry.example:5000/team/app:v1", "/bin/busybox", "true").status == 0)
            #expect(try await whittle("prune").output.contains("Reclaimed: "))
            #expect(try await whittle("run", "registry.example:5000/team/app:v1", "/bin/busybox", "true").status == 0)
            #expect(try await whittle("df", "--format", "json").output.contains("\"size\":"))
        }
    }

    @Test("what is no image is refused, and nothing is stored")
    func refused() async throws {
        try await Program.with { whittle in
            try whittle.scratch.write("text", "no image\n")
            try whittle.scratch.write("empty/x", "")
            expectOneError(try await whittle("load", "-i", whittle.scratch.path("text")), status: 2, "text")
            expectOneError(try await whittle("load", "-i", whittle.scratch.path("empty")), status: 2, "empty")
            expectOneError(try await whittle("load", "-i", whittle.scratch.path("absent")), status: 2, "absent")
            expectOneError(try await whittle("load", input: "no image"), status: 2, "standard input")
            #expect(try await whittle("images", "-q").output == "")
        }
    }

    @Test("a layout whose blob was changed is refused")
    func damaged() async throws {
        try await Program.with { whittle in
            try await whittle.build("app")
            let layout = whittle.scratch.path("layout")
            try await whittle("save", "--format", "oci-dir", "-o", layout, "app")
            try await whittle.other("sh", "-c", "for f in \(layout)/blobs/sha256/*; do printf x >>$f; done")
            var fresh = whittle
            fresh.environment["WHITTLE_ROOT"] = whittle.scratch.path("other")
            #expect(try await fresh("load", "-i", layout).status == 2)
            #expect(try await fresh("images", "-q").output == "")
        }
    }

    @Test("other tools read what is saved", .enabled(if: isInstalled("skopeo") && isInstalled("umoci")))
    func readByOthers() async throws {
        try await Program.with { whittle in
            try await whittle.build("app:1")
            let (archive, layout) = (whittle.scratch.path("a.tar"), whittle.scratch.path("layout"))
            try await whittle("save", "-o", archive, "app:1")
            try await whittle("save", "--format", "oci-dir", "-o", layout, "app:1")
            for source in ["docker-archive:\(archive)", "oci-archive:\(archive)", "oci:\(layout)"] {
                let copied = try await whittle.other(
                    "skopeo", "--insecure-policy", "copy", source, "dir:" + whittle.scratch.path("copy"))
                #expect(copied.status == 0, "\(source): \(copied.error)")
            }
            let image = "\(layout):\(try await tag(in: layout, whittle))"
            let unpacked = try await whittle.other("umoci", "unpack", "--image", image, whittle.scratch.path("bundle"))
            #expect(unpacked.status == 0, "\(unpacked.error)")
            let content = try whittle.scratch.read("bundle/rootfs/data/file")
            #expect(content == Array("content\n".utf8))
        }
    }

    /// The reference under which umoci finds the image.
    private func tag(in layout: String, _ whittle: Program) async throws -> String {
        try await whittle.other("umoci", "ls", "--layout", layout).output.split(separator: "\n").first.map(String.init)
            ?? ""
    }

    @Test("what skopeo writes is loaded", .enabled(if: isInstalled("skopeo")))
    func writtenByOthers() async throws {
        try await Program.with { whittle in
            try await whittle.build("app:1")
            let archive = whittle.scratch.path("a.tar")
            try await whittle("save", "-o", archive, "app:1")
            var fresh = whittle
            fresh.environment["WHITTLE_ROOT"] = whittle.scratch.path("other")
            for (form, name) in [
                ("docker-archive:\(whittle.scratch.path("d.tar")):one/app:2", "one/app:2"),
                ("oci-archive:\(whittle.scratch.path("two.tar")):3", "two:3"),
                ("oci:\(whittle.scratch.path("three")):example.org/x/y:4", "example.org/x/y:4"),
            ] {
                let copied = try await whittle.other(
                    "skopeo", "--insecure-policy", "copy", "docker-archive:\(archive)", form)
                #expect(copied.status == 0, "\(copied.error)")
                let path = String(form.split(separator: ":")[1])
                let loaded = try await fresh("load", "-i", path)
                #expect(loaded.output == "Loaded image: \(name)\n", "\(loaded.error)")
                #expect(try await fresh("run", name, "/bin/busybox", "cat", "/data/file").output == "content\n")
            }
        }
    }

    @Test("sizes are compared exactly")
    func compare() async throws {
        try await Program.with { whittle in
            try await whittle.build("small")
            try await whittle.other("sh", "-c", "head -c 5000000 /dev/zero >\(whittle.scratch.path("zeros"))")
            try await whittle.other("mkdir", whittle.scratch.path("big"))
            try await whittle.other("mv", whittle.scratch.path("zeros"), whittle.scratch.path("big/zeros"))
            try whittle.scratch.write("big/Dockerfile", "FROM small\nCOPY zeros /zeros\n")
            #expect(try await whittle("build", "-q", "-t", "big", whittle.scratch.path("big")).status == 0)
            let json = try await whittle("compare", "--format", "json", "big", "small").output
            let sizes = json.split(separator: "\"size\":").dropFirst().compactMap {
                Int($0.prefix { $0.isNumber })
            }
            // Keys are sorted: "after" comes first, its layers before its size.
            let (small, big) = (sizes.filter { $0 < 5_000_000 }.max() ?? 0, sizes.max() ?? 0)
            // A header, the content in whole blocks, and the end of the archive: two blocks.
            #expect(big - small == 512 + 5_000_192 + 1024, "\(json)")
            #expect(json.contains("\"reductionPercent\":"))
            // Nothing was scanned, so there is no count of findings.
            #expect(json.contains(#""addedFindings":[]"#) && !json.contains(#""findings":"#))
            let table = try await whittle("compare", "big", "small").output
            #expect(table.contains("Size") && table.contains("%"))
            expectOneError(try await whittle("compare", "big", "oci:/nonexistent"), status: 2, "/nonexistent")
        }
    }

    @Test("packages are those that the package managers know of")
    func packages() async throws {
        try await Program.with { whittle in
            try whittle.scratch.write(
                "c/status",
                """
                Package: kept
                Status: install ok installed
                Version: 1:2-3

                Package: gone
                Status: deinstall ok config-files
                Version: 1

                """)
            try whittle.scratch.write("c/installed", "C:Q1\nP:musl\nV:1.2-r0\n\nP:zlib\nV:1.3-r1\n\n")
            try whittle.scratch.write(
                "c/METADATA", "Metadata-Version: 2.1\nName: My_Package\nVersion: 4.5\n\nName: text\n")
            try await whittle.other("cp", try #require(busybox), whittle.scratch.path("c/busybox"))
            try whittle.scratch.write(
                "c/Dockerfile",
                """
                FROM scratch AS before
                COPY status /var/lib/dpkg/status
                COPY installed /lib/apk/db/installed
                COPY METADATA /usr/lib/python3/site-packages/my_package-4.5.dist-info/METADATA
                COPY busybox /bin/busybox
                FROM before AS after
                RUN ["/bin/busybox", "rm", "-r", "/lib/apk", "/usr/lib/python3/site-packages"]

                """)
            for stage in ["before", "after"] {
                let built = try await whittle("build", "-q", "-t", stage, "--target", stage, whittle.scratch.path("c"))
                try #require(built.status == 0, "\(built.error)")
            }
            let json = try await whittle("compare", "--format", "json", "before", "after").output
            #expect(json.contains(#""packages":4"#) && json.contains(#""packages":1"#), "\(json)")
            for package in [
                #"{"name":"musl","type":"apk","version":"1.2-r0"}"#,
                #"{"name":"zlib","type":"apk","version":"1.3-r1"}"#,
                #"{"name":"My_Package","type":"pypi","version":"4.5"}"#,
            ] {
                #expect(json.contains(package), "\(json)")
            }
            #expect(json.contains(#""addedPackages":[]"#))
        }
    }
}
