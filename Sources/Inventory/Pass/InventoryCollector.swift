import LayerFormat
import OCI

/// Collects what a layer has of packages, riding on a walk over it.
///
///     let collector = InventoryCollector()
///     try walkLayer(blob, expecting: diffID, name: "layer", visitors: [collector, …])
///     let inventory = try collector.finish { try walkLayer(blob, …, visitors: [$0]) }
public final class InventoryCollector: LayerVisitor {
    /// A layer with more symbolic links than this is not an honest one; further ones are not followed.
    private static let linkLimit = 1_000_000
    private static let warningLimit = 1_000
    /// The kernel's limit for a path in bytes, and more directories in one another than anybody has.
    private static let pathLimit = 4_096
    private static let depthLimit = 256

    private var inventory = LayerInventory()
    /// Where in `events` the files are that were found.
    private var places: [PathBytes: Int] = [:]
    /// Hard links whose targets were passed over, or come from another layer.
    private var pendingLinks: [(path: PathBytes, target: PathBytes, event: Int, mode: UInt32)] = []
    private var linkCount = 0
    private var current: (cataloguer: any Cataloguer, facts: FileFacts)?

    /// Nothing is collected yet.
    public init() {}

    /// Wants the files that some cataloguer wants.
    public func visit(_ member: LayerMember) -> ContentDemand {
        current = nil
        let path = member.path
        switch member.meaning {
        case .ignored:
            if path.isEmpty { warn(member.entry.name, "it leads out of the image") }
            return .nothing
        case .deletes where path.count > Self.pathLimit, .opaque where path.count > Self.pathLimit: return .nothing
        case .deletes:
            inventory.events.append(.deletes(path))
            return .nothing
        case .opaque:
            inventory.events.append(.opaque(path))
            return .nothing
        case .file: break
        }
        guard !path.isEmpty else { return .nothing }
        if member.entry.kind == .directory {
            inventory.directories.insert(path)
            return .nothing
        }
        inventory.others.insert(path)
        switch member.entry.kind {
        case .symlink:
            linkCount += 1
            if linkCount <= Self.linkLimit, Self.isReachable(path), member.entry.linkName.count <= Self.pathLimit {
                forget(path)
                inventory.events.append(.symlink(path, target: member.entry.linkName))
            }
        case .hardlink: link(member)
        case .file:
            let facts = Self.facts(path, member.entry.mode, member.entry.size)
            guard let cataloguer = Cataloguers.cataloguer(for: facts) else { break }
            guard Self.isReachable(path) else {
                warn(path.prefix(200) + Array("…".utf8), "its path is too long")
                break
            }
            record(path, Finding())
            current = (cataloguer, facts)
            return .access
        default: forget(path)
        }
        return .nothing
    }

    /// Reads a file.
    public func look(into content: any RandomAccessBytes, of member: LayerMember) throws {
        guard let current else { return }
        if let finding = try read(content, current.cataloguer, current.facts) { record(member.path, finding) }
    }

    /// What the layer has.
    ///
    /// - Parameter again: walks the layer once more with the visitor that it is given. It is called when a file was passed
    ///   over whose second name makes it interesting.
    public func finish(uncompressedSize: Int64 = 0, again: (any LayerVisitor) throws -> Void) throws -> LayerInventory {
        let missing = pendingLinks.filter { inventory.others.contains(PathHash(of: $0.target)) }
        if !missing.isEmpty {
            let reader = LinkTargetReader(Dictionary(grouping: missing, by: \.target)) { [self] content, link, size in
                let facts = Self.facts(link.path, link.mode, size)
                guard let cataloguer = Cataloguers.cataloguer(for: facts) else { return }
                let finding = try read(content, cataloguer, facts) ?? Finding()
                inventory.events[link.event] = .found(link.path, finding)
            }
            try again(reader)
        }
        inventory.uncompressedSize = uncompressedSize
        return inventory
    }

    /// Can a container have it? Paths that no kernel takes would only cost time and memory.
    private static func isReachable(_ path: PathBytes) -> Bool {
        path.count <= pathLimit && path.lazy.filter { $0 == UInt8(ascii: "/") }.count < depthLimit
    }

