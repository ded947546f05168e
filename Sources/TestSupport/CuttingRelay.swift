import NIOCore
import NIOPosix
import Synchronization

/// A TCP relay on a port of 127.0.0.1 that cuts connections in the middle of what the client sends: for faults in front
/// of servers that know none.
public final class CuttingRelay: Sendable {
    private let target: (host: String, port: Int)
    private let limit: Int
    private let remaining: Mutex<Int>
    private let done = Mutex(0)
    private let listener = Mutex<(any Channel)?>(nil)

    private init(target: (host: String, port: Int), limit: Int, times: Int) {
        self.target = target
        self.limit = limit
        remaining = Mutex(times)
    }

    /// Relays to `target` (`address:port`) while `body` runs. The first `times` connections on which the client sends
    /// more than `limit` bytes are cut at that point.
    public static func run<Value>(
        to target: String, cuttingAfter limit: Int, times: Int, _ body: (CuttingRelay) async throws -> Value
    ) async throws -> Value {
        let parts = target.split(separator: ":" as Character)
        let relay = CuttingRelay(target: (String(parts[0]), Int(parts[1]) ?? 0), limit: limit, times: times)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { relay.connect($0) }
            .childChannelOption(.allowRemoteHalfClosure, value: false)
            .bind(host: "127.0.0.1", port: 0).get()
        relay.listener.withLock { $0 = channel }
        do {
            let value = try await body(relay)
            try? await channel.close().get()
            return value
        } catch {
            try? await channel.close().get()
            throw error
        }
    }

    /// `127.0.0.1:PORT`.
    public var host: String { "127.0.0.1:\(listener.withLock { $0?.localAddress?.port ?? 0 })" }

    /// Connections cut so far.
    public var cuts: Int { done.withLock { $0 } }

    private func connect(_ client: any Channel) -> EventLoopFuture<Void> {
        ClientBootstrap(group: client.eventLoop)
            .channelInitializer { server in
                server.eventLoop.makeCompletedFuture {
                    try server.pipeline.syncOperations.addHandler(Forwarder(to: client, onCount: nil))
                }
            }
            .connect(host: target.host, port: target.port)
            .flatMap { server in
                client.eventLoop.makeCompletedFuture {
                    try client.pipeline.syncOperations.addHandler(Forwarder(to: server, onCount: { self.shallCut($0) }))
                }
            }
    }

    private func shallCut(_ count: Int) -> Bool {
        guard count > limit else { return false }
        let isDue = remaining.withLock { remaining in
            guard remaining > 0 else { return false }
            remaining -= 1
            return true
        }
        if isDue { done.withLock { $0 += 1 } }
        return isDue
    }

    /// Passes on what it reads, and closes both sides when one closes.
    private final class Forwarder: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let other: any Channel
        private let onCount: ((Int) -> Bool)?
        private var count = 0

        init(to other: any Channel, onCount: ((Int) -> Bool)?) {
            self.other = other
            self.onCount = onCount
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = unwrapInboundIn(data)
            count += bytes.readableBytes
            if let onCount, onCount(count) {
                context.close(promise: nil)
                return
            }
            other.writeAndFlush(bytes, promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) {
            other.close(promise: nil)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
