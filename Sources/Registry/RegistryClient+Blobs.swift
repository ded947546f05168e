import NIOCore
import NIOHTTP1
import OCI

extension RegistryClient {
    /// Fetches the blob `descriptor` from `offset` on and hands its bytes to `receive` in order, as they come.
    ///
    /// A connection that drops or stalls is continued where it broke, if need be at another source. The number of bytes
    /// is always checked; the digest is checked if all bytes pass through here: `offset` is zero, or `digester` has
    /// seen the bytes before it.
    ///
    /// - Parameters:
    ///   - offset: bytes the caller has already.
    ///   - digester: the state after those bytes, made with `Digester(verifying: descriptor.digest)`.
    ///   - verifiesDigest: false leaves the digest to a receiver that computes it anyway.
    ///   - receive: may suspend, which holds back the download. What it throws ends the download and is thrown on.
    /// - Throws: ``RegistryError/digestMismatch(expected:actual:_:)`` or
    ///   ``RegistryError/sizeMismatch(expected:actual:_:)`` after bytes have been handed out: they are not to be
    ///   trusted before this returns.
    public func blob(
        _ reference: Reference, _ descriptor: Descriptor, from offset: Int64 = 0, digester: Digester? = nil,
        verifiesDigest: Bool = true, _ receive: (ByteBuffer) async throws -> Void
    ) async throws {
        let digester = digester ?? (offset == 0 && verifiesDigest ? Digester(verifying: descriptor.digest) : nil)
        var download = BlobDownload(descriptor: descriptor, offset: offset, digester: digester, options: options)
        do {
            try await fromSources(of: reference.withDigest(descriptor.digest)) { source in
                try await download.run(sender: sender, source: source, reference: reference, receive)
            }
        } catch let failure as BlobDownload.ReceiverFailure {
            throw failure.error
        }
    }

    /// The whole of a small blob, such as an image's configuration.
    ///
    /// - Parameter limit: largest size read into memory, in bytes.
    public func smallBlob(_ reference: Reference, _ descriptor: Descriptor, limit: Int = 4 << 20) async throws
        -> [UInt8]
    {
        guard descriptor.size <= Int64(limit) else {
            throw RegistryError.tooLarge(
                what: "blob", limit: limit, .init(method: "GET", url: "\(reference.name)@\(descriptor.digest)"))
        }
        var bytes: [UInt8] = []
        try await blob(reference, descriptor) { bytes.append(contentsOf: $0.readableBytesView) }
        return bytes
    }

    /// Whether the repository that `reference` is pushed to has the blob.
    public func blobExists(_ reference: Reference, _ digest: Digest) async throws -> Bool {
        let source = try destination(of: reference)
        let answer = try await sender.send(
            .init(
                method: .HEAD, source: source, target: .path("\(source.repository)/blobs/\(digest)"),
                scopes: [.push(source.repository)], accepted: [200, 404],
                subject: "blob \(digest) of \(reference.repository.familiar)"))
        await answer.discard()
        return answer.status == 200
    }

    /// Makes the repository of `reference` share the blob `digest` with the repository of `other` on the same registry.
    ///
    /// - Returns: false if the registry does not do that, or `other` does not have it or is on another registry.
    public func mountBlob(_ reference: Reference, _ digest: Digest, from other: Reference) async throws -> Bool {
        try await BlobUpload(client: self, reference: reference, digest: digest).mount(from: other)
    }

    /// Uploads a blob, whether or not it is there already.
    ///
    /// - Parameter sent: told the number of bytes handed to the connection so far; it goes back when an upload begins
    ///   anew.
    public func uploadBlob(
        _ reference: Reference, _ digest: Digest, _ bytes: BlobSource, sent: (@Sendable (Int64) -> Void)? = nil
    ) async throws {
        try await BlobUpload(client: self, reference: reference, digest: digest).run(bytes, sent: sent)
    }

    /// How a blob got to where it was pushed.
    public enum PushOutcome: Sendable, Equatable {
        /// It was there.
        case existed
        /// It is shared with another repository of the registry.
        case mounted(from: Reference)
        /// Its bytes were sent.
        case uploaded
    }

    /// Sees to it that the repository of `reference` has the blob: asks, tries to mount it from the repositories given,
    /// then uploads.
    public func pushBlob(
        _ reference: Reference, _ digest: Digest, mountFrom others: [Reference] = [],
        sent: (@Sendable (Int64) -> Void)? = nil,
        _ bytes: () async throws -> BlobSource
    ) async throws -> PushOutcome {
        if try await blobExists(reference, digest) { return .existed }
        for other in others {
            if try await mountBlob(reference, digest, from: other) { return .mounted(from: other) }
        }
        try await uploadBlob(reference, digest, try await bytes(), sent: sent)
        return .uploaded
    }
}
