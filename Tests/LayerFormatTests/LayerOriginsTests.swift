import CLinux
import Glibc
import LayerFormat
import OCI
import Testing

/// Which of several unpacked layers a file comes from.
struct LayerOriginsTests {
    private let scratch: Scratch
    private let layers: [String]

    init() throws {
        scratch = try Scratch()
        layers = ["0", "1", "2"].map(scratch.directory)
    }

    /// Makes a file whose content is one byte: the layer's number where none is given.
    private func file(_ layer: Int, _ path: String, _ content: UInt8? = nil) throws {
        var directory = layers[layer]
        for component in path.split(separator: "/").dropLast() {
            directory += "/" + component
            mkdir(directory, 0o755)
        }
        _ = try scratch.file("\(layer)/\(path)", [content ?? UInt8(layer)])
    }

    private func find(_ path: String, entryLimit: Int = 100, visitLimit: Int = 1_000) throws -> [String: Int]? {
        var search = LayerOrigins(directories: layers, entryLimit: entryLimit, visitLimit: visitLimit)
        return try search.find(PathBytes(path.utf8)).map { entries in
            Dictionary(uniqueKeysWithValues: entries.map { (String(decoding: $0.path, as: UTF8.self), $0.layer) })
        }
    }

    @Test func directoryOfOneLayerIsOneEntry() throws {
        for name in ["a", "b/c", "b/d"] { try file(1, "opt/venv/\(name)") }
        try file(0, "opt/other")
        #expect(try find("/opt/venv") == ["/opt/venv": 1])
        #expect(try find("/opt/venv/b/c") == ["/opt/venv/b/c": 1])
    }

    @Test func exceptionsAreNamed() throws {
        for name in ["a", "b", "c"] { try file(0, "lib/\(name)") }
        try file(1, "lib/b")
        try file(2, "lib/new/x")
        #expect(try find("/lib") == ["/lib": 0, "/lib/b": 1, "/lib/new": 2])
        #expect(try find("/") == ["/": 0, "/lib/b": 1, "/lib/new": 2])
    }

    /// What `chown -R` and `touch` leave of files: the same content once more.
    @Test func sameContentAgainIsNoOrigin() throws {
        try file(0, "lib/kept", 7)
        try file(1, "lib/changed", 7)
        try file(1, "lib/own")
        for name in ["kept", "own"] { try file(2, "lib/\(name)", name == "kept" ? 7 : 1) }
        try file(2, "lib/changed")
        symlink("target", layers[0] + "/lib/link")
        symlink("target", layers[2] + "/lib/link")
        symlink("other", layers[1] + "/lib/moved")
        symlink("target", layers[2] + "/lib/moved")
        #expect(try find("/lib") == ["/lib": 2, "/lib/kept": 0, "/lib/link": 0, "/lib/own": 1])
        #expect(try find("/lib/kept") == ["/lib/kept": 0])
        var search = LayerOrigins(directories: layers, byteLimit: 0)
        #expect(try search.find(PathBytes("/lib/kept".utf8))?.map(\.layer) == [2])
    }

    /// What was changed and changed back comes from the later layer.
    @Test func contentThatWasAwayIsNew() throws {
        try file(0, "f", 7)
        try file(1, "f", 8)
        try file(2, "f", 7)
        #expect(try find("/f") == ["/f": 2])
    }

    @Test func fileHidesADirectoryBelow() throws {
        try file(0, "x/y")
        try file(1, "x2")
        _ = try scratch.file("2/x", [1])
        #expect(try find("/x") == ["/x": 2])
        #expect(try find("/x/y") == nil)
    }

    @Test(.enabled(if: isRoot, "making whiteouts needs root")) func whiteoutsHide() throws {
        try file(0, "d/gone")
        try file(0, "d/kept")
        try file(0, "d/again")
        try file(1, "d/own")
        mknod(layers[1] + "/d/gone", S_IFCHR, 0)
        mknod(layers[1] + "/d/again", S_IFCHR, 0)
        try file(2, "d/again")
        #expect(try find("/d/gone") == nil)
        #expect(try find("/d/again") == ["/d/again": 2])
        #expect(try find("/d") == ["/d": 2, "/d/kept": 0, "/d/own": 1])
    }

    @Test(.enabled(if: isRoot, "marking opaque directories needs root")) func opaqueDirectoriesHide() throws {
        try file(0, "d/old")
        try file(1, "d/new")
        setxattr(layers[1] + "/d", "trusted.overlay.opaque", "y", 1, 0)
        #expect(try find("/d") == ["/d": 1])
        #expect(try find("/d/old") == nil)
    }

    @Test func longAnswersAreNotGiven() throws {
        for number in 0..<20 {
            try file(number % 2, "d/\(number)")
        }
        #expect(try find("/d", entryLimit: 5) == nil)
        #expect(try find("/d", visitLimit: 5) == nil)
        #expect(try find("/d") != nil)
    }

    @Test func absentPathsHaveNoOrigin() throws {
        #expect(try find("/nothing/here") == nil)
        #expect(try LayerOriginsTests.empty() == nil)
    }

    private static func empty() throws -> [LayerOrigins.Entry]? {
        var search = LayerOrigins(directories: [])
        return try search.find(PathBytes("/x".utf8))
    }
}