    private static func facts(_ path: PathBytes, _ mode: UInt32, _ size: Int64) -> FileFacts {
        FileFacts(path: path, isExecutable: mode & 0o111 != 0, size: size)
    }

    /// A damaged layer ends the walk; a damaged file is only left out.
    private func read(
        _ content: any RandomAccessBytes, _ cataloguer: any Cataloguer, _ facts: FileFacts
    ) throws -> Finding? {
        do {
            var finding = try cataloguer.read(content, of: facts)
            for warning in finding?.warnings ?? [] { warn(facts.path, warning) }
            finding?.warnings = []
            // Of what nothing was found in, as most programs, no more is read than it took to know that.
            if finding?.packages.isEmpty == false {
                var offset: Int64 = 0
                finding?.checksums = try FileChecksums {
                    let bytes = try content.bytes(at: offset, count: 1 << 20)
                    offset += Int64(bytes.count)
                    return bytes
                }
            }
            return finding
        } catch let error as InventoryError {
            warn(facts.path, error.description)
        } catch OCIError.malformedJSON(_, let reason) {
            warn(facts.path, reason)
        } catch OCIError.tooLarge(_, let limit) {
            warn(facts.path, InventoryError.tooLarge(what: "file", limit: limit).description)
        }
        return nil
    }

    private func record(_ path: PathBytes, _ finding: Finding) {
        if let place = places[path] {
            inventory.events[place] = .found(path, finding)
        } else {
            places[path] = inventory.events.count
            inventory.events.append(.found(path, finding))
        }
    }

    /// A later member of the same name takes the place of an earlier one.
    private func forget(_ path: PathBytes) {
        if let place = places[path] { inventory.events[place] = .found(path, Finding()) }
    }

    private func link(_ member: LayerMember) {
        guard let target = LayerMember.path(of: member.entry.linkName) else {
            warn(member.path, "it is a hard link out of the image")
            return
        }
        // Whether it can be executed is the target's affair; a hard link's header usually repeats it.
        let facts = Self.facts(member.path, member.entry.mode, .max)
        guard let cataloguer = Cataloguers.cataloguer(for: facts), Self.isReachable(member.path) else {
            forget(member.path)
            return
        }
        if let finding = finding(at: target, mode: member.entry.mode, by: cataloguer) {
            record(member.path, finding)
            return
        }
        let event = inventory.events.count
        places[member.path] = event
        inventory.events.append(.link(member.path, target: target))
        pendingLinks.append((member.path, target, event, member.entry.mode))
    }

    /// What the same cataloguer has read under another name, when the name makes no difference.
    private func finding(at target: PathBytes, mode: UInt32, by cataloguer: any Cataloguer) -> Finding? {
        guard let place = places[target], case .found(_, let finding) = inventory.events[place],
            let former = Cataloguers.cataloguer(for: Self.facts(target, mode, .max)),
            type(of: former) == type(of: cataloguer), !cataloguer.dependsOnPath || finding == Finding()
        else { return nil }
        return finding
    }

    private func warn(_ path: PathBytes, _ reason: String) {
        guard inventory.warnings.count < Self.warningLimit else { return }
        inventory.warnings.append(LayerInventory.Warning(path: path.text, reason: reason))
    }
}

/// Reads files that were passed over, on a second walk, under the names of hard links to them.
private final class LinkTargetReader: LayerVisitor {
    typealias Link = (path: PathBytes, target: PathBytes, event: Int, mode: UInt32)

    private let links: [PathBytes: [Link]]
    private let read: (any RandomAccessBytes, Link, Int64) throws -> Void

    init(_ links: [PathBytes: [Link]], read: @escaping (any RandomAccessBytes, Link, Int64) throws -> Void) {
        self.links = links
        self.read = read
    }

    func visit(_ member: LayerMember) -> ContentDemand {
        member.meaning == .file && member.entry.kind == .file && links[member.path] != nil ? .access : .nothing
    }

    func look(into content: any RandomAccessBytes, of member: LayerMember) throws {
        for link in links[member.path] ?? [] { try read(content, link, member.entry.size) }
    }
}
