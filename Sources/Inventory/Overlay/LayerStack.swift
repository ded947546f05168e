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

    /// The path with the symbolic links on the way to it resolved, its last component left alone.
    mutating func location(of path: PathBytes) -> PathBytes {
        guard let slash = path.lastIndex(of: UInt8(ascii: "/")) else { return path }
        let parent = PathBytes(path[..<slash])
        let directory = resolve(parent)
        return directory.isEmpty ? PathBytes(path[(slash + 1)...]) : directory + path[slash...]
    }

    /// Every path that leads to one of the files, through a directory that is a symbolic link or not, with the file.
    mutating func names(of files: Set<PathBytes>) -> [PathBytes: PathBytes] {
        var names: [PathBytes: PathBytes] = [:]
        var inside: [PathBytes: [PathBytes]] = [:]
        for file in files {
            names[file] = file
            for (index, byte) in file.enumerated() where byte == UInt8(ascii: "/") {
                inside[PathBytes(file[..<index]), default: []].append(file)
            }
        }
        for link in symlinks.keys {
            let target = resolve(link)
            for file in inside[target] ?? [] { names[link + file[target.count...]] = file }
        }
        return names
    }

    private mutating func resolve(_ directory: PathBytes) -> PathBytes {
        guard !symlinks.isEmpty else { return directory }
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
        var deleted: Set<PathBytes> = []
        var emptied: Set<PathBytes> = []
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
        let deleted: Set<PathBytes>
        let emptied: Set<PathBytes>
        let directories: PathSet
        let others: PathSet

        /// Is what lower layers have at the path gone, or in the place of something new?
        func hides(_ path: PathBytes) -> Bool {
            var hash = PathHash()
            if emptied.contains([]) { return true }
            for (index, byte) in path.enumerated() {
                if byte == UInt8(ascii: "/") {
                    if others.contains(hash) { return true }
                    if !deleted.isEmpty || !emptied.isEmpty {
                        let parent = PathBytes(path[..<index])
                        if deleted.contains(parent) || emptied.contains(parent) { return true }
                    }
                }
                hash.add(byte)
            }
            return deleted.contains(path) || others.contains(hash) || directories.contains(hash)
        }
    }
}

extension [UInt8] {
    fileprivate var dropLastSlash: [UInt8] { last == UInt8(ascii: "/") ? dropLast() : self }
}
