import Glibc
import OCI

/// One directory as overlayfs shows it when it merges several lower layers: looked up, never mounted.
final class LowerDirectory {
    /// The same directory in the layers that have it, the highest first.
    private let layers: [OpenFile]
    /// Which layers of the stack those are, counted from the lowest.
    let levels: [Int]

    /// What a name in the directory is.
    enum Child {
        case absent
        /// A file of any kind but directory, with the directory it is in.
        case file(stat, OpenFile)
        case directory(stat, LowerDirectory)
    }

    private init(layers: [OpenFile], levels: [Int]) {
        self.layers = layers
        self.levels = levels
    }

    /// The root of a stack of layers, given as their directories, the lowest first. nil for no layers.
    static func root(_ directories: [String]) throws -> LowerDirectory? {
        directories.isEmpty
            ? nil
            : LowerDirectory(
                layers: try directories.reversed().map { try OpenFile.directory($0) },
                levels: directories.indices.reversed())
    }

    /// The directory's attributes: those of the highest layer that has it.
    var attributes: OpenFile? { layers.first }

    /// Looks up a name.
    func child(_ name: PathBytes, path: PathBytes) throws -> Child {
        var found: stat?
        var directories: [OpenFile] = []
        var levels: [Int] = []
        for (layer, level) in zip(layers, self.levels) {
            guard let status = layer.status(of: name) else {
                if errno == ENOENT || errno == ENOTDIR { continue }
                throw LayerFormatError.system(operation: "stat", path: display(path), errno: errno)
            }
            if status.isWhiteout { break }
            guard status.isDirectory else {
                // Below a directory a file of a lower layer is hidden; on top it hides what is below.
                if found == nil { return .file(status, layer) }
                break
            }
            guard let directory = layer.openDirectory(name) else {
                throw LayerFormatError.system(operation: "open", path: display(path), errno: errno)
            }
            if found == nil { found = status }
            directories.append(directory)
            levels.append(level)
            if directory.isOpaque { break }
        }
        guard let found else { return .absent }
        return .directory(found, LowerDirectory(layers: directories, levels: levels))
    }

    /// Which layer of the stack gave a file its content that ``child(_:path:)`` found. A layer that only wrote the same again
    /// does not count: after `chown -R` everything would come from there.
    ///
    /// - Parameter budget: how many bytes may still be compared; what would take more counts as other content.
    func level(of name: PathBytes, _ status: stat, in found: OpenFile, path: PathBytes, budget: inout Int64) throws
        -> Int?
    {
        guard var index = layers.firstIndex(where: { $0 === found }) else { return nil }
        for next in layers.indices.dropFirst(index + 1) {
            guard let below = layers[next].status(of: name) else { continue }
            guard try Self.isSame(name, status, found, below, layers[next], path, &budget) else { break }
            index = next
        }
        return levels[index]
    }

    private static func isSame(
        _ name: PathBytes, _ status: stat, _ directory: OpenFile, _ below: stat, _ lower: OpenFile, _ path: PathBytes,
        _ budget: inout Int64
    ) throws -> Bool {
        guard status.st_mode & S_IFMT == below.st_mode & S_IFMT, status.st_size == below.st_size else { return false }
        if status.isSymlink { return directory.linkTarget(of: name) == lower.linkTarget(of: name) }
        guard status.isRegular, Int64(status.st_size) <= budget, let file = directory.open(name, O_RDONLY),
            let before = lower.open(name, O_RDONLY)
        else { return false }
        budget -= Int64(status.st_size)
        return try file.hasBytes(of: before, path: path)
    }

    /// Is there something of that name?
    func contains(_ name: PathBytes) -> Bool {
        for layer in layers {
            if let status = layer.status(of: name) { return !status.isWhiteout }
        }
        return false
    }

    /// All names, in no order.
    func names(path: PathBytes) throws -> Set<PathBytes> {
        var seen: Set<PathBytes> = []
        var present: Set<PathBytes> = []
        for layer in layers {
            guard let names = layer.names() else {
                throw LayerFormatError.system(operation: "list", path: display(path), errno: errno)
            }
            for name in names where seen.insert(name).inserted {
                if let status = layer.status(of: name), !status.isWhiteout { present.insert(name) }
            }
        }
        return present
    }
}

extension OpenFile {
    /// Does overlayfs hide what lower layers have in this directory?
    var isOpaque: Bool {
        attribute("trusted.overlay.opaque") == [UInt8(ascii: "y")]
            || attribute("user.overlay.opaque") == [UInt8(ascii: "y")]
    }

    /// Does this file of an upper directory have its metadata only, and its content in a lower layer?
    var isMetadataOnly: Bool {
        attributeLength("trusted.overlay.metacopy") >= 0 || attributeLength("user.overlay.metacopy") >= 0
    }

    /// Was this directory renamed in a way that leaves its content in a lower layer under the old name?
    var isRedirected: Bool {
        attributeLength("trusted.overlay.redirect") > 0 || attributeLength("user.overlay.redirect") > 0
    }
}
