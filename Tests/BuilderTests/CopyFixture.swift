import BuildContext
import Glibc

@testable import Builder

/// A build context, another stage and a destination in a temporary directory, for tests of copying.
///
/// Without root, everything is copied with `--chown` to the user who runs the tests.
final class CopyFixture {
    let base: String
    var context: String { base + "/context" }
    var stage: String { base + "/stage" }
    var root: String { base + "/root" }
    var ignore: [String] = []
    var newFileTime: FileTime? = FileTime(seconds: 1_600_000_000)

    static var isRoot: Bool { geteuid() == 0 }

    init() throws {
        var template = Array("/tmp/whittle-copy-XXXXXX".utf8CString)
        guard let path = mkdtemp(&template) else { throw FixtureError(what: "mkdtemp") }
        base = String(cString: path)
        for directory in [context, stage, root] { try check(mkdir(directory, 0o755), directory) }
        for directory in [context, stage, root] { try check(chmod(directory, 0o755), directory) }
    }

    deinit {
        chmod(base, 0o700)
        if let root = try? RootDirectory(path: base) { Self.empty(root.handle) }
        rmdir(base)
    }

    /// Removes everything in a directory, whatever the names and however long the paths.
    private static func empty(_ directory: OpenFile) {
        guard let listing = try? DirectoryListing(reading: directory.descriptor, path: []) else { return }
        for entry in listing.entries {
            let name = listing.name(entry)
            if unlinkat(directory.descriptor, name, 0) == 0 { continue }
            fchmodat(directory.descriptor, name, 0o700, 0)
            if let next = OpenFile.directory(name, in: directory.descriptor) { empty(next) }
            unlinkat(directory.descriptor, name, AT_REMOVEDIR)
        }
    }

    struct FixtureError: Error { let what: String }

    private func check(_ result: Int32, _ what: String) throws {
        if result != 0 { throw FixtureError(what: "\(what): \(String(cString: strerror(errno)))") }
    }

    // MARK: making files

    /// Writes a file below the base, with the directories above it.
    func write(_ path: String, _ text: String = "x", mode: mode_t = 0o644, time: Int? = nil) throws {
        try write(path, bytes: Array(text.utf8), mode: mode, time: time)
    }

    func write(_ path: String, bytes: [UInt8], mode: mode_t = 0o644, time: Int? = nil) throws {
        try directory(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
        let file = open(base + "/" + path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        guard file >= 0, Glibc.write(file, bytes, bytes.count) == bytes.count else { throw FixtureError(what: path) }
        close(file)
        try check(chmod(base + "/" + path, mode), path)
        if let time { try setTime(path, time) }
    }

    /// Makes a directory and those above it, mode 0755; the last one gets `mode`.
    func directory(_ path: String, mode: mode_t = 0o755, time: Int? = nil) throws {
        var current = base
        for component in path.split(separator: "/") {
            current += "/" + component
            if mkdir(current, 0o755) == 0 { try check(chmod(current, 0o755), current) }
        }
        if mode != 0o755 { try check(chmod(base + "/" + path, mode), path) }
        if let time { try setTime(path, time) }
    }

    func link(_ path: String, to target: String) throws {
        try directory(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
        try check(symlink(target, base + "/" + path), path)
    }

    func setTime(_ path: String, _ seconds: Int) throws {
        let times = [timespec(tv_sec: seconds, tv_nsec: 0), timespec(tv_sec: seconds, tv_nsec: 0)]
        try check(utimensat(AT_FDCWD, base + "/" + path, times, AT_SYMLINK_NOFOLLOW), path)
    }

    // MARK: copying

    func fromContext(_ path: String) throws -> CopySource {
        .path(path, in: .context(context, ignore: ignore.isEmpty ? nil : try IgnoreMatcher(patterns: ignore)))
    }

    func fromStage(_ path: String) -> CopySource {
        .path(path, in: .rootFilesystem(stage))
    }

    /// Copies from the context.
    func copy(_ sources: String..., to destination: String, configure: (inout CopyRequest) throws -> Void = { _ in })
        throws
    {
        try copy(sources.map { try fromContext($0) }, to: destination, configure: configure)
    }

    func copy(
        _ sources: [CopySource], to destination: String, configure: (inout CopyRequest) throws -> Void = { _ in }
    ) throws {
        let selection = try select(sources, to: destination, configure: configure)
        try CopyEngine(ownerDatabase: root, newFileTime: newFileTime).copy(selection, into: root)
    }

    func select(
        _ sources: [CopySource], to destination: String = "/", configure: (inout CopyRequest) throws -> Void = { _ in }
    ) throws -> CopySelection {
        var request = CopyRequest(sources: sources, destination: destination)
        if !Self.isRoot { request.chown = "\(getuid()):\(getgid())" }
        try configure(&request)
        return try CopySelection.resolve(request)
    }

    // MARK: looking at files

    struct Found: Equatable {
        var kind: UInt32
        var mode: UInt32
        var uid: UInt32
        var gid: UInt32
        var time: Int
        var links: UInt
        var inode: UInt
        var blocks: Int
        var size: Int
    }

    func find(_ path: String) -> Found? {
        var status = stat()
        guard lstat(base + "/" + path, &status) == 0 else { return nil }
        return Found(
            kind: status.st_mode & S_IFMT, mode: status.st_mode & 0o7777, uid: status.st_uid, gid: status.st_gid,
            time: status.st_mtim.tv_sec, links: UInt(status.st_nlink), inode: UInt(status.st_ino),
            blocks: Int(status.st_blocks), size: Int(status.st_size))
    }

    func read(_ path: String) -> String? {
        let file = open(base + "/" + path, O_RDONLY | O_NOFOLLOW)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = Glibc.read(file, &bytes, bytes.count)
        return count < 0 ? nil : String(decoding: bytes[..<count], as: UTF8.self)
    }

    func target(_ path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink(base + "/" + path, &buffer, buffer.count)
        return count < 0 ? nil : String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Everything in the destination, directories with a slash, sorted.
    func rootPaths(_ below: String = "") throws -> [String] {
        let directory = try RootDirectory(path: root + below)
        let listing = try DirectoryListing(reading: directory.handle.descriptor, path: [])
        return try listing.entries.flatMap { entry -> [String] in
            let path = below + "/" + String(decoding: listing.bytes(entry), as: UTF8.self)
            let isDirectory = find("root" + path)?.kind == S_IFDIR
            return isDirectory ? [path + "/"] + (try rootPaths(path)) : [path]
        }
    }
}
