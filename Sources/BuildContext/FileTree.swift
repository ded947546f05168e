/// What a ``TreeWalker`` found: a directory tree without its excluded parts, at one moment.
public struct FileTree: Sendable {
    /// The directory that was walked, or the file when the walk started at one.
    public let root: TreeEntry
    /// Everything below it, in ``PathOrder``: parents before what they hold. Paths are relative to the walker's root.
    public let entries: [TreeEntry]

    /// The entry with exactly this path; the root for the path where the walk started.
    public func entry(at path: PathBytes) -> TreeEntry? {
        if path == root.path { return root }
        let index = firstIndex { PathOrder.compare($0.path, path) >= 0 }
        guard index < entries.count, entries[index].path == path else { return nil }
        return entries[index]
    }

    /// Everything below a directory, without the directory itself.
    public func descendants(of path: PathBytes) -> ArraySlice<TreeEntry> {
        if path.isEmpty || path == root.path { return entries[...] }
        let start = firstIndex { PathOrder.compare($0.path, path) > 0 }
        var end = start
        while end < entries.count, PathOrder.isBelow(entries[end].path, path) { end += 1 }
        return entries[start..<end]
    }

    /// What a directory holds, one level deep.
    public func children(of path: PathBytes) -> [TreeEntry] {
        descendants(of: path).filter { entry in
            !entry.path.dropFirst(path.isEmpty ? 0 : path.count + 1).contains(0x2F)
        }
    }

    private func firstIndex(where isPast: (TreeEntry) -> Bool) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if isPast(entries[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
