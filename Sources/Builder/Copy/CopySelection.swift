import BuildContext
import Glibc

/// What the sources of a COPY or ADD stand for: wildcards expanded, symbolic links followed, and everything known to
/// exist. Made before anything is copied, so that a missing source fails the instruction as a whole.
public struct CopySelection: Sendable {
    /// One thing to copy.
    struct Item: Sendable {
        /// Which of the request's sources it comes from.
        let sourceIndex: Int
        /// The resolved path in the source's tree, without leading slash.
        let path: PathBytes
        /// The name it lands under when the destination is a directory.
        let name: PathBytes
        /// True when the contents of a directory are copied.
        let isDirectory: Bool
        let filter: SelectionFilter
    }

    /// The instruction.
    public let request: CopyRequest
    let items: [Item]

    /// True when every source is a wildcard that matches nothing: there is nothing to do, which is not an error.
    public var isEmpty: Bool { items.isEmpty }

    /// Finds what the sources select.
    ///
    /// - Throws: ``CopyError/sourceNotFound(source:path:)`` for a source without wildcards that does not exist or is
    ///   ignored, and for the directory part of one with; ``CopyError/invalidPattern(source:)``,
    ///   ``CopyError/invalidExclude(pattern:)``, ``CopyError/checksumOnLocalSource(source:)``,
    ///   ``CopyError/tooManyLinks(path:)``, ``CopyError/system(operation:path:code:source:)``.
    public static func resolve(_ request: CopyRequest) throws(CopyError) -> CopySelection {
        let excludes: IgnoreMatcher
        do throws(BuildContextError) {
            excludes = try IgnoreMatcher(patterns: request.excludes)
        } catch {
            guard case .badPattern(let pattern, _, _) = error else { throw .invalidExclude(pattern: "!") }
            throw .invalidExclude(pattern: pattern)
        }
        var items: [Item] = []
        for (index, source) in request.sources.enumerated() {
            switch source {
            case .path(let text, let tree):
                if request.checksum != nil { throw .checksumOnLocalSource(source: text) }
                let resolver = SourceResolver(
                    text: text, tree: tree, keepsParents: request.keepsParents, excludes: excludes, sourceIndex: index)
                items += try resolver.items()
            case .inlineFile(let name, _), .download(_, let name, _, _):
                let last = PathBytes(name.utf8).split(separator: 0x2F).last.map { PathBytes($0) } ?? []
                items.append(
                    Item(
                        sourceIndex: index, path: [], name: last, isDirectory: false,
                        filter: try filter(excludes: nil, source: name)))
            case .gitCheckout(let url, _):
                items.append(
                    Item(
                        sourceIndex: index, path: [], name: [], isDirectory: true,
                        filter: try filter(excludes: excludes, source: url)))
            }
        }
        return CopySelection(request: request, items: items)
    }

    private static func filter(excludes: IgnoreMatcher?, source: String) throws(CopyError) -> SelectionFilter {
        do throws(BuildContextError) {
            return try SelectionFilter(ignored: nil, parentsPattern: nil, excludes: excludes)
        } catch {
            throw .invalidPattern(source: source)
        }
    }
}

/// Finds what one source in a tree selects.
private struct SourceResolver {
    let text: String
    let tree: SourceTree
    let keepsParents: Bool
    let excludes: IgnoreMatcher
    let sourceIndex: Int

    func items() throws(CopyError) -> [CopySelection.Item] {
        let (base, pattern) = split()
        // With --parents, Docker finds nothing for a source that names no path below its start.
        // A Dockerfile that builds here has to build there, so it fails here too.
        if keepsParents, pattern == nil {
            throw .sourceNotFound(source: text, path: String(decoding: base, as: UTF8.self))
        }
        let filter: SelectionFilter
        do throws(BuildContextError) {
            filter = try SelectionFilter(ignored: tree.ignore, parentsPattern: pattern, excludes: excludes)
        } catch {
            throw .invalidPattern(source: text)
        }
        do throws(PathFailure) {
            let root = try RootDirectory(path: tree.root)
            let view = SourceView(root: root, filter: filter)
            if PathPattern.hasWildcard(base) {
                let items = try expand(base, view).map { (path) throws(PathFailure) in try item(path, view) }
                // A pattern behind the pivot is about what is in directories.
                return pattern == nil ? items : items.filter(\.isDirectory)
            }
            let start = try item(base, view)
            if let pattern, start.isDirectory { try requireParentsPattern(pattern, below: start, view) }
            return [start]
        } catch {
            switch error.kind {
            case .system(ENOENT), .notADirectory: throw .sourceNotFound(source: text, path: error.path.displayName)
            case .system(EINVAL): throw .invalidPattern(source: text)
            default: throw error.error(copying: text)
            }
        }
    }

    /// The path to start from and, with `--parents`, the pattern below it. A `/./` in the source divides the two.
    private func split() -> (base: PathBytes, pattern: String?) {
        guard keepsParents else { return (absolutePath(text, from: "/"), nil) }
        var base: PathBytes = [0x2F]
        var pattern = text[...]
        let bytes = Array(text.utf8)
        if bytes.count >= 3, let pivot = (0...(bytes.count - 3)).first(where: { bytes[$0...].starts(with: "/./".utf8) })
        {
            base = absolutePath(String(decoding: bytes[..<pivot], as: UTF8.self), from: "/")
            pattern = String(decoding: bytes[(pivot + 3)...], as: UTF8.self)[...]
        }
        let cleaned = absolutePath(String(pattern), from: "/").dropFirst()
        // A pattern that names the start itself takes everything, as without --parents.
        return (base, cleaned.isEmpty ? nil : String(decoding: cleaned, as: UTF8.self))
    }

