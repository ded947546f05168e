import NIOHTTP1
import OCI

/// A blob on its way to a registry.
///
/// Small blobs go up in one `PUT`. Larger ones are streamed by `PATCH`, so that after a broken connection the registry
/// can be asked how much arrived; where it does not know any more, the upload begins anew.
struct BlobUpload {
    let client: RegistryClient
    let reference: Reference
    let digest: Digest

    private var subject: String { "blob \(digest) of \(reference.repository.familiar)" }

    // MARK: Mount

    func mount(from other: Reference) async throws -> Bool {
        let source = try client.destination(of: reference)
        let origin = try client.destination(of: other)
        guard origin.host == source.host else { return false }
        if origin.repository == source.repository { return try await client.blobExists(reference, digest) }
        let query = "?mount=\(digest)&from=\(WebAddress.percentEncoded(origin.repository))"
        let answer: Answer
        do {
            answer = try await client.sender.send(
                call(
                    .POST, source, .path("\(source.repository)/blobs/uploads/\(query)"),
                    scopes: [.push(source.repository), .pull(origin.repository)], accepted: [201, 202, 404, 405]))
        } catch let error as RegistryError {
            switch error {
            // Some registries refuse a token for the other repository rather than the mount: then the blob is simply
            // uploaded.
            case .denied, .authenticationRequired: return false
            default: throw error
            }
        }
        await answer.discard()
        if answer.status == 202, let session = try? answer.uploadLocation(insecure: source.insecure) {
            await cancel(Session(source: source, location: session))
        }
        return answer.status == 201
    }

    // MARK: Upload

    /// An upload under way at the registry.
    private struct Session {
        let source: RegistrySource
        var location: WebAddress
    }

    func run(_ bytes: BlobSource, sent: (@Sendable (Int64) -> Void)?) async throws {
        let source = try client.destination(of: reference)
        var failures = 0
        while true {
            var session = try await begin(source)
            do {
                if bytes.size <= client.options.monolithicUploadLimit {
                    try await finish(&session, arrived: 0) { bytes.body(0..<bytes.size, sent: sent) }
                } else {
                    try await stream(bytes, &session, sent: sent)
                    try await finish(&session, arrived: bytes.size) { nil }
                }
                return
            } catch let failure as Restart {
                // Whether the last request took effect is unknown until the blob is looked for.
                if try await isThere() { return }
                failures += 1
                guard failures < client.options.retry.attempts else { throw failure.cause.after(attempts: failures) }
            } catch {
                await cancel(session)
                throw error
            }
        }
    }

    /// The registry does not know the upload any more, or has other bytes of it than it should: it has to begin anew.
    private struct Restart: Error {
        let cause: RegistryError
    }

    private func begin(_ source: RegistrySource) async throws -> Session {
        let answer = try await client.sender.send(
            call(.POST, source, .path("\(source.repository)/blobs/uploads/"), accepted: [202]))
        await answer.discard()
        return Session(source: source, location: try answer.uploadLocation(insecure: source.insecure))
    }

    /// Sends all bytes by `PATCH`, continuing where a broken one ended.
    private func stream(_ bytes: BlobSource, _ session: inout Session, sent: (@Sendable (Int64) -> Void)?) async throws
    {
        let retry = client.options.retry
        var position: Int64 = 0
        var failures = 0
        while position < bytes.size {
            let end = client.options.uploadChunkSize.map { min(bytes.size, position + max(1, $0)) } ?? bytes.size
            do {
                position = try await patch(bytes, position..<end, &session, sent: sent)
                failures = 0
            } catch let failure as MayPass {
                failures += 1
                guard failures < retry.attempts, retry.mayWait(failure.retryAfter) else {
                    throw failure.error.after(attempts: failures)
                }
                try await retry.wait(afterFailures: failures, retryAfter: failure.retryAfter)
                guard let arrived = try await progress(&session), arrived <= bytes.size else {
                    throw Restart(cause: failure.error)
                }
                if arrived > position { failures = 0 }
                position = arrived
            }
        }
    }

