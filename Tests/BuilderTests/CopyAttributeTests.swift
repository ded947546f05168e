import CLinux
import Glibc
import Testing

@testable import Builder

/// Owners, modes, times and kinds of what is copied.
struct CopyAttributeTests {
    let fixture: CopyFixture

    init() throws {
        fixture = try CopyFixture()
    }

    @Test(.enabled(if: CopyFixture.isRoot, "needs root"))
    func contextBelongsToRoot() throws {
        try fixture.write("context/d/f")
        for path in ["context/d", "context/d/f"] { chown(fixture.base + "/" + path, 7, 8) }
        try fixture.copy(".", to: "/x")
        #expect(fixture.find("root/x/d").map { [$0.uid, $0.gid] } == [0, 0])
        #expect(fixture.find("root/x/d/f").map { [$0.uid, $0.gid] } == [0, 0])
    }

    @Test(.enabled(if: CopyFixture.isRoot, "needs root"))
    func stageKeepsOwners() throws {
        try fixture.write("stage/d/e/f")
        try fixture.link("stage/d/l", to: "f")
        for path in ["d", "d/e", "d/e/f", "d/l"] { lchown(fixture.stage + "/" + path, 7, 8) }
        try fixture.copy([fixture.fromStage("/d")], to: "/x")
        // The top directory is made by the instruction.
        #expect(fixture.find("root/x").map { [$0.uid, $0.gid] } == [0, 0])
        for path in ["e", "e/f", "l"] { #expect(fixture.find("root/x/" + path).map { [$0.uid, $0.gid] } == [7, 8]) }
    }

    @Test(.enabled(if: CopyFixture.isRoot, "needs root"))
    func chownAppliesToEverythingMade() throws {
        try fixture.write("root/old/keep")
        try fixture.write("context/d/f")
        try fixture.link("context/d/l", to: "f")
        try fixture.copy("d", to: "/new/x") { $0.chown = "11:22" }
        for path in ["new", "new/x", "new/x/f", "new/x/l"] {
            #expect(fixture.find("root/" + path).map { [$0.uid, $0.gid] } == [11, 22], "\(path)")
        }
        try fixture.copy("d", to: "/old") { $0.chown = "11:22" }
        #expect(fixture.find("root/old")?.uid == 0)
        #expect(fixture.find("root/old/keep")?.uid == 0)
        #expect(fixture.find("root/old/f")?.uid == 11)
    }

    @Test(.enabled(if: CopyFixture.isRoot, "needs root"))
    func newFilesDoNotInheritTheGroupOfTheirDirectory() throws {
        try fixture.directory("root/d", mode: 0o2755)
        chown(fixture.root + "/d", 0, 55)
        chmod(fixture.root + "/d", 0o2755)
        try fixture.write("context/s/f")
        try fixture.copy(".", to: "/d")
        #expect(fixture.find("root/d/s/f")?.gid == 0)
        #expect(fixture.find("root/d/s").map { [$0.gid, $0.mode] } == [0, 0o755])
    }

    @Test func octalChmodAppliesToFilesAndDirectories() throws {
        try fixture.write("context/d/e/f")
        try fixture.write("context/f", mode: 0o600)
        try fixture.copy("f", "d", to: "/new/x/") { $0.chmod = try ModeChange(parsing: "4751") }
        // Directories made for the destination's path have no special bits.
        #expect(fixture.find("root/new")?.mode == 0o751)
        #expect(fixture.find("root/new/x")?.mode == 0o751)
        for path in ["f", "e", "e/f"] { #expect(fixture.find("root/new/x/" + path)?.mode == 0o4751, "\(path)") }
    }

    @Test func symbolicChmodChangesWhatIsThere() throws {
        try fixture.write("context/d/script", mode: 0o744)
        try fixture.write("context/d/text", mode: 0o664)
        try fixture.directory("context/d/e", mode: 0o750)
        try fixture.copy("d", to: "/new/x") { $0.chmod = try ModeChange(parsing: "go=rX,u+w") }
        #expect(fixture.find("root/new/x")?.mode == 0o755)
        #expect(fixture.find("root/new/x/script")?.mode == 0o755)
        #expect(fixture.find("root/new/x/text")?.mode == 0o644)
        #expect(fixture.find("root/new/x/e")?.mode == 0o755)
    }

    @Test func specialBitsSurvive() throws {
        try fixture.write("context/d/suid", mode: 0o6755)
        try fixture.write("context/d/secret", mode: 0o400)
        try fixture.directory("context/d/tmp", mode: 0o1777)
        try fixture.copy(".", to: "/")
        #expect(fixture.find("root/d/suid")?.mode == 0o6755)
        #expect(fixture.find("root/d/secret")?.mode == 0o400)
        #expect(fixture.find("root/d/tmp")?.mode == 0o1777)
    }

    @Test func umaskHasNoInfluence() async {
        await #expect(processExitsWith: .success) {
            let fixture = try CopyFixture()
            try fixture.write("context/d/f", mode: 0o666)
            try fixture.directory("context/d", mode: 0o777)
            umask(0o777)
            try fixture.copy([fixture.fromContext("."), .inlineFile(name: "i", data: [])], to: "/n/x/")
            try RootFilesystem(directory: fixture.root).writeFile("/w/f", data: [1], mode: 0o666)
            umask(0o022)
            let modes = ["n", "n/x", "n/x/d", "n/x/d/f", "n/x/i", "w", "w/f"].map { fixture.find("root/" + $0)?.mode }
            try #require(modes == [0o755, 0o755, 0o777, 0o666, 0o644, 0o755, 0o666])
        }
    }

    @Test func timesAreKept() throws {
        try fixture.write("context/d/e/f", time: 1_234_567_890)
        try fixture.link("context/d/l", to: "x")
        try fixture.setTime("context/d/l", 1_000_000_001)
        try fixture.setTime("context/d/e", 1_000_000_002)
        try fixture.write("context/future", time: 4_102_444_800)
        try fixture.copy("d", "future", to: "/x")
        #expect(fixture.find("root/x/e/f")?.time == 1_234_567_890)
        #expect(fixture.find("root/x/l")?.time == 1_000_000_001)
        #expect(fixture.find("root/x/e")?.time == 1_000_000_002)
        #expect(fixture.find("root/x/future")?.time == 4_102_444_800)
    }

    @Test func hardLinksStayWithinOneSource() throws {
        try fixture.write("context/d/one", "same")
        try fixture.directory("context/d/e")
        Glibc.link(fixture.context + "/d/one", fixture.context + "/d/e/two")
        Glibc.link(fixture.context + "/d/one", fixture.context + "/outside")
        // A file that is in the way does not become part of the link.
        try fixture.write("root/x/one", "old")
        try fixture.copy("d", to: "/x")
        let one = fixture.find("root/x/one")
        #expect(one == fixture.find("root/x/e/two"))
        #expect(one?.links == 2)
        #expect(fixture.read("root/x/one") == "same")
        try fixture.copy("d/one", "outside", to: "/y/")
        #expect(fixture.find("root/y/one")?.links == 1)
    }

    @Test func holesStayHoles() throws {
        let path = fixture.context + "/sparse"
        let file = open(path, O_WRONLY | O_CREAT, 0o644)
        pwrite(file, "middle", 6, 20 << 20)
        ftruncate(file, 64 << 20)
        close(file)
        try fixture.copy("sparse", to: "/x")
        let found = fixture.find("root/x")
        #expect(found?.size == 64 << 20)
        #expect((found?.blocks ?? .max) * 512 < 1 << 20)
        var bytes = [UInt8](repeating: 0, count: 6)
        let copy = open(fixture.root + "/x", O_RDONLY)
        pread(copy, &bytes, 6, 20 << 20)
        close(copy)
        #expect(String(decoding: bytes, as: UTF8.self) == "middle")
    }

    @Test func largeFile() throws {
        let bytes = (0..<(3 << 20 | 17)).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 11) }
        try fixture.write("context/large", bytes: bytes)
        try fixture.copy("large", to: "/x")
        let copy = try RootDirectory(path: fixture.root).resolve(Array("/x".utf8)).openLeaf(O_RDONLY)
        #expect(try copy.readAll(limit: 8 << 20, path: []) == bytes)
    }

    @Test func fifosAndSockets() throws {
        try fixture.directory("context/d")
        mkfifo(fixture.context + "/d/fifo", 0o600)
        chmod(fixture.context + "/d/fifo", 0o620)
        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: (fixture.context + "/d/socket").utf8) }
        let bound = withUnsafeBytes(of: &address) {
            bind(socket, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t($0.count))
        }
        defer { close(socket) }
        try #require(bound == 0)
        try fixture.copy("d", to: "/x")
        #expect(fixture.find("root/x/fifo")?.kind == S_IFIFO)
        #expect(fixture.find("root/x/fifo")?.mode == 0o620)
        #expect(fixture.find("root/x/socket")?.kind == S_IFREG)
    }

    @Test(.enabled(if: CopyFixture.isRoot, "needs root"))
    func devices() throws {
        try fixture.directory("stage/dev")
        let kinds: [(String, mode_t)] = [("c", S_IFCHR), ("b", S_IFBLK)]
        for (name, kind) in kinds {
            try #require(mknod(fixture.stage + "/dev/" + name, kind | 0o600, dev_t(1 << 8 | 3)) == 0)
            chmod(fixture.stage + "/dev/" + name, 0o666)
        }
        try fixture.copy([fixture.fromStage("/dev")], to: "/x")
        #expect(fixture.find("root/x/c")?.kind == S_IFCHR)
        #expect(fixture.find("root/x/b")?.kind == S_IFBLK)
        #expect(fixture.find("root/x/c")?.mode == 0o666)
        var status = stat()
        stat(fixture.root + "/x/b", &status)
        #expect(status.st_rdev == dev_t(1 << 8 | 3))
    }

    @Test(.enabled(if: CopyFixture.isRoot, "needs root"))
    func capabilitiesSurviveAndUserAttributesDoNot() throws {
        try fixture.write("context/ping", mode: 0o755)
        // cap_net_raw=ep, as a version 2 attribute.
        let capability: [UInt8] = [1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        let path = fixture.context + "/ping"
        try #require(setxattr(path, "security.capability", capability, capability.count, 0) == 0)
        setxattr(path, "user.note", "v", 1, 0)
        try fixture.copy("ping", to: "/x") { $0.chown = "5:6" }
        var value = [UInt8](repeating: 0, count: 64)
        #expect(getxattr(fixture.root + "/x", "security.capability", &value, 64) == capability.count)
        #expect(Array(value.prefix(capability.count)) == capability)
        #expect(getxattr(fixture.root + "/x", "user.note", &value, 64) == -1)
    }

    @Test func longPaths() throws {
        let name = String(repeating: "n", count: 200)
        let path = (0..<18).map { _ in name }.joined(separator: "/")
        try fixture.directory("context/d")
        // Longer than one system call takes from the context's root.
        var current = open(fixture.context + "/d", O_RDONLY | O_DIRECTORY)
        for component in path.split(separator: "/") + path.split(separator: "/") {
            mkdirat(current, String(component), 0o755)
            let next = openat(current, String(component), O_RDONLY | O_DIRECTORY)
            close(current)
            current = next
        }
        close(openat(current, "f", O_CREAT | O_WRONLY, 0o644))
        close(current)
        try fixture.copy("d", to: "/x")
        var target = open(fixture.root + "/x", O_RDONLY | O_DIRECTORY)
        for _ in 0..<36 {
            let next = openat(target, name, O_RDONLY | O_DIRECTORY)
            close(target)
            target = next
        }
        #expect(faccessat(target, "f", F_OK, 0) == 0)
        // Taken apart from below, for paths of this length cannot be removed in one call.
        unlinkat(target, "f", 0)
        close(target)
    }
}
