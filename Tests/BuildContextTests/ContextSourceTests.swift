import FoundationEssentials
import Glibc
import Testing

@testable import BuildContext

@Suite struct ContextSourceTests {
    let files: ScratchDirectory
    let scratch: ScratchDirectory

    init() throws {
        files = try ScratchDirectory()
        scratch = try ScratchDirectory()
        try files.write("src/Dockerfile", "FROM scratch\n")
        try files.write("src/sub/file", "content", mode: 0o640)
        symlink("sub/file", files.path + "/src/link")
        link(files.path + "/src/sub/file", files.path + "/src/hard")
    }

    func open(standardInput path: String) async throws -> OpenedContext {
        let descriptor = Glibc.open(path, O_RDONLY)
        defer { close(descriptor) }
        return try await ContextSource.open(
            .standardInput, scratch: scratch.path, options: .init(standardInput: descriptor))
    }

    @Test(arguments: ["-cf", "-czf", "-cjf", "-cJf", "--zstd -cf"]) func archives(flags: String) async throws {
        let tar = files.path + "/context.tar"
        try run(["sh", "-c", "cd '\(files.path)/src' && tar \(flags) '\(tar)' ."])
        let opened = try await open(standardInput: tar)
        #expect(opened.dockerfile == nil && opened.ownership == .kept)
        let tree = try TreeWalker(root: opened.directory).walk()
        #expect(tree.entries.map(\.path.displayName) == ["Dockerfile", "hard", "link", "sub", "sub/file"])
        let file = try #require(tree.entry(at: Array("sub/file".utf8)))
        #expect(file.mode == 0o640 && file.size == 7)
        #expect(tree.entry(at: Array("hard".utf8))?.identity == file.identity)
        #expect(tree.entry(at: Array("link".utf8))?.linkTarget == Array("sub/file".utf8))

        let local = try ScratchDirectory()
        let again = try await ContextSource.open(ContextSpec.parse(tar), scratch: local.path)
        let digest = { (root: String) in
            try ContentHasher(root: root, cache: InMemoryStatCache(), ownership: .kept)
                .digest(of: TreeWalker(root: root).walk())
        }
        #expect(try digest(again.directory) == digest(opened.directory))
    }

    @Test func archiveThroughAPipe() async throws {
        let tar = files.path + "/context.tar"
        try run(["tar", "-C", files.path + "/src", "-czf", tar, "."])
        let data = try Data(contentsOf: URL(filePath: tar))
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        let writing = ends[1]
        let writer = Thread {
            for byte in data {
                withUnsafeBytes(of: byte) { _ = write(writing, $0.baseAddress, 1) }
            }
            close(writing)
        }
        let opened = try await ContextSource.open(
            .standardInput, scratch: scratch.path, options: .init(standardInput: ends[0]))
        writer.join()
        close(ends[0])
        #expect(try TreeWalker(root: opened.directory).walk().entries.count == 5)
    }

    @Test func dockerfileOnStandardInput() async throws {
        let opened = try await open(standardInput: files.path + "/src/Dockerfile")
        #expect(opened.dockerfile == Array("FROM scratch\n".utf8))
        #expect(try TreeWalker(root: opened.directory).walk().entries.isEmpty)
    }

    @Test func nothingOnStandardInput() async throws {
        let empty = try files.write("empty")
        await #expect(throws: BuildContextError.emptyInput) { try await open(standardInput: empty) }
    }

