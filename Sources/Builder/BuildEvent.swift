import DockerfileSyntax

/// Something that a person watching a build wants to know. Events are data; Rendering turns them into text.
public enum BuildEvent: Sendable {
    /// So many steps are going to start. Sent once for each platform, when its plan is known.
    case planned(steps: Int)
    /// A line of the build appears: a step, a base image, an export.
    case started(VertexID, name: String, kind: VertexKind)
    /// Output of a RUN step, as it came.
    case output(VertexID, OutputStream, [UInt8])
    /// Bytes moved for one item of a vertex: a layer being pulled, unpacked, compressed or pushed. The item is finished
    /// when `done` equals `total`.
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

/// What a line of progress stands for.
public enum VertexKind: Hashable, Sendable {
    /// An instruction of the Dockerfile that makes a layer.
    case step
    /// Everything around the steps: metadata, base images, contexts, exports.
    case surrounding
}

/// A line of progress.
public struct VertexID: Hashable, Sendable, Comparable {
    /// The number.
    public let number: Int

    /// Creates the id with this number; numbers rise in the order in which vertices appear.
    public init(_ number: Int) { self.number = number }

    /// Earlier vertices come first.
    public static func < (lhs: VertexID, rhs: VertexID) -> Bool { lhs.number < rhs.number }
}
