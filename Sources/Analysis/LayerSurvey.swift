import LayerFormat
import OCI

/// What reading one layer tells: how long its tar is, what of package records it has, and what it takes away from the
/// layers below.
public struct LayerSurvey: Sendable {
    /// The length of the uncompressed tar in bytes.
    public let size: Int64
    /// The digest of what was read, compressed as it was.
    public let digest: Digest
    /// Package records in the layer, by their path.
    let records: [PathBytes: (record: PackageRecord, packages: [InstalledPackage])]
    /// Paths that are gone, with everything below them.
    let removed: Set<PathBytes>
    /// Directories of which everything from below is gone.
    let opaque: Set<PathBytes>

    /// Reads a layer once, from its first byte to its last.
    ///
    /// - Throws: ``LayerFormatError`` or `OCIError` for a layer that is damaged.
    public init(_ source: any ByteSource) throws {
        let packed = CountingSource(source, hashes: true)
        let plain = CountingSource(try decompressing(packed), hashes: false)
        var tar = TarReader(plain)
        var records: [PathBytes: (record: PackageRecord, packages: [InstalledPackage])] = [:]
        var removed: Set<PathBytes> = []
        var opaque: Set<PathBytes> = []
        while let entry = try tar.next() {
            let path = Self.normalized(entry.name)
            let slash = path.lastIndex(of: UInt8(ascii: "/"))
            let name = PathBytes(slash.map { path[($0 + 1)...] } ?? path[...])
            let parent = PathBytes(slash.map { path[..<$0] } ?? [])
            switch try Whiteout.meaning(of: name) {
            case .deletes(let target): removed.insert(parent.isEmpty ? target : parent + [UInt8(ascii: "/")] + target)
            case .opaque: opaque.insert(parent)
            case .ignored: break
            case .file:
                guard let record = PackageRecord(path: path) else { continue }
                // Anything of that name takes the place of the record below.
                records[path] = (record, [])
                guard entry.kind == .file, entry.size <= PackageRecord.limit else { continue }
                let bytes = try tar.readAll(of: entry, limit: PackageRecord.limit)
                records[path] = (record, record.packages(in: bytes))
            }
        }
        try plain.drain()
        try packed.drain()
        size = plain.count
        digest = packed.digest
        self.records = records
        self.removed = removed
        self.opaque = opaque
    }

    /// The packages of an image with these layers, the lowest first.
    public static func packages(of layers: [LayerSurvey]) -> Set<InstalledPackage> {
        var records: [PathBytes: [InstalledPackage]] = [:]
        for layer in layers {
            records = records.filter { path, _ in !layer.hides(path) }
            for (path, found) in layer.records { records[path] = found.packages }
        }
        return Set(records.values.joined())
    }

    /// Is what lower layers have at the path gone?
    private func hides(_ path: PathBytes) -> Bool {
        guard !removed.isEmpty || !opaque.isEmpty else { return false }
        if removed.contains(path) || opaque.contains([]) { return true }
        for (index, byte) in path.enumerated() where byte == UInt8(ascii: "/") {
            let parent = PathBytes(path[..<index])
            if removed.contains(parent) || opaque.contains(parent) { return true }
        }
        return false
    }

    /// The path without leading `./` or `/`, and without the slash of a directory.
    private static func normalized(_ name: PathBytes) -> PathBytes {
        var name = name[...]
        while name.first == UInt8(ascii: "/") || name.starts(with: [UInt8(ascii: "."), UInt8(ascii: "/")]) {
            name = name.first == UInt8(ascii: "/") ? name.dropFirst() : name.dropFirst(2)
        }
        while name.last == UInt8(ascii: "/") { name = name.dropLast() }
        return PathBytes(name)
    }
}

/// Counts what passes through, and hashes it if asked.
private final class CountingSource: ByteSource {
    private let source: any ByteSource
    private var digester: Digester?
    private(set) var count: Int64 = 0

    init(_ source: any ByteSource, hashes: Bool) {
        self.source = source
        digester = hashes ? Digester() : nil
    }

    func read(upTo limit: Int) throws -> UnsafeRawBufferPointer {
        let span = try source.read(upTo: limit)
        digester?.update(span)
        count += Int64(span.count)
        return span
    }

    func drain() throws {
        while try !read(upTo: 1 << 20).isEmpty {}
    }

    var digest: Digest { digester?.finish() ?? Digest.sha256(of: []) }
}