    /// Sends one range. Returns how many bytes the registry has.
    private func patch(
        _ bytes: BlobSource, _ range: Range<Int64>, _ session: inout Session, sent: (@Sendable (Int64) -> Void)?
    ) async throws -> Int64 {
        var request = call(.PATCH, session.source, .address(session.location), accepted: [200, 201, 202, 204, 416])
        request.headers = ["Content-Type": "application/octet-stream"]
        // A stream of the whole blob needs no range, and some registries do not take one.
        if range != 0..<bytes.size {
            request.headers.add(name: "Content-Range", value: "\(range.lowerBound)-\(range.upperBound - 1)")
        }
        request.body = bytes.body(range, sent: sent)
        let answer = try await client.sender.attempt(request)
        await answer.discard()
        if answer.status == 416 {
            throw MayPass(error: .unexpectedStatus(416, answer.request, detail: nil))
        }
        session.location = try answer.uploadLocation(insecure: session.source.insecure)
        guard let arrived = Self.arrived(answer), arrived >= 0, arrived < range.upperBound, arrived > range.lowerBound
        else {
            return range.upperBound
        }
        return arrived
    }

    /// How many bytes of the upload the registry has; nil if it does not know the upload any more.
    private func progress(_ session: inout Session) async throws -> Int64? {
        let answer: Answer
        do {
            answer = try await client.sender.send(
                call(.GET, session.source, .address(session.location), accepted: [200, 202, 204]))
        } catch let error as RegistryError {
            switch error {
            case .notFound, .unexpectedStatus, .connectionLost: return nil
            default: throw error
            }
        }
        await answer.discard()
        if let location = try? answer.uploadLocation(insecure: session.source.insecure) { session.location = location }
        return Self.arrived(answer) ?? 0
    }

    /// `Range: 0-N` means N + 1 bytes; but `0-0` is what registries say of an empty upload.
    private static func arrived(_ answer: Answer) -> Int64? {
        guard let range = answer.header("Range"), let dash = range.lastIndex(of: "-"),
            let last = Int64(range[range.index(after: dash)...].filter { $0 != " " }), last >= 0, last < .max
        else { return nil }
        return last == 0 ? 0 : last + 1
    }

    /// Ends the upload: the registry checks the digest and makes the blob available.
    ///
    /// - Parameters:
    ///   - arrived: bytes that the registry has before this; while it says so, the same request can be made again.
    ///   - body: the rest of the bytes.
    private func finish(_ session: inout Session, arrived: Int64, body: () -> UploadBody?) async throws {
        let retry = client.options.retry
        var failures = 0
        while true {
            do {
                return try await put(session, body: body())
            } catch let failure as MayPass {
                failures += 1
                guard failures < retry.attempts, retry.mayWait(failure.retryAfter) else {
                    throw failure.error.after(attempts: failures)
                }
                try await retry.wait(afterFailures: failures, retryAfter: failure.retryAfter)
                guard try await progress(&session) == arrived else { throw Restart(cause: failure.error) }
            } catch let error as RegistryError where error.isNotFound {
                throw Restart(cause: error)
            }
        }
    }

    private func put(_ session: Session, body: UploadBody?) async throws {
        var request = call(
            .PUT, session.source, .address(session.location.adding("digest", digest.description)),
            accepted: [200, 201, 202, 204])
        if let body {
            request.headers = ["Content-Type": "application/octet-stream"]
            request.body = body
        }
        let answer = try await client.sender.attempt(request)
        await answer.discard()
        if let stored = answer.header("Docker-Content-Digest").flatMap({ try? Digest(parsing: $0) }),
            stored.algorithm == digest.algorithm, stored != digest
        {
            throw RegistryError.digestMismatch(expected: digest, actual: stored, answer.request)
        }
    }

    private func isThere() async throws -> Bool {
        do { return try await client.blobExists(reference, digest) } catch is RegistryError { return false }
    }

    /// Tells the registry to forget the upload. It would do so by itself in time, so a failure does not matter.
    private func cancel(_ session: Session) async {
        var request = call(.DELETE, session.source, .address(session.location), accepted: [200, 202, 204, 404, 405])
        request.isRepeatable = false
        if let answer = try? await client.sender.send(request) { await answer.discard() }
    }

    private func call(
        _ method: HTTPMethod, _ source: RegistrySource, _ target: RequestSender.Call.Target, scopes: [Scope]? = nil,
        accepted: Set<Int>
    ) -> RequestSender.Call {
        .init(
            method: method, source: source, target: target, scopes: scopes ?? [.push(source.repository)],
            accepted: accepted,
            subject: subject)
    }
}
