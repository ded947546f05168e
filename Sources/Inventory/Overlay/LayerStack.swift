import OCI

/// What of the files that cataloguers want an image shows, after some of its layers.
///
/// The layers are put on top of each other as an overlay mount does it, but for files that matter only.
struct LayerStack {
    /// A file that is shown.
    struct File {
        /// Where it is, with no symbolic link on the way.
        let path: PathBytes
        let finding: Finding
    }

    private(set) var files: [PathBytes: File] = [:]
    private var symlinks: [PathBytes: PathBytes] = [:]
    /// The hashes of their paths, and of those that there were.
    private var linkHashes: Set<UInt64> = []
    /// Directories with the links on the way resolved; forgotten when links change.
    private var resolved: [PathBytes: PathBytes] = [:]

    /// As the kernel: more links on one way are taken for a loop.
    private static let linkLimit = 40

    /// Puts a layer on top.
    mutating func add(_ layer: LayerInventory) {
        hide(layer)
        for case .symlink(let path, let target) in layer.events {
            let place = location(of: path)
            symlinks[place] = target
            linkHashes.insert(PathHash(of: place).value)
            files[place] = nil
            resolved = [:]
        }
        for event in layer.events {
            switch event {
            case .found(let path, let finding):
                let place = location(of: path)
                files[place] = File(path: place, finding: finding)
            case .link(let path, let target):
                // The name that it is a second one of may come from a layer below.
                let place = location(of: path)
                files[place] = files[location(of: target)].map { File(path: place, finding: $0.finding) }
            case .deletes, .opaque, .symlink: break
            }
        }
    }

    /// The paths of symbolic links.
    var links: some Collection<PathBytes> { symlinks.keys }

    /// The path with the symbolic links on the way to it resolved, its last component left alone.
    mutating func location(of path: PathBytes) -> PathBytes {
        guard let slash = path.lastIndex(of: UInt8(ascii: "/")) else { return path }
        let parent = PathBytes(path[..<slash])
        let directory = resolve(parent)
        return directory.isEmpty ? PathBytes(path[(slash + 1)...]) : directory + path[slash...]
    }

    /// More names than this are not told apart: links and files can be made so that each leads to all.
    private static let nameLimit = 2_000_000

    /// Every path that leads to one of the files, through a directory that is a symbolic link or not, with the file.
    mutating func names(of files: Set<PathBytes>) -> [PathBytes: PathBytes] {
        var names: [PathBytes: PathBytes] = [:]
        let limit = files.count + Self.nameLimit
        var linksByTarget: [UInt64: [(link: PathBytes, target: PathBytes)]] = [:]
        for link in symlinks.keys {
            let target = resolve(link)
            linksByTarget[PathHash(of: target).value, default: []].append((link, target))
        }
        for file in files {
            names[file] = file
            guard !linksByTarget.isEmpty, names.count < limit else { continue }
            var hash = PathHash()
            for (index, byte) in file.enumerated() {
                if byte == UInt8(ascii: "/") {
                    for (link, target) in linksByTarget[hash.value] ?? [] where file[..<index].elementsEqual(target) {
                        if names.count < limit { names[link + file[index...]] = file }
                    }
                }
                hash.add(byte)
            }
        }
        return names
    }

    /// Is any part of the way a symbolic link?
    private func hasLink(on way: PathBytes) -> Bool {
        var hash = PathHash()
        for byte in way {
            if byte == UInt8(ascii: "/"), linkHashes.contains(hash.value) { return true }
            hash.add(byte)
        }
        return linkHashes.contains(hash.value)
    }

    private mutating func resolve(_ directory: PathBytes) -> PathBytes {
        guard !symlinks.isEmpty, hasLink(on: directory) else { return directory }
        if let known = resolved[directory] { return known }
        var pending = Array(directory.split(separator: UInt8(ascii: "/")).reversed())
        var way: [ArraySlice<UInt8>] = []
        var links = 0
        while let component = pending.popLast() {
            if component.equals(".") { continue }
            if component.equals("..") {
                // As for the kernel, the root is its own parent.
                way = way.dropLast()
                continue
            }
            way.append(component)
            guard let target = symlinks[PathBytes(way.joined(separator: [UInt8(ascii: "/")]))] else { continue }
            links += 1
            guard links <= Self.linkLimit else { return directory }
            way = target.first == UInt8(ascii: "/") ? [] : way.dropLast()
            pending += target.split(separator: UInt8(ascii: "/")).reversed()
            guard pending.count <= 4_096 else { return directory }
        }
        let result = PathBytes(way.joined(separator: [UInt8(ascii: "/")]))
        resolved[directory] = result
        return result
    }

    /// Takes away what the layer hides of those below it.
    private mutating func hide(_ layer: LayerInventory) {
        var deleted = PathSet()
        var emptied = PathSet()
        for event in layer.events {
            switch event {
            case .deletes(let path): deleted.insert(location(of: path))
            case .opaque(let path): emptied.insert(location(of: path + [UInt8(ascii: "/")]).dropLastSlash)
            default: break
            }
        }
        let hiding = Hiding(deleted: deleted, emptied: emptied, directories: layer.directories, others: layer.others)
        files = files.filter { !hiding.hides($0.key) }
        let before = symlinks.count
        symlinks = symlinks.filter { !hiding.hides($0.key) }
        if symlinks.count != before { resolved = [:] }
    }

    private struct Hiding {
        let deleted: PathSet
        let emptied: PathSet
        let directories: PathSet
        let others: PathSet

        /// Is what lower layers have at the path gone, or in the place of something new?
        func hides(_ path: PathBytes) -> Bool {
            var hash = PathHash()
            // Everything.
            if emptied.contains(hash) { return true }
            for byte in path {
                if byte == UInt8(ascii: "/"), others.contains(hash) || deleted.contains(hash) || emptied.contains(hash)
                {
                    return true
                }
                hash.add(byte)
            }
            return deleted.contains(hash) || others.contains(hash) || directories.contains(hash)
        }
    }
}

extension [UInt8] {
    fileprivate var dropLastSlash: [UInt8] { last == UInt8(ascii: "/") ? dropLast() : self }
}
