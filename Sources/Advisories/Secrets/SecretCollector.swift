import LayerFormat
import OCI

/// Looks for secrets in the files of a layer, riding on a walk over it.
public final class SecretCollector: LayerVisitor {
    private var layer = LayerSecrets()
    private var interest = SecretPlaces.Interest.none

    /// Nothing is found yet.
    public init() {}

    /// What the layer has.
    public var secrets: LayerSecrets { layer }

    /// Asks for files that may hold secrets.
    public func visit(_ member: LayerMember) -> ContentDemand {
        let path = String(decoding: member.path, as: UTF8.self)
        switch member.meaning {
        case .deletes: layer.removed.insert(path)
        case .opaque: layer.opaque.insert(path)
        case .ignored: break
        case .file:
            guard member.entry.kind != .directory else { return .nothing }
            layer.files.insert(LayerSecrets.hash(path))
            guard member.entry.kind == .file else { return .nothing }
            interest = SecretPlaces.interest(in: path, size: member.entry.size)
            if case .none = interest { return .nothing }
            return .access
        }
        return .nothing
    }

    /// Looks into a file.
    public func look(into content: any RandomAccessBytes, of member: LayerMember) throws {
        let head = try content.bytes(at: 0, count: 4096)
        // What has zero bytes is no text.
        guard !head.contains(0) else { return }
        let bytes =
            content.size <= 4096
            ? head : try content.bytes(at: 0, count: Int(min(content.size, SecretPlaces.sizeLimit)))
        var hits = SecretScanner.hits(in: bytes)
        if case .assignments = interest {
            let lines = Set(hits.map { Self.line(of: $0.offset, in: bytes) })
            hits += SecretAssignments.hits(in: bytes).filter { !lines.contains(Self.line(of: $0.offset, in: bytes)) }
        }
        for hit in hits where layer.findings.count < 1_000 {
            layer.findings.append(
                SecretFinding(
                    rule: hit.rule, title: hit.title, severity: hit.severity,
                    path: String(decoding: member.path, as: UTF8.self), line: Self.line(of: hit.offset, in: bytes),
                    excerpt: hit.excerpt))
        }
    }

    private static func line(of offset: Int, in bytes: [UInt8]) -> Int {
        bytes[..<min(offset, bytes.count)].reduce(1) { $0 + ($1 == 0x0A ? 1 : 0) }
    }
}

/// The secrets of a layer, and what it hides of the layers below.
public struct LayerSecrets: Hashable, Sendable, Codable {
    /// Raised when other secrets are found in the same files, so that remembered results are not used any more.
    public static let version = 2

    /// Nothing.
    public init() {}

    var findings: [SecretFinding] = []
    var removed: Set<String> = []
    var opaque: Set<String> = []
    /// Hashes of the paths that it has.
    var files: Set<UInt64> = []

    /// The same on every run, since it is kept (FNV-1a).
    static func hash(_ path: String) -> UInt64 {
        path.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    /// Does the layer hide what a lower one has at the path?
    private func hides(_ path: String) -> Bool {
        if files.contains(Self.hash(path)) || removed.contains(path) || opaque.contains("") { return true }
        var parent = path[...]
        while let slash = parent.lastIndex(of: "/") {
            parent = parent[..<slash]
            if removed.contains(String(parent)) || opaque.contains(String(parent)) { return true }
            if files.contains(Self.hash(String(parent))) { return true }
        }
        return false
    }

    /// The secrets of an image, those that a later layer hides marked as such, the worst first.
    public static func findings(of layers: [(diffID: Digest?, secrets: LayerSecrets)]) -> [SecretFinding] {
        var result: [SecretFinding] = []
        for (index, layer) in layers.enumerated() {
            for var finding in layer.secrets.findings {
                finding.layer = layer.diffID
                finding.layerIndex = index
                finding.removedBy = layers[(index + 1)...].first { $0.secrets.hides(finding.path) }?.diffID
                result.append(finding)
            }
        }
        return result.sorted {
            ($1.severity, $0.path, $0.line, $0.layerIndex) < ($0.severity, $1.path, $1.line, $1.layerIndex)
        }
    }
}