    @Test func damagedArchives() async throws {
        let tar = files.path + "/context.tar"
        try files.write("src/big", String(repeating: "x", count: 100_000))
        try run(["tar", "-C", files.path + "/src", "-cf", tar, "."])
        let whole = try Data(contentsOf: URL(filePath: tar))
        for length in [700, 5000, 60_000] {
            let cut = files.path + "/cut.tar"
            try whole.prefix(length).write(to: URL(filePath: cut))
            let local = try ScratchDirectory()
            await #expect(throws: BuildContextError.self, "\(length)") {
                try await ContextSource.open(.archive(path: cut), scratch: local.path)
            }
        }
        try files.write("noise.tgz", "\u{1F}x")
        await #expect(throws: BuildContextError.notAContext(path: files.path + "/noise.tgz")) {
            try await ContextSource.open(.archive(path: files.path + "/noise.tgz"), scratch: scratch.path)
        }
    }

    /// Archives written to get out of the directory that they are unpacked into.
    @Test(arguments: [
        "add('../../escape', b'x')",
        "add('/tmp/whittle-escape/escape', b'x')",
        "link('up', '..'); add('up/escape', b'x')",
        "link('up', '/'); add('up/tmp/whittle-escape/escape', b'x')",
        "link('a', '/tmp/whittle-escape/escape'); add('a', b'x')",
        "hard('h', '../../../../../etc/passwd')",
        "link('l', '/etc'); hard('h', 'l/passwd')",
        "add('d/../../../../escape', b'x')",
    ]) func hostileArchives(script: String) async throws {
        let tar = files.path + "/hostile.tar"
        let program = """
            import tarfile, io
            t = tarfile.open('\(tar)', 'w')
            def add(n, b):
                i = tarfile.TarInfo(n); i.size = len(b); t.addfile(i, io.BytesIO(b))
            def link(n, to):
                i = tarfile.TarInfo(n); i.type = tarfile.SYMTYPE; i.linkname = to; t.addfile(i)
            def hard(n, to):
                i = tarfile.TarInfo(n); i.type = tarfile.LNKTYPE; i.linkname = to; t.addfile(i)
            \(script)
            t.close()
            """
        try run(["python3", "-c", program])
        let outer = try ScratchDirectory()
        try outer.makeDirectory("a/b/c")
        let opened = try? await ContextSource.open(.archive(path: tar), scratch: outer.path + "/a/b/c")
        let tree = try TreeWalker(root: outer.path).walk()
        for entry in tree.entries {
            let path = entry.path.displayName
            #expect(path == "a" || path == "a/b" || path == "a/b/c" || path.hasPrefix("a/b/c/context"), "\(path)")
        }
        #expect(access("/tmp/whittle-escape", F_OK) != 0)
        #expect(access("/tmp/escape", F_OK) != 0 && access("/escape", F_OK) != 0)
        if let opened, script.contains("passwd") {
            let passwd = try Data(contentsOf: URL(filePath: "/etc/passwd"))
            #expect((try? Data(contentsOf: URL(filePath: opened.directory + "/h"))) != passwd)
        }
    }

    @Test func laterEntriesReplaceEarlierOnes() async throws {
        let tar = files.path + "/twice.tar"
        try run([
            "python3", "-c",
            """
            import tarfile, io
            t = tarfile.open('\(tar)', 'w', format=tarfile.PAX_FORMAT)
            def add(n, b, mode=0o644, type=tarfile.REGTYPE, to=''):
                i = tarfile.TarInfo(n); i.size = len(b); i.mode = mode; i.type = type; i.linkname = to; i.mtime = 1000
                t.addfile(i, io.BytesIO(b))
            add('a', b'one'); add('a', b'second', 0o600)
            add('b', b'', type=tarfile.SYMTYPE, to='a'); add('b', b'file')
            add('n\\udcff\\n', b'odd'); add('ü/' + 'y' * 150 + '/' + 'z' * 150, b'long')
            add('ro', b'', 0o555, tarfile.DIRTYPE); add('ro/x', b'x'); add('./', b'', 0o755, tarfile.DIRTYPE)
            t.close()
            """,
        ])
        let opened = try await ContextSource.open(.archive(path: tar), scratch: scratch.path)
        let tree = try TreeWalker(root: opened.directory).walk()
        #expect(tree.entry(at: Array("a".utf8))?.size == 6)
        #expect(tree.entry(at: Array("a".utf8))?.mode == 0o600)
        #expect(tree.entry(at: Array("b".utf8))?.kind == .file)
        let readOnly = try #require(tree.entry(at: Array("ro".utf8)))
        #expect(readOnly.mode == 0o555 && readOnly.modified == FileTime(seconds: 1000))
        #expect(tree.entries.contains { $0.path.starts(with: [0x6E]) && $0.path.last == 0x0A })
        #expect(tree.entries.contains { $0.path.count == 2 + 302 })
    }

    @Test func kinds() throws {
        #expect(try ContextSpec.parse("-") == .standardInput)
        #expect(try ContextSpec.parse(files.path) == .directory(path: files.path))
        #expect(try ContextSpec.parse("https://example.com/x.tar") == .remote(url: "https://example.com/x.tar"))
        guard case .git = try ContextSpec.parse("https://example.com/x.git#main") else { throw POSIXFailure(code: 0) }
        guard case .git = try ContextSpec.parse("github.com/o/r") else { throw POSIXFailure(code: 0) }
        #expect(throws: BuildContextError.contextNotFound(path: "no/such")) { try ContextSpec.parse("no/such") }
        #expect(throws: BuildContextError.notAContext(path: "/dev/null")) { try ContextSpec.parse("/dev/null") }
        #expect(throws: BuildContextError.contextNotFound(path: "")) { try ContextSpec.parse("") }
    }

    @Test func namedContexts() throws {
        let parse = { (text: String) in try NamedContext.parse(option: text) }
        #expect(try parse("alpine=docker-image://alpine:3") == ("alpine", .image(reference: "alpine:3")))
        #expect(try parse("docker.io/library/x:latest=\(files.path)") == ("x", .directory(path: files.path)))
        let layout = NamedContext.ociLayout(directory: "./a:b/c", tag: "t", digest: "sha256:0")
        #expect(try parse("x:Tag=oci-layout://./a:b/c:t@sha256:0") == ("x:Tag", layout))
        #expect(try parse("x=oci-layout:///a").source == .ociLayout(directory: "/a", tag: nil, digest: nil))
        #expect(try parse("x=https://e.com/f?a=b").source == .remote(url: "https://e.com/f?a=b"))
        for bad in ["x", "=a", "X=\(files.path)", "x=docker-image://", "x=/no/such", "x=\(files.path)/src/Dockerfile"] {
            #expect(throws: BuildContextError.self, "\(bad)") { try parse(bad) }
        }
    }
}

/// A thread of the operating system, for a test's other side.
final class Thread: Sendable {
    private let handle: pthread_t

    init(_ body: @escaping @Sendable () -> Void) {
        final class Box: Sendable {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { context in
                if let context { Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body() }
                return nil
            }, Unmanaged.passRetained(Box(body)).toOpaque())
        handle = thread
    }

    func join() {
        pthread_join(handle, nil)
    }
}
