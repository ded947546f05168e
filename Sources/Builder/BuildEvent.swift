import DockerfileSyntax

/// Something that a person watching a build wants to know. Events are data; Rendering turns them into text.
public enum BuildEvent: Sendable {
    /// A line of the build appears: a step, a base image, an export.
    case started(VertexID, name: String)
    /// Output of a RUN step, as it came.
    case output(VertexID, OutputStream, [UInt8])
    /// Bytes moved for one item of a vertex: a layer being pulled, unpacked, compressed or pushed.
    case transfer(VertexID, item: String, TransferKind, done: Int64, total: Int64?)
    /// The line is finished.
    case finished(VertexID, Outcome)
    /// A remark on the Dockerfile.
    case warning(Diagnostic)

    /// Where a process wrote.
    public enum OutputStream: Hashable, Sendable { case standardOutput, standardError }

    /// What is done to a layer.
    public enum TransferKind: String, Hashable, Sendable { case pull, unpack, export, push, fetch }

    /// How a vertex ended.
    public enum Outcome: Hashable, Sendable {
        case done
        case cached
        case failed(String)
        case cancelled
    }
}

/// A line of progress.
public struct VertexID: Hashable, Sendable, Comparable {
    public let number: Int

    /// Creates the id with this number; numbers rise in the order in which vertices appear.
    public init(_ number: Int) { self.number = number }

    public static func < (lhs: VertexID, rhs: VertexID) -> Bool { lhs.number < rhs.number }
}
