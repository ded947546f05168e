import CLinux
import Glibc
import OCI

/// Is the file an archive that `ADD` unpacks: plain or compressed with gzip, zstd, xz or bzip2, and with a readable
/// tar header in it? A damaged one is not, and neither is a zip file.
///
/// - Parameter descriptor: an open regular file; read from its start, wherever its offset is.
public func isArchive(_ descriptor: Int32) -> Bool {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.isRegular else { return false }
    do {
        var reader = TarReader(try decompressing(FileSource(descriptor: descriptor, path: "the archive")))
        return try reader.next() != nil
    } catch OCIError.unknownTarMember {
        return true
    } catch {
        return false
    }
}

/// Unpacks an archive as `ADD` does.
///
/// The destination takes the part of the root directory for the archive: `..` stops there, and symbolic links, those of
/// the archive and those that are there already, are resolved below it. What is in the place of a member is replaced,
/// but directories are merged. A member `.wh.NAME` removes NAME. Directories that the archive does not list belong to root.
///
/// - Parameters:
///   - descriptor: the archive, read from its start on; ``isArchive(_:)`` has said yes.
///   - root: the root of the image's file system; links on the way to `path` are resolved in it.
///   - path: the destination, made with mode 0755 when it is missing.
///   - owner: the owner of every member and of directories made for `path`; nil keeps what the archive says.
/// - Throws: ``LayerFormatError``, `OCIError`.
public func extractArchive(
    _ descriptor: Int32, into root: Int32, path: PathBytes, owner: (uid: UInt32, gid: UInt32)? = nil
) throws {
    // A descriptor of our own, for the root belongs to the caller.
    let copy = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
    guard copy >= 0 else {
        throw LayerFormatError.system(operation: "open", path: display(path), errno: errno)
    }
    let way = RootedTree(root: OpenFile(taking: copy))
    way.directoryMade = { made, directory in
        guard let owner else { return }
        guard fchown(directory.descriptor, owner.uid, owner.gid) == 0 else {
            throw LayerFormatError.system(operation: "change the owner of", path: display(made), errno: errno)
        }
    }
    guard let destination = try way.directory(splitPath(path)) else { return }
    let source = FileSource(descriptor: descriptor, path: "the archive", bufferSize: 1 << 20)
    var extractor = ArchiveExtractor(into: destination, owner: owner)
    try extractor.extract(TarReader(try decompressing(source)))
}

private struct ArchiveExtractor {
    private let tree: RootedTree
    private let writer: MemberWriter
    private var directoryTimes: [PathBytes: TarEntry] = [:]
    /// What this archive has made; an opaque mark is about everything else.
    private var made: Set<PathBytes> = []

    init(into destination: OpenFile, owner: (uid: UInt32, gid: UInt32)?) {
        tree = RootedTree(root: destination)
        // A link that leads nowhere inside the destination was likely meant for another place.
        tree.makesLinkTargets = false
        writer = MemberWriter(owner: owner)
    }

    mutating func extract(_ archive: consuming TarReader) throws {
        var reader = archive
        while var entry = try reader.next() {
            // Docker's archives know neither contiguous files nor GNU's sparse ones.
            guard ![UInt8(ascii: "7"), UInt8(ascii: "S")].contains(reader.memberType) else {
                throw OCIError.unknownTarMember(offset: reader.memberOffset, type: reader.memberType)
            }
            // A time before 1970 is none.
            if entry.modificationSeconds < 0 {
                entry.modificationSeconds = 0
                entry.modificationNanoseconds = 0
            }
            try extract(entry, &reader)
        }
        for (path, entry) in directoryTimes.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            guard let directory = try? tree.directory(splitPath(path), making: false) else { continue }
            try writer.setTimes(of: directory, entry, path)
        }
    }

    private mutating func extract(_ entry: TarEntry, _ reader: inout TarReader) throws {
        let components = Self.components(of: entry.name)
        guard let name = components.last else { return }
        guard let parent = try tree.directory(components.dropLast()) else { return }
        let path = joined(tree.path, name)
        switch try Whiteout.meaning(of: name) {
        case .file: break
        case .ignored: return
        case .opaque: return try removeOthers(in: parent)
        case .deletes(let target): return try removeTree(target, in: parent, path: path)
        }
        made.insert(path)
        switch entry.kind {
        case .file:
            try writer.file(entry, name, in: parent, path: path) {
                try writeContent(of: entry, from: &reader, to: $0, path: path)
            }
        case .directory:
            _ = try writer.directory(entry, name, in: parent, path: path)
            directoryTimes[path] = entry
        case .symlink:
            try writer.symlink(entry, name, in: parent, path: path)
        case .hardlink:
            let target = Self.components(of: entry.linkName)
            guard let targetName = target.last, let directory = try tree.directory(target.dropLast(), making: false)
            else {
                throw LayerFormatError.missingLinkTarget(name: display(path), target: display(entry.linkName))
            }
            try writer.hardlink(to: targetName, in: directory, entry, name, in: parent, path: path)
        case .characterDevice, .blockDevice, .fifo:
            _ = try writer.special(entry, name, in: parent, path: path)
        }
    }

    private func removeOthers(in directory: OpenFile) throws {
        let path = tree.path
        guard let names = directory.names() else {
            throw LayerFormatError.system(operation: "list", path: display(path), errno: errno)
        }
        for name in names where !made.contains(joined(path, name)) {
            try removeTree(name, in: directory, path: joined(path, name))
        }
    }

    /// The name as a path from the root, `..` taken back to there at most.
    private static func components(of name: PathBytes) -> [PathBytes] {
        var components: [PathBytes] = []
        for component in splitPath(name) {
            if component == [0x2E, 0x2E] { _ = components.popLast() } else { components.append(component) }
        }
        return components
    }
}
