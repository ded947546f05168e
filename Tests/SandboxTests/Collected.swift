import Sandbox
import Synchronization

/// Output that a run delivers.
final class Collected: Sendable {
    private let pieces = Mutex<[(StandardStreams.Channel, [UInt8])]>([])

    func append(_ bytes: [UInt8], _ channel: StandardStreams.Channel) {
        pieces.withLock { $0.append((channel, bytes)) }
    }

    func bytes(_ channel: StandardStreams.Channel) -> [UInt8] {
        pieces.withLock { $0.filter { $0.0 == channel }.flatMap(\.1) }
    }

    func text(_ channel: StandardStreams.Channel) -> String { String(decoding: bytes(channel), as: UTF8.self) }

    /// Everything, each piece after the mark of its stream.
    var interleaved: String {
        pieces.withLock { pieces in
            pieces.map { ($0.0 == .output ? "o:" : "e:") + String(decoding: $0.1, as: UTF8.self) }.joined()
        }
    }
}
