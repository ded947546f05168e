import LayerFormat
import OCI

@testable import Analysis

/// Layers for tests, written member by member.
struct LayerMaking {
    private let sink = MemorySink()
    private var tar: TarWriter

    init() { tar = TarWriter(sink) }

    static func tar(_ body: (inout LayerMaking) throws -> Void) throws -> [UInt8] {
        var making = LayerMaking()
        try body(&making)
        try making.tar.finish()
        return making.sink.bytes
    }

    mutating func file(_ name: String, _ content: [UInt8], mode: UInt32 = 0o644, uid: UInt32 = 0) throws {
        try tar.add(TarEntry(name: PathBytes(name.utf8), kind: .file, mode: mode, uid: uid), content: content)
    }

    mutating func file(_ name: String, size: Int, seed: UInt8 = 1, mode: UInt32 = 0o644, uid: UInt32 = 0) throws {
        try file(name, (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ Int(seed)) }, mode: mode, uid: uid)
    }

    mutating func directory(_ name: String, uid: UInt32 = 0) throws {
        try tar.add(TarEntry(name: PathBytes(name.utf8), kind: .directory, mode: 0o755, uid: uid))
    }

    mutating func link(_ name: String, to target: String, hard: Bool = false) throws {
        try tar.add(
            TarEntry(
                name: PathBytes(name.utf8), kind: hard ? .hardlink : .symlink, mode: 0o777,
                linkName: PathBytes(target.utf8)))
    }

    mutating func delete(_ path: String) throws {
        let parts = path.split(separator: "/")
        let parent = parts.dropLast().map { $0 + "/" }.joined()
        try file("\(parent).wh.\(parts[parts.count - 1])", [])
    }
}

extension Ledger {
    /// A ledger of uncompressed layers; those up to `base` are the base image's, if it is given.
    init(tars: [[UInt8]], base: Int? = nil) throws {
        var builder = LedgerBuilder()
        for (index, tar) in tars.enumerated() {
            let collector = LedgerCollector()
            let walked = try walkLayer(Blob(tar), expecting: nil, name: "layer", visitors: [collector])
            var origin = LayerAttribution(index: index, diffID: walked.diffID)
            if let base { origin.isBase = index < base }
            builder.add(collector.finish(walked), compressedSize: Int64(tar.count), origin: origin)
        }
        self = builder.ledger()
    }

    /// Everything that is in it: what the sum is about.
    var total: Int64 { layers.reduce(0) { $0 + $1.trailer } + versions.reduce(0) { $0 + $1.stored } }

    func versions(_ path: String) -> [FileVersion] { versions.filter { self.path(of: $0) == PathBytes(path.utf8) } }
}
