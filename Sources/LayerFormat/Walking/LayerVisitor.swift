/// Somebody who looks at a layer while it is read once. Several may ride on the same pass.
public protocol LayerVisitor: AnyObject {
    /// Looks at a member, in the layer's order, and says how much of its content it wants to see. Only regular files have
    /// any.
    func visit(_ member: LayerMember) throws -> ContentDemand

    /// Looks into the content of a member that it asked ``ContentDemand/access`` for. What is not read costs nothing.
    func look(into content: any RandomAccessBytes, of member: LayerMember) throws

    /// Takes the next bytes of a member that it asked ``ContentDemand/everything`` for, then none, once, at its end.
    func take(_ bytes: UnsafeRawBufferPointer, of member: LayerMember) throws
}

extension LayerVisitor {
    /// Does nothing: for visitors that never ask for access.
    public func look(into content: any RandomAccessBytes, of member: LayerMember) throws {}

    /// Does nothing: for visitors that never ask for everything.
    public func take(_ bytes: UnsafeRawBufferPointer, of member: LayerMember) throws {}
}

/// How much of a file's content somebody wants to see.
public enum ContentDemand: Hashable, Sendable {
    /// Nothing: the content is passed over, by seeking where that is possible.
    case nothing
    /// Parts of it, perhaps, in any order.
    case access
    /// All of it, from front to back.
    case everything
}

/// Bytes of which any part can be read.
public protocol RandomAccessBytes: AnyObject {
    /// How many there are.
    var size: Int64 { get }

    /// The bytes from `offset` on: `count`, or fewer where they end; none beyond the end.
    func bytes(at offset: Int64, count: Int) throws -> [UInt8]
}

extension RandomAccessBytes {
    /// All the bytes; nil when there are more than `limit`.
    public func whole(limit: Int) throws -> [UInt8]? {
        size <= Int64(limit) ? try bytes(at: 0, count: Int(size)) : nil
    }
}

/// Bytes in memory.
public final class MemoryBytes: RandomAccessBytes {
    private let content: [UInt8]

    /// These bytes.
    public init(_ content: [UInt8]) {
        self.content = content
    }

    /// How many there are.
    public var size: Int64 { Int64(content.count) }

    /// A part of them.
    public func bytes(at offset: Int64, count: Int) -> [UInt8] {
        guard offset >= 0, offset < size, count > 0 else { return [] }
        let start = Int(offset)
        return Array(content[start..<start + min(count, content.count - start)])
    }
}
