import CLinux
import Glibc
import OCI

/// Unpacks the members of a layer into a directory in overlayfs's format.
final class LayerApplier {
    private let options: ApplyOptions
    private let tree: RootedTree
    private let writer: MemberWriter
    private let lower: LowerDirectory?
    /// Times of directories, set at the end: making files in them changes them.
    private var directoryTimes: [PathBytes: TarEntry] = [:]
    private var implied: Set<PathBytes> = []
    private(set) var entryCount = 0
    private(set) var skippedDevices = 0

    init(into directory: String, options: ApplyOptions) throws {
        self.options = options
        tree = RootedTree(root: try OpenFile.directory(directory))
        lower = try LowerDirectory.root(options.parents)
        writer = MemberWriter(ignoresOwner: options.ignoresOwner)
        // The closure must not keep this object alive: it is kept by the tree, which this object owns.
        tree.directoryMade = { [unowned self] path, directory in try self.adopt(path, directory) }
        tree.whiteoutReplaced = { [unowned self] path, directory in try self.setOpaque(directory, path) }
    }

    /// Directories that were made without being listed, in byte order.
    var impliedDirectories: [PathBytes] { implied.sorted { $0.lexicographicallyPrecedes($1) } }

    func apply(_ archive: consuming TarReader) throws {
        var reader = archive
        while let entry = try reader.next() {
            entryCount += 1
            options.observer?(entry)
            try apply(entry, &reader)
        }
        for (path, entry) in directoryTimes.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            // One that a later member replaced keeps that one's time.
            guard let directory = try? tree.directory(splitPath(path), making: false) else { continue }
            try writer.setTimes(of: directory, entry, path)
        }
    }

    private func apply(_ entry: TarEntry, _ reader: inout TarReader) throws {
        let components = try Self.components(of: entry.name)
        // The root's attributes are those of the file system the image runs on, as in containerd.
        guard let name = components.last else { return }
        guard let parent = try tree.directory(components.dropLast()) else { return }
        let path = joined(tree.path, name)
        switch try Whiteout.meaning(of: name) {
        case .file: try make(entry, name, in: parent, path: path, &reader)
        case .ignored: break
        case .opaque: try setOpaque(parent, path)
        case .deletes(let target): try whiteOut(target, in: parent, path: path)
        }
    }

    private func make(
        _ entry: TarEntry, _ name: PathBytes, in parent: OpenFile, path: PathBytes, _ reader: inout TarReader
    ) throws {
        switch entry.kind {
        case .file:
            try writer.file(entry, name, in: parent, path: path) {
                try writeContent(of: entry, from: &reader, to: $0, path: path)
            }
        case .directory:
            let (directory, wasWhiteout) = try writer.directory(entry, name, in: parent, path: path)
            // Deleted and made anew in one layer: what was in the old one must not show through.
            if wasWhiteout { try setOpaque(directory, path) }
            directoryTimes[path] = entry
            implied.remove(path)
        case .symlink:
            try writer.symlink(entry, name, in: parent, path: path)
        case .hardlink:
            let target = try Self.components(of: entry.linkName)
            guard let targetName = target.last, let directory = try tree.directory(target.dropLast(), making: false)
            else {
                throw LayerFormatError.missingLinkTarget(name: display(path), target: display(entry.linkName))
            }
            try writer.hardlink(to: targetName, in: directory, entry, name, in: parent, path: path)
        case .characterDevice, .blockDevice, .fifo:
            if try writer.special(entry, name, in: parent, path: path) == .skippedDevice { skippedDevices += 1 }
        }
    }

    /// Something that this layer itself has in the place stays: whiteouts are about the layers below.
    private func whiteOut(_ name: PathBytes, in parent: OpenFile, path: PathBytes) throws {
        if let status = parent.status(of: name) {
            if status.isDirectory, let directory = parent.openDirectory(name) { try setOpaque(directory, path) }
            return
        }
        guard withCString(name, { mknodat(parent.descriptor, $0, S_IFCHR, 0) }) == 0 else {
            throw LayerFormatError.system(operation: "create whiteout", path: display(path), errno: errno)
        }
    }

    private func setOpaque(_ directory: OpenFile, _ path: PathBytes) throws {
        guard fsetxattr(directory.descriptor, options.overlayAttributes.rawValue, "y", 1, 0) == 0 else {
            throw LayerFormatError.system(operation: "make opaque", path: display(path), errno: errno)
        }
    }

    /// A directory on the way to a member that the layer does not list: as it is in the layers below.
    private func adopt(_ path: PathBytes, _ directory: OpenFile) throws {
        implied.insert(path)
        var entry = TarEntry(name: path, kind: .directory, mode: 0o755)
        if let status = try lower?.directory(splitPath(path)) {
            entry.mode = status.st_mode & 0o7777
            entry.uid = status.st_uid
            entry.gid = status.st_gid
            entry.modificationSeconds = Int64(status.st_mtim.tv_sec)
            if !options.ignoresOwner, fchown(directory.descriptor, status.st_uid, status.st_gid) != 0 {
                throw LayerFormatError.system(operation: "change the owner of", path: display(path), errno: errno)
            }
            guard fchmod(directory.descriptor, mode_t(entry.mode)) == 0 else {
                throw LayerFormatError.system(operation: "set the mode of", path: display(path), errno: errno)
            }
        }
        directoryTimes[path] = entry
    }

    /// Absolute names are taken as relative to the root; `..` has no honest use in a layer.
    private static func components(of name: PathBytes) throws(LayerFormatError) -> [PathBytes] {
        let components = splitPath(name)
        for component in components where component == [0x2E, 0x2E] {
            throw .unsafeName(name: display(name), reason: "\"\(display(component))\" leads out of the layer")
        }
        return components
    }
}

extension LowerDirectory {
    /// The attributes of the directory at a path below this one; nil when there is none.
    func directory(_ components: [PathBytes]) throws -> stat? {
        var current = self
        var found: stat?
        for component in components {
            guard case .directory(let status, let next) = try current.child(component, path: component) else {
                return nil
            }
            current = next
            found = status
        }
        return found
    }
}