    private func item(_ path: PathBytes, _ view: SourceView) throws(PathFailure) -> CopySelection.Item {
        let location = try view.resolve(path)
        return CopySelection.Item(
            sourceIndex: sourceIndex, path: PathBytes(location.path.dropFirst()),
            name: path.split(separator: 0x2F).last.map { PathBytes($0) } ?? [],
            isDirectory: location.isDirectory, filter: view.filter)
    }

    /// Without wildcards, what `--parents` names must exist.
    private func requireParentsPattern(
        _ pattern: String, below item: CopySelection.Item, _ view: SourceView
    ) throws(PathFailure) {
        if PathPattern.hasWildcard(pattern.utf8) { return }
        let start = try view.resolve([0x2F] + item.path)
        let full = start.path.appending(component: pattern.utf8)
        // Patterns are matched with what is there, so links on the way are not followed.
        let found = try RootDirectory(handle: start.directory).resolve(PathBytes(pattern.utf8), followLast: false) {
            (_) throws(PathFailure) in throw PathFailure("find", full, code: ENOENT)
        }
        guard found.exists, try view.isVisible(full, isDirectory: found.isDirectory) else {
            throw PathFailure("find", full, code: ENOENT)
        }
    }

    /// The paths that match a wildcard pattern, sorted; a directory that matches is not searched for more.
    private func expand(_ whole: PathBytes, _ view: SourceView) throws(PathFailure) -> [PathBytes] {
        let components = whole.split(separator: 0x2F).map { PathBytes($0) }
        let plain = components.prefix { !PathPattern.hasWildcard($0) }
        let rest = PathBytes(components.dropFirst(plain.count).joined(separator: [0x2F]))
        let pattern: PathPattern
        do throws(BuildContextError) {
            pattern = try PathPattern(rest)
        } catch {
            throw PathFailure("read", whole, code: EINVAL)
        }
        let start = try view.resolve(RootDirectory.join(Array(plain), nil))
        guard start.isDirectory else { return [] }
        // Only a class can match a slash, so paths have few components more than the pattern.
        let depth = components.count - plain.count + rest.count { $0 == 0x5B }
        var found: [PathBytes] = []
        try search(start.directory, start.path, [], pattern, depth, view, &found)
        return found
    }

    private func search(
        _ directory: OpenFile, _ path: PathBytes, _ relative: PathBytes, _ pattern: PathPattern, _ depth: Int,
        _ view: SourceView, _ found: inout [PathBytes]
    ) throws(PathFailure) {
        let listing = try DirectoryListing(reading: directory.descriptor, path: path)
        for entry in listing.entries {
            let name = listing.bytes(entry)
            let full = path.appending(component: name)
            let below = relative.appending(component: name)
            let matches = pattern.matches(below)
            if !matches && depth <= 1 { continue }
            let isDirectory =
                entry.type == 0
                ? FileStatus(of: listing.name(entry), in: directory.descriptor)?.isDirectory ?? false
                : UInt32(entry.type) << 12 == S_IFDIR
            if matches {
                if try view.isVisible(full, isDirectory: isDirectory) { found.append(full) }
            } else if isDirectory {
                guard let next = OpenFile.directory(listing.name(entry), in: directory.descriptor) else {
                    throw PathFailure("open", full)
                }
                try search(next, full, below, pattern, depth - 1, view, &found)
            }
        }
    }
}

/// A source tree without what is ignored in it.
struct SourceView {
    let root: RootDirectory
    let filter: SelectionFilter

    /// Resolves a path to something that exists; ENOENT otherwise.
    func resolve(_ path: PathBytes) throws(PathFailure) -> RootedLocation {
        let location = try root.resolve(path) { (link) throws(PathFailure) in
            if filter.isIgnored(PathBytes(link.dropFirst())) { throw PathFailure("find", path, code: ENOENT) }
        }
        guard location.exists, try isVisible(location.path, isDirectory: location.isDirectory) else {
            throw PathFailure("find", path, code: ENOENT)
        }
        return location
    }

    /// Whether something that exists on disk is not ignored; an ignored directory is there if something in it is.
    func isVisible(_ path: PathBytes, isDirectory: Bool) throws(PathFailure) -> Bool {
        let relative = PathBytes(path.dropFirst())
        guard filter.isIgnored(relative) else { return true }
        guard isDirectory else { return false }
        let directory = try root.resolve(path).directory
        return try holdsVisible(directory, relative, filter.state(below: relative))
    }

    private func holdsVisible(
        _ directory: OpenFile, _ path: PathBytes, _ state: SelectionFilter.State
    ) throws(PathFailure) -> Bool {
        guard filter.mayHoldVisible(path) else { return false }
        let listing = try DirectoryListing(reading: directory.descriptor, path: path)
        for entry in listing.entries {
            let below = path.appending(component: listing.bytes(entry))
            if !filter.isIgnored(below, below: state) { return true }
            guard let next = OpenFile.directory(listing.name(entry), in: directory.descriptor) else { continue }
            let (_, nextState) = filter.directory(below, from: below.count, below: state)
            if try holdsVisible(next, below, nextState) { return true }
        }
        return false
    }
}
