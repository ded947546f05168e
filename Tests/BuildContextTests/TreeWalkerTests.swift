import CLinux
import Glibc
import Testing

@testable import BuildContext

@Suite struct TreeWalkerTests {
    func names(_ tree: FileTree) -> [String] { tree.entries.map(\.path.displayName) }

    func matcher(_ patterns: String...) throws -> IgnoreMatcher { try IgnoreMatcher(patterns: patterns) }

    @Test func orderAndKinds() throws {
        let scratch = try ScratchDirectory()
        try scratch.write("a/b", "12", mode: 0o4755)
        try scratch.write("a.b")
        try scratch.makeDirectory("empty")
        symlink("../x", scratch.path + "/a/link")
        mkfifo(scratch.path + "/pipe", 0o600)
        link(scratch.path + "/a/b", scratch.path + "/hard")
        let tree = try TreeWalker(root: scratch.path).walk()
        #expect(names(tree) == ["a", "a/b", "a/link", "a.b", "empty", "hard", "pipe"])
        let file = try #require(tree.entry(at: Array("a/b".utf8)))
        #expect(file.kind == .file && file.mode == 0o4755 && file.size == 2 && file.hasOtherNames)
        #expect(tree.entry(at: Array("hard".utf8))?.identity == file.identity)
        #expect(tree.entry(at: Array("a/link".utf8))?.linkTarget == Array("../x".utf8))
        #expect(tree.entry(at: Array("pipe".utf8))?.kind == .fifo)
        #expect(tree.entry(at: Array("a/c".utf8)) == nil)
        #expect(tree.descendants(of: Array("a".utf8)).map(\.name).map(Array.init) == [[0x62], Array("link".utf8)])
        #expect(tree.children(of: []).count == 5)
        #expect(tree.root.kind == .directory && tree.root.path.isEmpty)
    }

    @Test func startsBelow() throws {
        let scratch = try ScratchDirectory()
        try scratch.write("a/b/c")
        try scratch.write("a/b/d")
        try scratch.write("a/e")
        let walker = TreeWalker(root: scratch.path, ignoring: try matcher("a/b/d"))
        let tree = try walker.walk(from: Array("a/b".utf8))
        #expect(names(tree) == ["a/b/c"])
        #expect(tree.root.path == Array("a/b".utf8))
        #expect(try walker.walk(from: Array("a/e".utf8)).root.kind == .file)
        for missing in ["a/x", "a/e/x", "a/b/d"] {
            #expect(throws: BuildContextError.notFound(path: scratch.path + "/" + missing)) {
                try walker.walk(from: Array(missing.utf8))
            }
        }
        let excluded = TreeWalker(root: scratch.path, ignoring: try matcher("a/b", "!a/b/c"))
        #expect(try names(excluded.walk(from: Array("a/b".utf8))) == ["a/b/c"])
        let all = TreeWalker(root: scratch.path, ignoring: try matcher("a"))
        #expect(throws: BuildContextError.self) { try all.walk(from: Array("a/b".utf8)) }
    }

    @Test func ignoring() throws {
        let scratch = try ScratchDirectory()
        for name in ["a/keep/x", "a/keep/y", "a/drop/z", "b/x", "c", "d/e/f"] { try scratch.write(name) }
        let walk = { try self.names(TreeWalker(root: scratch.path, ignoring: $0).walk()) }
        #expect(
            try walk(matcher("a", "!a/keep", "d/e")) == ["a", "a/keep", "a/keep/x", "a/keep/y", "b", "b/x", "c", "d"])
        #expect(try walk(matcher("*", "!a/keep/y")) == ["a", "a/keep", "a/keep/y"])
        #expect(try walk(matcher("*", "!**/x")) == ["a", "a/keep", "a/keep/x", "b", "b/x"])
        #expect(try walk(matcher("**")).isEmpty)
        #expect(try walk(matcher("*", "!nothing")).isEmpty)
    }

    @Test func hostileNames() throws {
        let scratch = try ScratchDirectory()
        let names: [PathBytes] = [[0x61, 0x0A, 0x62], [0xFF, 0xFE], [0x5C], [0xC3, 0xBC], [0x2D, 0x72, 0x66]]
        for name in names {
            let path = Array(scratch.path.utf8) + [0x2F] + name + [0]
            close(open(path.map { CChar(bitPattern: $0) }, O_CREAT | O_WRONLY, 0o644))
        }
        let tree = try TreeWalker(root: scratch.path).walk()
        #expect(Set(tree.entries.map(\.path)) == Set(names))
        #expect(tree.entries.map(\.path) == names.sorted { PathOrder.isBefore($0, $1) })
        _ = try ContentHasher(root: scratch.path, cache: InMemoryStatCache(), ownership: .root).digest(of: tree)
    }

    @Test func pathsLongerThanTheKernelTakes() throws {
        let scratch = try ScratchDirectory()
        let component = String(repeating: "d", count: 200)
        var directory = open(scratch.path, O_RDONLY | O_DIRECTORY)
        for _ in 0..<45 {
            mkdirat(directory, component, 0o755)
            let next = openat(directory, component, O_RDONLY | O_DIRECTORY)
            close(directory)
            directory = next
        }
        let file = openat(directory, "leaf", O_CREAT | O_WRONLY, 0o644)
        write(file, "deep", 4)
        close(file)
        close(directory)
        let tree = try TreeWalker(root: scratch.path).walk()
        #expect(tree.entries.count == 46)
        #expect(tree.entries.last?.path.count == 45 * 201 + 4)
        #expect(tree.entries.last?.size == 4)
        let hasher = ContentHasher(root: scratch.path, cache: InMemoryStatCache(), ownership: .root)
        #expect(try hasher.fileDigests(of: tree.entries).last != nil)
    }

    @Test func manyDirectoriesInParallel() throws {
        let scratch = try ScratchDirectory()
        for index in 0..<120 { try scratch.write("d\(index % 40)/e\(index)/f", "\(index)") }
        let one = try TreeWalker(root: scratch.path, threads: 1).walk()
        let four = try TreeWalker(root: scratch.path, threads: 4).walk()
        #expect(one.entries == four.entries)
        #expect(one.entries.count == 40 + 240)
        for (a, b) in zip(one.entries, one.entries.dropFirst()) { #expect(PathOrder.isBefore(a.path, b.path)) }
    }

    @Test func errorsNameThePath() throws {
        let scratch = try ScratchDirectory()
        try scratch.write("file")
        #expect(throws: BuildContextError.notFound(path: scratch.path + "/none")) {
            try TreeWalker(root: scratch.path + "/none").walk()
        }
        #expect(throws: BuildContextError.notADirectory(path: scratch.path + "/file")) {
            try TreeWalker(root: scratch.path + "/file").walk()
        }
    }

    @Test func linksAreNeverFollowed() throws {
        let scratch = try ScratchDirectory()
        symlink("/etc", scratch.path + "/link")
        let walker = TreeWalker(root: scratch.path)
        #expect(try walker.walk().entries.count == 1)
        #expect(throws: BuildContextError.self) { try walker.walk(from: Array("link/passwd".utf8)) }
    }

    @Test func attributes() throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.write("file")
        guard setxattr(path, "user.note", "x", 1, 0) == 0 else { return }
        #expect(try TreeWalker(root: scratch.path, attributes: .capability).walk().entries[0].attributes.isEmpty)
        let all = try TreeWalker(root: scratch.path, attributes: .all).walk().entries[0].attributes
        #expect(all.contains(FileAttribute(name: "user.note", value: [0x78])))
    }
}
