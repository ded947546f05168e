import NIOCore
import NIOHTTP1

/// One connection to a ``FakeRegistry``: collects a request, has it answered, and breaks what is to be broken.
final class FakeRegistryHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let registry: FakeRegistry
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var behaviour: Fault.Behaviour?

    init(registry: FakeRegistry) { self.registry = registry }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = []
            behaviour = registry.fault(head.method.rawValue, head.uri)
        case .body(let part):
            body += part.readableBytesView
            switch behaviour {
            case .dropRequest(let count) where body.count >= count: breakOff(context, keeping: count)
            case .refuseEarly(let status, let count) where body.count >= count: refuse(context, status)
            default: break
            }
        case .end:
            guard let head else { return }
            self.head = nil
            let request = FakeRegistryRequest(
                method: head.method.rawValue, uri: head.uri, headers: head.headers, body: body)
            record(head)
            respond(context, request, keepAlive: head.isKeepAlive)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func record(_ head: HTTPRequestHead) {
        let headers = Dictionary(head.headers.map { ($0.name.lowercased(), $0.value) }) { "\($0), \($1)" }
        registry.record(.init(method: head.method.rawValue, uri: head.uri, headers: headers, bodySize: body.count))
    }

    private func breakOff(_ context: ChannelHandlerContext, keeping count: Int) {
        guard let head else { return }
        self.head = nil
        record(head)
        registry.keepPartialUpload(
            .init(method: head.method.rawValue, uri: head.uri, headers: head.headers, body: Array(body.prefix(count))))
        context.close(promise: nil)
    }

    private func refuse(_ context: ChannelHandlerContext, _ status: Int) {
        guard let head else { return }
        self.head = nil
        record(head)
        send(context, .error(status, "DENIED", "too large"), isHead: false, keepAlive: false)
    }

    // MARK: Answers

    private func respond(_ context: ChannelHandlerContext, _ request: FakeRegistryRequest, keepAlive: Bool) {
        var reply: FakeRegistryReply
        switch behaviour {
        case .status(let status, let headers, let code, let message):
            reply = .error(status, code, message)
            for (name, value) in headers { reply.headers.replaceOrAdd(name: name, value: value) }
        case .body(let bytes, let type):
            reply = FakeRegistryReply(status: 200, headers: ["Content-Type": type], body: bytes)
        case .redirect(let target):
            let location = target.hasSuffix("/") ? target.dropLast() + request.path : target[...]
            reply = FakeRegistryReply(status: 307, headers: ["Location": String(location)])
        case .closeBeforeAnswer, .dropRequest:
            context.close(promise: nil)
            return
        case .closeAfterEffect:
            _ = registry.answer(request)
            context.close(promise: nil)
            return
        case .garbage:
            writeGarbage(context)
            return
        case .ignoreRange:
            var headers = request.headers
            headers.remove(name: "Range")
            reply = registry.answer(
                .init(method: request.method, uri: request.path, headers: headers, body: request.body))
        case .forgetUpload:
            registry.forgetUpload(request)
            reply = registry.answer(request)
        default: reply = registry.answer(request)
        }
        deform(&reply)
        send(context, reply, isHead: request.method == "HEAD", keepAlive: keepAlive)
    }

    /// Faults that change what is said.
    private func deform(_ reply: inout FakeRegistryReply) {
        switch behaviour {
        case .corrupt: if !reply.body.isEmpty { reply.body[reply.body.count / 2] ^= 0x20 }
        case .truncate(let count): reply.body.removeLast(min(count, reply.body.count))
        case .extend(let count), .extendChunked(let count): reply.body += [UInt8](repeating: 120, count: count)
        case .header(let name, let value):
            reply.headers.remove(name: name)
            if let value { reply.headers.add(name: name, value: value) }
        case .wrongRange:
            if reply.status == 206 { reply.headers.replaceOrAdd(name: "Content-Range", value: "bytes 1-2/3") }
        default: break
        }
    }

    /// Faults that change how it is said.
    private func send(_ context: ChannelHandlerContext, _ reply: FakeRegistryReply, isHead: Bool, keepAlive: Bool) {
        var headers = reply.headers
        if case .extendChunked = behaviour {
            headers.replaceOrAdd(name: "Transfer-Encoding", value: "chunked")
        } else if reply.status != 204 {
            headers.replaceOrAdd(name: "Content-Length", value: "\(reply.body.count)")
        }
        if !keepAlive { headers.replaceOrAdd(name: "Connection", value: "close") }
        let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: reply.status), headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        let body = isHead ? [] : reply.body
        switch behaviour {
        case .dropAnswer(let count) where count < body.count:
            writeBody(context, body.prefix(count))
            // The bytes sent shall arrive: closing at once could discard them in the client's kernel.
            context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(20)) { context.close(promise: nil) }
        case .stall(let count):
            writeBody(context, body.prefix(count))
        case .slow(let piece, let milliseconds):
            drip(context, body[...], piece, .milliseconds(Int64(milliseconds)), keepAlive)
        default:
            writeBody(context, body[...])
            end(context, keepAlive)
        }
    }

    private func writeBody(_ context: ChannelHandlerContext, _ bytes: ArraySlice<UInt8>) {
        if !bytes.isEmpty { context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: bytes)))), promise: nil) }
        context.flush()
    }

    private func end(_ context: ChannelHandlerContext, _ keepAlive: Bool) {
        let written = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
        guard !keepAlive else { return }
        written.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    }

    private func drip(
        _ context: ChannelHandlerContext, _ bytes: ArraySlice<UInt8>, _ piece: Int, _ pause: TimeAmount,
        _ keepAlive: Bool
    ) {
        guard context.channel.isActive else { return }
        guard !bytes.isEmpty else {
            end(context, keepAlive)
            return
        }
        writeBody(context, bytes.prefix(piece))
        context.eventLoop.assumeIsolated().scheduleTask(in: pause) {
            self.drip(context, bytes.dropFirst(piece), piece, pause, keepAlive)
        }
    }

    private func writeGarbage(_ context: ChannelHandlerContext) {
        // The encoder writes a head as HTTP, so the garbage is in a header that no client can read.
        let head = HTTPResponseHead(
            version: .http1_1, status: .custom(code: 200, reasonPhrase: "OK\u{0}\u{1}"), headers: [:])
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
}
