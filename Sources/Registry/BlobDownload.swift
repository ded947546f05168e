import NIOCore
import NIOHTTP1
import OCI

/// A blob on its way here: how far it got, over broken connections and from one source to the next.
struct BlobDownload {
    /// What the receiver threw, so that it is not taken for a failure of the registry.
    struct ReceiverFailure: Error {
        let error: any Error
    }

    let descriptor: Descriptor
    let options: RegistryClientOptions
    /// Bytes handed to the receiver, counted from the blob's start.
    private(set) var position: Int64
    /// nil if bytes before the first offset were not seen.
    private var digester: Digester?

    init(descriptor: Descriptor, offset: Int64, digester: Digester?, options: RegistryClientOptions) {
        self.descriptor = descriptor
        self.options = options
        self.digester = digester
        position = offset
    }

    /// Progress that makes a failure count as the first again: below it, a server could keep us busy for ever.
    private static let realProgress: Int64 = 256 << 10

    mutating func run(
        sender: RequestSender, source: RegistrySource, reference: Reference,
        _ receive: (ByteBuffer) async throws -> Void
    ) async throws {
        let request = RegistryError.Request(method: "GET", url: "\(source)@\(descriptor.digest)")
        guard position <= descriptor.size else {
            throw RegistryError.sizeMismatch(expected: descriptor.size, actual: position, request)
        }
        var failures = 0
        while position < descriptor.size || (descriptor.size == 0 && failures == 0) {
            let start = position
            do {
                try await attempt(sender: sender, source: source, reference: reference, receive)
                if descriptor.size == 0 { break }
            } catch let failure as MayPass {
                failures = position - start >= Self.realProgress ? 1 : failures + 1
                guard failures < options.retry.attempts, options.retry.mayWait(failure.retryAfter) else {
                    throw failure.error.after(attempts: failures)
                }
                try await options.retry.wait(afterFailures: failures, retryAfter: failure.retryAfter)
            }
        }
        if let digester {
            let actual = digester.finish()
            guard actual == descriptor.digest else {
                throw RegistryError.digestMismatch(expected: descriptor.digest, actual: actual, request)
            }
        }
    }

    /// One request, from the position on. Returns when all bytes are there.
    private mutating func attempt(
        sender: RequestSender, source: RegistrySource, reference: Reference,
        _ receive: (ByteBuffer) async throws -> Void
    ) async throws {
        var call = RequestSender.Call(
            method: .GET, source: source, target: .path("\(source.repository)/blobs/\(descriptor.digest)"),
            scopes: [.pull(source.repository)], accepted: [200],
            subject: "blob \(descriptor.digest) of \(reference.repository.familiar)")
        if position > 0 {
            call.headers.add(name: "Range", value: "bytes=\(position)-")
            call.accepted.insert(206)
        }
        let answer = try await sender.attempt(call)
        // A server that ignores the range sends all again: what we have is skipped.
        var skip = answer.status == 206 ? 0 : position
        if answer.status == 206, let start = Self.rangeStart(answer.header("Content-Range")), start != position {
            throw RegistryError.invalidResponse(
                answer.request, reason: "it sent the range from \(start), asked for \(position)")
        }
        let coming = descriptor.size - position + skip
        if let announced = answer.contentLength, announced != coming {
            throw RegistryError.sizeMismatch(
                expected: descriptor.size, actual: position - skip + announced, answer.request)
        }
        var pace = Pace(options: options)
        var parts = answer.body.makeAsyncIterator()
        while true {
            var part: ByteBuffer
            do {
                guard let next = try await parts.next() else { break }
                part = next
            } catch {
                throw Self.mayPass(
                    ConnectionFailure.translate(error, request: answer.request, host: answer.address.authority))
            }
            guard pace.isFastEnough(after: part.readableBytes) else {
                throw MayPass(
                    error: .connectionLost(answer.request, reason: "the registry sends too slowly", attempts: 1))
            }
            if skip > 0 {
                let skipped = min(skip, Int64(part.readableBytes))
                part.moveReaderIndex(forwardBy: Int(skipped))
                skip -= skipped
                if part.readableBytes == 0 { continue }
            }
            guard Int64(part.readableBytes) <= descriptor.size - position else {
                throw RegistryError.sizeMismatch(
                    expected: descriptor.size, actual: position + Int64(part.readableBytes), answer.request)
            }
            digester != nil ? part.withUnsafeReadableBytes { digester?.update($0) } : ()
            position += Int64(part.readableBytes)
            do { try await receive(part) } catch { throw ReceiverFailure(error: error) }
        }
        guard position == descriptor.size, skip == 0 else {
            throw MayPass(
                error: .connectionLost(
                    answer.request, reason: "the answer ended after \(position) of \(descriptor.size) bytes",
                    attempts: 1))
        }
    }

    private static func mayPass(_ error: any Error) -> any Error {
        if let error = error as? RegistryError, error.isConnectionLost { MayPass(error: error) } else { error }
    }

    /// The first byte's position of `bytes 100-199/200`.
    private static func rangeStart(_ header: String?) -> Int64? {
        guard let header, header.hasPrefix("bytes ") else { return nil }
        return Int64(header.dropFirst("bytes ".count).prefix { $0 != "-" })
    }

    /// Watches that a download is not kept alive by single bytes.
    private struct Pace {
        let options: RegistryClientOptions
        var windowStart = ContinuousClock.now
        var bytes: Int64 = 0

        init(options: RegistryClientOptions) { self.options = options }

        mutating func isFastEnough(after count: Int) -> Bool {
            bytes += Int64(count)
            let now = ContinuousClock.now
            guard now - windowStart >= options.slowWindow else { return true }
            defer {
                windowStart = now
                bytes = 0
            }
            return bytes >= options.slowestBytesPerWindow
        }
    }
}
