import Testing

@testable import Slimming

@Suite struct RootFilesystemTests {
    @Test func filesAreCopiedWithTheirDirectories() {
        var root = RootFilesystem()
        root.files = ["/etc/ssl/openssl.cnf", "/usr/share/zoneinfo"]
        let text = root.lines(comment: "why").joined(separator: "\n")
        #expect(text.hasPrefix("# why\nRUN <<'EOF'\nset -eu\n"))
        #expect(
            text.contains(
                """
                for path in /etc/ssl/openssl.cnf /usr/share/zoneinfo; do
                    if [ -e "$path" ]; then cp -RL --parents "$path" /rootfs; fi
                done
                """))
        #expect(!text.contains("ldd"), "nothing is linked")
    }

    /// A few plain commands need no script.
    @Test func whatIsKnownToBeThereIsCopiedByAPlainStep() {
        var root = RootFilesystem()
        root.files = ["/etc/ssl/certs/ca-certificates.crt", "/etc/nsswitch.conf"]
        root.settle { $0 == "/etc/ssl/certs/ca-certificates.crt" }
        let text = root.lines(comment: "why").joined(separator: "\n")
        #expect(text.hasPrefix("# why\nRUN mkdir -p /rootfs/etc /rootfs/tmp \\\n    && chmod 1777 /rootfs/tmp \\\n"))
        #expect(text.hasSuffix("\n    && cp -RL --parents /etc/ssl/certs/ca-certificates.crt /rootfs"))
    }

    /// Libraries in directories that are copied as a whole would otherwise be in two layers.
    @Test func librariesOfCopiedDirectoriesAreNotCopiedTwice() {
        var root = RootFilesystem()
        root.linked = ["/usr/local/bin/python3.11"]
        root.linkedDirectories = ["/opt/venv", "/rootfs/opt/java"]
        let text = root.lines(comment: "why").joined(separator: "\n")
        #expect(text.contains("find -H /usr/local/bin/python3.11 /opt/venv /rootfs/opt/java -type f "))
        #expect(text.contains(" | sort -u | grep -v -e '^/rootfs/' -e '^/opt/venv/' |\n"))
    }

    /// No line of the script ends in a backslash: another escape character of the file would take its place.
    @Test func theScriptHasNoContinuedLines() {
        var root = RootFilesystem()
        root.shell = true
        root.files = (1...20).map { "/usr/share/directory/file\($0)" }
        root.linkedDirectories = ["/opt/venv"]
        let lines = root.lines(comment: "why").joined(separator: "\n").split(separator: "\n")
        #expect(lines.allSatisfy { !$0.hasSuffix("\\") && $0.count < 600 })
    }

    @Test func directoriesToWriteBelongToTheAccount() {
        var root = RootFilesystem()
        root.writable = ["/data"]
        let text = root.lines(comment: "why").joined(separator: "\n")
        #expect(text.contains("mkdir -p /rootfs/data \\\n    && chown 10001:10001 /rootfs/data"))
    }

    /// What is copied of a distribution stays known to scanners.
    @Test func packagesKeepTheirRecords() {
        var root = RootFilesystem()
        root.linked = ["/app/server"]
        let unknown = root.lines(comment: "why")
        #expect(unknown.contains("if [ -e /var/lib/dpkg/status ]; then"))
        #expect(unknown.contains("    mkdir -p /rootfs/var/lib/dpkg/status.d"))

        root.settle { $0 == "/var/lib/dpkg/status" }
        let known = root.lines(comment: "why")
        #expect(known.contains("mkdir -p /rootfs/var/lib/dpkg/status.d"))
        #expect(known.contains("cp -L --parents /etc/os-release /rootfs"))
        #expect(known.contains { $0.hasSuffix("xargs -d '\\n' dpkg-query -S 2>/dev/null |") })

        root.settle { _ in false }
        #expect(!root.lines(comment: "why").contains { $0.contains("dpkg") })
    }
}
