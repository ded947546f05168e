import CZlib
import LayerFormat
import OCI

@testable import Inventory

/// A layer that a test writes member by member.
struct TestLayer {
    private(set) var bytes: [UInt8] = []
    private let sink = MemorySink()

    /// What a member is.
    enum Member {
        case file(String, [UInt8], mode: UInt32)
        case directory(String)
        case symlink(String, String)
        case hardlink(String, String, mode: UInt32)
        case device(String)

        static func file(_ path: String, _ text: String, mode: UInt32 = 0o644) -> Member {
            .file(path, Array(text.utf8), mode: mode)
        }

        static func hardlink(_ path: String, _ target: String) -> Member { .hardlink(path, target, mode: 0o644) }

        /// `NAME` is deleted.
        static func whiteout(_ path: String) -> Member {
            let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
            return .file(path[..<slash] + ".wh." + path[slash...], "")
        }

        /// What the directory had is gone.
        static func opaque(_ path: String) -> Member { .file(path + "/.wh..wh..opq", "") }
    }

    init(_ members: [Member]) throws {
        var writer = TarWriter(sink)
        for member in members {
            switch member {
            case .file(let path, let content, let mode):
                var entry = TarEntry(name: Array(path.utf8), kind: .file, mode: mode, uid: 0, gid: 0)
                entry.size = Int64(content.count)
                try writer.add(entry, content: content)
            case .directory(let path):
                try writer.add(TarEntry(name: Array((path + "/").utf8), kind: .directory, mode: 0o755, uid: 0, gid: 0))
            case .symlink(let path, let target):
                var entry = TarEntry(name: Array(path.utf8), kind: .symlink, mode: 0o777, uid: 0, gid: 0)
                entry.linkName = Array(target.utf8)
                try writer.add(entry)
            case .hardlink(let path, let target, let mode):
                var entry = TarEntry(name: Array(path.utf8), kind: .hardlink, mode: mode, uid: 0, gid: 0)
                entry.linkName = Array(target.utf8)
                try writer.add(entry)
            case .device(let path):
                var entry = TarEntry(name: Array(path.utf8), kind: .characterDevice, mode: 0o600, uid: 0, gid: 0)
                entry.deviceMajor = 1
                entry.deviceMinor = 3
                try writer.add(entry)
            }
        }
        try writer.finish()
        bytes = sink.bytes
    }

    /// What it holds, read as it is or compressed.
    func inventory(compression: Compression? = nil) throws -> LayerInventory {
        let blob = Blob(try compression.map { try compressed($0) } ?? bytes)
        let diffID = Digest.sha256(of: bytes)
        let collector = InventoryCollector()
        try walkLayer(blob, expecting: diffID, name: "layer", visitors: [collector])
        return try collector.finish(uncompressedSize: Int64(bytes.count)) {
            try walkLayer(blob, expecting: diffID, name: "layer", visitors: [$0])
        }
    }

    private func compressed(_ compression: Compression) throws -> [UInt8] {
        let sink = LockedSink()
        let pipeline = LayerWriter(to: sink, compression: compression, threads: 1)
        var reader = TarReader(MemorySource(bytes))
        while let entry = try reader.next() {
            try pipeline.add(entry, content: try reader.readAll(of: entry, limit: 1 << 30))
        }
        _ = try pipeline.finish()
        return sink.bytes
    }
}

/// Collects what several threads write one after the other.
private final class LockedSink: ByteSink, @unchecked Sendable {
    // Sendable: the writer calls one at a time, and the bytes are read after it has finished.
    private let sink = MemorySink()
    var bytes: [UInt8] { sink.bytes }
    func write(_ bytes: UnsafeRawBufferPointer) { sink.write(bytes) }
}

/// The packages of an image with these layers.
func inventory(_ layers: [TestLayer.Member]...) throws -> ImageInventory {
    ImageInventory(
        layers: try layers.map { members in
            let layer = try TestLayer(members)
            return (Digest.sha256(of: layer.bytes), try layer.inventory())
        })
}

extension ImageInventory {
    /// `type name version path @layer`, one for each package.
    var lines: [String] {
        packages.map { "\($0.type.rawValue) \($0.name) \($0.version) \($0.path) @\($0.layer.index)" }
    }
}

/// A zip archive, each member compressed or not.
struct TestZip {
    private var body: [UInt8] = []
    private var directory: [UInt8] = []
    private var count = 0

    mutating func add(_ name: String, _ content: [UInt8], compress: Bool = false) {
        let stored = compress ? Self.deflated(content) : content
        let method: UInt16 = compress ? 8 : 0
        let offset = body.count
        func numbers(_ values: [(UInt32, Int)]) -> [UInt8] {
            values.flatMap { value, width in (0..<width).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) } }
        }
        let facts: [(UInt32, Int)] = [
            (20, 2), (0, 2), (UInt32(method), 2), (0, 4), (0, 4), (UInt32(stored.count), 4), (UInt32(content.count), 4),
            (UInt32(name.utf8.count), 2), (0, 2),
        ]
        body += numbers([(0x0403_4B50, 4)] + facts) + Array(name.utf8) + stored
        directory += numbers([(0x0201_4B50, 4), (20, 2)] + facts)
        directory += numbers([(0, 2), (0, 2), (0, 2), (0, 4), (UInt32(offset), 4)]) + Array(name.utf8)
        count += 1
    }

    mutating func add(_ name: String, _ text: String, compress: Bool = false) {
        add(name, Array(text.utf8), compress: compress)
    }

    /// The archive, with something in front of it.
    func bytes(after prefix: [UInt8] = []) -> [UInt8] {
        func number(_ value: Int, _ width: Int) -> [UInt8] {
            (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        let end =
            number(0x0605_4B50, 4) + number(0, 4) + number(count, 2) + number(count, 2)
            + number(directory.count, 4) + number(body.count, 4) + number(0, 2)
        return prefix + body + directory + end
    }

    private static func deflated(_ bytes: [UInt8]) -> [UInt8] {
        var stream = z_stream()
        deflateInit2_(
            &stream, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        defer { deflateEnd(&stream) }
        var input = bytes
        var output = [UInt8](repeating: 0, count: bytes.count + 1_024)
        let produced = input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(target.count)
                deflate(&stream, Z_FINISH)
                return target.count - Int(stream.avail_out)
            }
        }
        return Array(output[..<produced])
    }
}
