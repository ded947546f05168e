import Foundation
import Glibc
import LayerFormat
import OCI

/// A directory that is gone with the test.
final class Scratch: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/whittle-layer-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func directory(_ name: String) -> String {
        let path = self.path + "/" + name
        mkdir(path, 0o755)
        return path
    }

    func file(_ name: String, _ content: [UInt8] = []) throws -> String {
        let path = self.path + "/" + name
        try Data(content).write(to: URL(fileURLWithPath: path))
        return path
    }
}

let isRoot = geteuid() == 0

/// Runs a program; nil when there is none of that name.
func run(_ arguments: String...) throws -> (status: Int32, output: String)? {
    let paths = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
    guard let path = paths.map({ String($0) + "/" + arguments[0] }).first(where: { access($0, X_OK) == 0 }) else {
        return nil
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = Array(arguments.dropFirst())
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
}

/// Numbers that are the same on every run.
struct Sequenced: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state &* 0x2545_F491_4F6C_DD1D
    }
}

func name(_ text: String) -> PathBytes { PathBytes(text.utf8) }

/// A tar of some entries with their contents.
func tar(_ members: [(TarEntry, [UInt8])]) throws -> [UInt8] {
    let sink = MemorySink()
    var writer = TarWriter(sink)
    for (entry, content) in members { try writer.add(entry, content: content) }
    try writer.finish()
    return sink.bytes
}

/// The entries of a tar.
func entries(_ source: any ByteSource) throws -> [TarEntry] {
    var reader = TarReader(source)
    var result: [TarEntry] = []
    while let entry = try reader.next() { result.append(entry) }
    return result
}

/// The layer that an upper directory is, as lines `kind mode name -> link`.
func layerLines(_ upper: String, lowers: [String] = [], scratch: Scratch) throws -> [String] {
    let path = scratch.path + "/layer-\(UUID().uuidString)"
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL, 0o600)
    defer { close(descriptor) }
    _ = try writeLayer(upper: upper, lowers: lowers, compression: .none, to: descriptor)
    return try entries(FileSource(descriptor: descriptor, path: path)).map { entry in
        let link = entry.linkName.isEmpty ? "" : " -> " + String(decoding: entry.linkName, as: UTF8.self)
        return "\(entry.kind) \(String(entry.mode, radix: 8)) \(entry.displayName)\(link)"
    }
}

/// Everything below a directory: path to a description of what is there. Hard links by the names they share.
func listing(_ root: String) throws -> [String: String] {
    var result: [String: String] = [:]
    var firstNames: [ino_t: String] = [:]
    func visit(_ directory: String, _ prefix: String) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: directory).sorted() {
            let path = directory + "/" + name
            let relative = prefix + name
            var status = stat()
            guard lstat(path, &status) == 0 else { continue }
            var text = "\(String(status.st_mode, radix: 8)) \(status.st_uid):\(status.st_gid) \(status.st_mtim.tv_sec)"
            switch status.st_mode & S_IFMT {
            case S_IFREG:
                text += " \(Digest.sha256(of: try Data(contentsOf: URL(fileURLWithPath: path))))"
                if status.st_nlink > 1 {
                    let first = firstNames[status.st_ino] ?? relative
                    firstNames[status.st_ino] = first
                    text += " =\(first)"
                }
            case S_IFLNK: text += " -> \(try FileManager.default.destinationOfSymbolicLink(atPath: path))"
            case S_IFCHR, S_IFBLK: text += " \(status.st_rdev)"
            case S_IFDIR: try visit(path, relative + "/")
            default: break
            }
            result[relative] = text
        }
    }
    try visit(root, "")
    return result
}
