import Testing

@testable import Slimming

@Suite struct RootFilesystemTests {
    @Test func filesAreCopiedInOneLoop() {
        var root = RootFilesystem()
        root.files = ["/etc/ssl/openssl.cnf", "/usr/share/zoneinfo"]
        let text = root.lines(comment: "why").joined(separator: "\n")
        #expect(text.hasPrefix("# why\nRUN set -eu; "))
        #expect(text.contains("for path in /etc/ssl/openssl.cnf /usr/share/zoneinfo; do"))
        #expect(text.components(ofMark: "for path in") == 1)
        #expect(!text.contains("ldd"), "nothing is linked")
    }

    /// Libraries in directories that are copied as a whole would otherwise be in two layers.
    @Test func librariesOfCopiedDirectoriesAreNotCopiedTwice() {
        var root = RootFilesystem()
        root.linked = ["/usr/local/bin/python3.11"]
        root.linkedDirectories = ["/opt/venv", "/rootfs/opt/java"]
        let text = root.lines(comment: "why").joined(separator: "\n")
        #expect(text.contains("case $library in /rootfs/*|/opt/venv/*) ;;"))
        #expect(text.contains("find /opt/venv /rootfs/opt/java -type f"))
    }

    @Test func directoriesToWriteBelongToTheAccount() {
        var root = RootFilesystem()
        root.writable = ["/data"]
        let text = root.lines(comment: "why").joined(separator: "\n")
        #expect(text.contains("mkdir -p /rootfs/data && chown 10001:10001 /rootfs/data"))
    }
}

extension String {
    /// How often a text is in this one.
    fileprivate func components(ofMark mark: String) -> Int {
        split(separator: mark, omittingEmptySubsequences: false).count - 1
    }
}
