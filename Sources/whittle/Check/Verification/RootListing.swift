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

        /// What stays to be compared of a file whose content is another each time.
        var withoutContent: File {
            var file = self
            file.content = nil
            return file
        }
    }

    /// The files by absolute path.
    private(set) var files: [String: File] = [:]

    /// Takes over a listing.
    init(files: [String: File]) { self.files = files }

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

    /// Paths that are not alike in two listings, sorted.
    struct Differences: Equatable {
        /// Those that a change is answerable for.
        var found: [String] = []
        /// Those that two builds of the same text do not agree on either, so that nothing can be said of a change.
        var unproven: [String] = []
    }

    /// What is not alike in this listing and another.
    ///
    /// - Parameter again: the listing of a second build of this one's text; nil when there is none. It excuses other
    ///   content of a file, not that the file is gone, or is of another kind, owner or mode.
    func differences(_ other: RootListing, again: RootListing? = nil) -> Differences {
        var result = Differences()
        for path in Set(files.keys).union(other.files.keys) {
            let (old, new) = (files[path], other.files[path])
            guard old != new else { continue }
            if let again, Self.isExcused(old, again.files[path], new) {
                result.unproven.append(path)
            } else {
                result.found.append(path)
            }
        }
        result.found.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        result.unproven.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        return result
    }

    /// True when a file is not the same twice without a change, and is no more different with it.
    private static func isExcused(_ first: File?, _ second: File?, _ changed: File?) -> Bool {
        guard first != second else { return false }
        // There once and gone once: a name made up anew, or luck.
        guard let first, let second else { return true }
        guard let changed else { return false }
        return first.withoutContent != second.withoutContent || changed.withoutContent == first.withoutContent
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
