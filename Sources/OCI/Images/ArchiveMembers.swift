/// The files of a tar archive by name, found once and then read in place: nothing is unpacked.
struct ArchiveMembers: Sendable {
    private struct Member: Sendable {
        enum Content: Sendable {
            case file(offset: Int64, size: Int64)
            case link(String)
        }
        let content: Content
    }

    let file: ArchiveFile
    private var members: [String: Member] = [:]

    /// More members than any image archive has; stops an index from eating memory.
    private static let limit = 1 << 20

    init(_ file: ArchiveFile) throws {
        self.file = file
        let path = file.path
        try Self.refuseCompressed(file)
        var reader = TarReader(FileSource(descriptor: file.descriptor, path: path, bufferSize: 64 << 10))
        while let entry = try reader.next() {
            guard members.count < Self.limit else {
                throw OCIError.notAnImage(path: path, reason: "it has too many files")
            }
            let name = Self.normal(entry.displayName)
            switch entry.kind {
            case .file:
                // A file with holes is not in one piece, and JSON and compressed layers have none.
                guard !reader.isSparse else {
                    throw OCIError.notAnImage(path: path, reason: "\(name) is stored as a sparse file")
                }
                members[name] = Member(content: .file(offset: reader.contentOffset, size: entry.size))
            case .hardlink:
                members[name] = Member(content: .link(Self.normal(String(decoding: entry.linkName, as: UTF8.self))))
            case .symlink:
                // docker save once wrote a layer that several images share as links to the first.
                let target = String(decoding: entry.linkName, as: UTF8.self)
                let directory = name.split(separator: "/").dropLast().joined(separator: "/")
                members[name] = Member(content: .link(Self.normal(directory + "/" + target)))
            default: break
            }
        }
    }

    /// Opens a file, through links; nil when there is none.
    func blob(_ name: String) -> Blob? {
        var name = Self.normal(name)
        for _ in 0..<16 {
            switch members[name]?.content {
            case .file(let offset, let size): return Blob(file, offset: offset, size: size)
            case .link(let target): name = target
            case nil: return nil
            }
        }
        return nil
    }

    private static func refuseCompressed(_ file: ArchiveFile) throws {
        let source = FileSource(descriptor: file.descriptor, path: file.path, bufferSize: 512)
        // What is read is the source's, and gone with it.
        let head = try withExtendedLifetime(source) { Array(try source.read(upTo: 6)) }
        let magics: [(String, [UInt8])] = [
            ("gzip", [0x1F, 0x8B]), ("zstd", [0x28, 0xB5, 0x2F, 0xFD]), ("xz", [0xFD, 0x37, 0x7A, 0x58]),
            ("bzip2", [0x42, 0x5A, 0x68]),
        ]
        for (name, magic) in magics where head.starts(with: magic) {
            throw OCIError.notAnImage(path: file.path, reason: "it is compressed with \(name), decompress it first")
        }
    }

    /// A name without `.`, `..` and empty parts.
    private static func normal(_ name: String) -> String {
        var parts: [Substring] = []
        for part in name.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return parts.joined(separator: "/")
    }
}
