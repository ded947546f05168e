import LayerFormat
import OCI

extension Ledger {
    /// What the image shows at a path: a hard link is the file that it is another name of.
    ///
    /// - Parameter follows: whether a symbolic link there is followed, as opening a file does.
    public func shown(at path: String, follows: Bool = false) -> FileVersion? {
        var path = PathBytes(path.utf8)
        for _ in 0..<40 {
            guard let node = node(at: path), let number = liveVersion(at: node) else { return nil }
            let version = versions[number]
            if version.kind == .symlink, follows {
                let target = target(of: version)
                let base = tree.parent(of: node) < 0 ? [] : tree.path(of: tree.parent(of: node))
                path = target.first == RootedPath.slash ? target : base + [RootedPath.slash] + target
                continue
            }
            guard version.kind == .hardlink, version.content >= 0 else { return version }
            return versions[Int(version.content)]
        }
        return nil
    }

    /// The names in a directory of the image, in order.
    public func names(in path: String) -> [(name: String, version: FileVersion)]? {
        guard let directory = node(at: PathBytes(path.utf8)) else { return nil }
        var names: [(name: String, version: FileVersion)] = []
        tree.forEachChild(of: directory) { child in
            guard let number = liveVersion(at: child) else { return }
            names.append((String(decoding: tree.name(of: child), as: UTF8.self), versions[number]))
        }
        return names.sorted { $0.name < $1.name }
    }

    /// Which member of its layer a version is, counted from 0.
    public func member(of version: FileVersion) -> Int {
        Int(version.content >= 0 ? version.content : 0) - (firstVersions[Int(version.layer)])
    }
}

/// Keeps the contents of some members of a layer, riding on a walk over it.
public final class MemberCollector: LayerVisitor {
    /// Larger files are left out.
    public static let limit: Int64 = 64 << 20

    private let wanted: Set<Int>
    private var number = -1
    /// The contents by the members' positions in the layer.
    public private(set) var contents: [Int: [UInt8]] = [:]

    /// Wants the members at these positions.
    public init(_ wanted: Set<Int>) { self.wanted = wanted }

    /// Wants the whole of a member that is wanted.
    public func visit(_ member: LayerMember) -> ContentDemand {
        number += 1
        guard wanted.contains(number), member.entry.kind == .file, member.entry.size <= Self.limit else {
            return .nothing
        }
        contents[number] = []
        return .everything
    }

    /// Keeps the bytes.
    public func take(_ bytes: UnsafeRawBufferPointer, of member: LayerMember) {
        contents[number]?.append(contentsOf: bytes)
    }
}
