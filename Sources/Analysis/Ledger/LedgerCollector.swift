import LayerFormat
import OCI

/// Notes what each member of a layer takes up and what its content is, riding on a walk over the layer.
public final class LedgerCollector: LayerVisitor {
    private var contents = LayerContents()
    private var start: Int64 = 0
    private var digester = Digester()

    /// Files with holes are hashed up to this size: their holes are as large as they like, and cost nothing.
    private static let sparseLimit: Int64 = 64 << 20

    /// Nothing is collected yet.
    public init() {}

    /// Wants the content of every file, to hash it.
    ///
    /// - Throws: ``AnalysisError/tooManyMembers(limit:)``.
    public func visit(_ member: LayerMember) throws -> ContentDemand {
        contents.close(from: start, to: member.offset)
        start = member.offset
        try contents.add(member.entry)
        guard member.entry.kind == .file, member.entry.size > 0 else { return .nothing }
        guard !member.isSparse || member.entry.size <= Self.sparseLimit else { return .nothing }
        digester = Digester()
        return .everything
    }

    /// Hashes the content.
    public func take(_ bytes: UnsafeRawBufferPointer, of member: LayerMember) {
        if bytes.isEmpty {
            contents.close(digest: ContentDigest(digester.finish()))
        } else {
            digester.update(bytes)
        }
    }

    /// What the layer holds, after the walk.
    public func finish(_ walked: WalkedLayer) -> LayerContents {
        contents.close(from: start, to: walked.membersEnd)
        contents.size = walked.uncompressedSize
        contents.trailer = walked.uncompressedSize - walked.membersEnd
        return contents
    }
}
