import LayerFormat
import OCI

/// The files of a root file system: everything of each but its times.
struct RootListing {
    /// What there is to say of a file.
    struct File: Hashable {
        var kind: TarEntry.Kind
        var mode: UInt32
        var uid: UInt32
        var gid: UInt32
        var content: Digest?
        var target: PathBytes
        var device: [UInt32]
        var attributes: [TarEntry.Attribute]
    }

    /// The files by absolute path.
    private(set) var files: [String: File] = [:]

    /// Reads the tar archive of a root file system.
    ///
    /// - Throws: `OCIError` for a malformed archive.
    init(tar path: String) throws {
        var reader = TarReader(try Blob(path: path).source())
        while let entry = try reader.next() {
            let name = Self.absolute(entry.name)
            if entry.kind == .hardlink {
                // Another name of a file is a file like it.
                if let file = files[Self.absolute(entry.linkName)] { files[name] = file }
                continue
            }
            var content: Digest?
            if entry.kind == .file {
                content = try Self.digest(&reader, size: entry.size)
            }
            files[name] = File(
                kind: entry.kind, mode: entry.mode, uid: entry.uid, gid: entry.gid, content: content,
                target: entry.kind == .symlink ? entry.linkName : [],
                device: [entry.deviceMajor, entry.deviceMinor], attributes: entry.attributes)
        }
    }

    /// The paths that are not alike in both, sorted.
    func differences(_ other: RootListing) -> [String] {
        var paths = files.keys.filter { files[$0] != other.files[$0] }
        paths += other.files.keys.filter { files[$0] == nil }
        return paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Over the content with its holes filled.
    private static func digest(_ reader: inout TarReader, size: Int64) throws -> Digest {
        var digester = Digester()
        var position: Int64 = 0
        let zeros = [UInt8](repeating: 0, count: 64 << 10)
        func fill(to end: Int64) {
            while position < end {
                let count = min(end - position, Int64(zeros.count))
                digester.update(Array(zeros[..<Int(count)]))
                position += count
            }
        }
        try reader.readContent { offset, bytes in
            fill(to: offset)
            digester.update(bytes)
            position += Int64(bytes.count)
        }
        fill(to: size)
        return digester.finish()
    }

    private static func absolute(_ name: PathBytes) -> String {
        let parts = String(decoding: name, as: UTF8.self).split(separator: "/").filter { $0 != "." }
        return "/" + parts.joined(separator: "/")
    }
}
