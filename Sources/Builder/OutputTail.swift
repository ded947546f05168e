import Synchronization

/// The last of what a process printed, for the message about its failure.
final class OutputTail: Sendable {
    private static let limit = 64 << 10
    private let buffer = Mutex<[UInt8]>([])

    func append(_ bytes: [UInt8]) {
        buffer.withLock { buffer in
            buffer += bytes
            if buffer.count > 2 * Self.limit { buffer.removeFirst(buffer.count - Self.limit) }
        }
    }

    /// At most the last 64 KiB.
    var bytes: [UInt8] { buffer.withLock { Array($0.suffix(Self.limit)) } }
}
