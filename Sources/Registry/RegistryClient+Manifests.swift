import NIOHTTP1
import OCI

/// A manifest or index as the registry sent it, its digest checked.
public struct ManifestDocument: Sendable, Equatable {
    /// The exact bytes.
    public let bytes: [UInt8]
    /// Media type, digest and size of them.
    public let descriptor: Descriptor
}

/// What a name stands for.
public struct ResolvedImage: Sendable {
    /// The name that was resolved.
    public let reference: Reference
    /// Who answered; the client asks the same source for the blobs first.
    public let source: RegistrySource
    /// What the name points to: an index, or the manifest itself.
    public let root: ManifestDocument
    /// The manifest for the platform; the same as `root` if that is no index or no platform was asked for.
    public let manifest: ManifestDocument
    /// The manifest's descriptor, with its platform and annotations if it came from an index.
    public let descriptor: Descriptor

    /// The manifest's exact bytes.
    public var manifestBytes: [UInt8] { manifest.bytes }
}

extension RegistryClient {
    /// Indexes within indexes that are followed; more is hostile.
    private static let deepestNesting = 4

    /// Resolves `reference` through the configured mirrors, and chooses the manifest for `platform` if it is an index.
    ///
    /// - Parameters:
    ///   - platform: nil leaves an index as it is.
    ///   - known: bytes of documents at hand. When given, a tag is asked for by `HEAD` first and nothing is fetched
    ///     that is known.
    /// - Throws: ``RegistryError``; ``RegistryError/notFound(what:_:detail:)`` names the reference.
    public func resolve(
        _ reference: Reference, platform: Platform?, known: (@Sendable (Digest) async -> [UInt8]?)? = nil
    ) async throws -> ResolvedImage {
        let reference = reference.withDefaultTag
        return try await fromSources(of: reference) { source in
            let root = try await document(reference, at: source, known: known)
            var manifest = root
            var descriptor = root.descriptor
            var depth = 0
            while let platform, MediaType.isIndex(descriptor.mediaType) {
                depth += 1
                guard depth <= Self.deepestNesting else {
                    throw RegistryError.nestedIndex(reference: reference.familiar)
                }
                descriptor = try choose(platform, in: manifest, of: reference)
                manifest = try await document(reference.withDigest(descriptor.digest), at: source, known: known)
                guard manifest.descriptor.size == descriptor.size else {
                    throw RegistryError.sizeMismatch(
                        expected: descriptor.size, actual: manifest.descriptor.size,
                        .init(method: "GET", url: "\(source)@\(descriptor.digest)"))
                }
                descriptor.mediaType = manifest.descriptor.mediaType
            }
            return ResolvedImage(
                reference: reference, source: source, root: root, manifest: manifest, descriptor: descriptor)
        }
    }

    private func choose(_ platform: Platform, in document: ManifestDocument, of reference: Reference)
        throws(RegistryError) -> Descriptor
    {
        let index: Index
        do {
            index = try CanonicalJSON.decode(Index.self, from: document.bytes, what: "index of \(reference.familiar)")
        } catch {
            throw .invalidResponse(.init(method: "GET", url: reference.description), reason: error.description)
        }
        do { return try index.manifest(for: platform) } catch {
            guard case .noMatchingPlatform(let wanted, let available) = error else {
                throw .invalidResponse(.init(method: "GET", url: reference.description), reason: error.description)
            }
            throw .platformMissing(reference: reference.familiar, platform: wanted, available: available)
        }
    }

    /// The manifest or index with `digest` in the repository of `reference`.
    public func manifest(_ reference: Reference, digest: Digest) async throws -> ManifestDocument {
        let reference = reference.withDigest(digest)
        return try await fromSources(of: reference) { try await document(reference, at: $0, known: nil) }
    }

    /// What `reference` points to, without fetching it where the registry can say so; nil if there is no such thing.
    public func head(_ reference: Reference) async throws -> Descriptor? {
        let reference = reference.withDefaultTag
        do {
            return try await fromSources(of: reference) { source in
                if let descriptor = try await head(reference, at: source) { return descriptor }
                return try await document(reference, at: source, known: nil).descriptor
            }
        } catch let error as RegistryError where error.isNotFound {
            return nil
        }
    }

    private func call(_ method: HTTPMethod, _ reference: Reference, at source: RegistrySource) -> RequestSender.Call {
        let name = reference.digest?.description ?? reference.tag ?? "latest"
        return .init(
            method: method, source: source, target: .path("\(source.repository)/manifests/\(name)"),
            headers: HTTPHeaders(MediaType.acceptedManifests.map { ("Accept", $0) }),
            scopes: [.pull(source.repository)],
            accepted: [200], subject: "manifest \(reference.familiar)")
    }

    /// nil if the registry does not answer `HEAD`, or answers without a digest.
    private func head(_ reference: Reference, at source: RegistrySource) async throws -> Descriptor? {
        let answer: Answer
        do {
            answer = try await sender.send(call(.HEAD, reference, at: source))
        } catch RegistryError.unexpectedStatus(let status, _, _) where (400..<500).contains(status) || status == 501 {
            return nil  // A proxy or an old registry without HEAD: the document itself will tell.
        }
        await answer.discard()
        guard let digest = answer.header("Docker-Content-Digest").flatMap({ try? Digest(parsing: $0) }),
            let size = answer.contentLength, size > 0, let type = answer.mediaType
        else { return nil }
        if let wanted = reference.digest, wanted != digest {
            throw RegistryError.digestMismatch(expected: wanted, actual: digest, answer.request)
        }
        return Descriptor(mediaType: type, digest: digest, size: size)
    }

    private func document(
        _ reference: Reference, at source: RegistrySource, known: (@Sendable (Digest) async -> [UInt8]?)?
    ) async throws -> ManifestDocument {
        if let known {
            var digest = reference.digest
            if digest == nil { digest = try await head(reference, at: source)?.digest }
            if let digest, let bytes = await known(digest), let type = ManifestKind.mediaType(of: bytes, announced: nil)
            {
                return ManifestDocument(
                    bytes: bytes, descriptor: .init(mediaType: type, digest: digest, size: Int64(bytes.count)))
            }
        }
        // The body belongs to the attempt: a connection that drops in the middle of it is tried again like any other.
        let request = call(.GET, reference, at: source)
        let (answer, bytes) = try await options.retry.run {
            let answer = try await sender.attempt(request)
            do {
                return (answer, try await answer.bytes(limit: options.manifestLimit, what: "manifest"))
            } catch let error as RegistryError where error.isConnectionLost {
                throw MayPass(error: error)
            }
        }
        return try checked(bytes, answer, reference)
    }

    private func checked(_ bytes: [UInt8], _ answer: Answer, _ reference: Reference) throws(RegistryError)
        -> ManifestDocument
    {
        // By digest, the content must have it. By tag, the registry says which digest it sends, and must not be wrong
        // about that.
        let announced = answer.header("Docker-Content-Digest").flatMap { try? Digest(parsing: $0) }
        let expected = reference.digest ?? announced
        var digester = expected.map { Digester(verifying: $0) } ?? Digester()
        digester.update(bytes)
        let actual = digester.finish()
        if let expected, expected != actual {
            throw .digestMismatch(expected: expected, actual: actual, answer.request)
        }
        guard let type = ManifestKind.mediaType(of: bytes, announced: answer.mediaType) else {
            throw .invalidResponse(
                answer.request,
                reason: "\(reference.familiar) is no image manifest or index (\(answer.mediaType ?? "no content type"))"
            )
        }
        return ManifestDocument(
            bytes: bytes, descriptor: .init(mediaType: type, digest: actual, size: Int64(bytes.count)))
    }

    /// Stores a manifest or index under the tag of `reference`, or under its digest if it has no tag.
    ///
    /// - Returns: the digest it is known by.
    @discardableResult
    public func putManifest(_ reference: Reference, bytes: [UInt8], mediaType: String) async throws -> Digest {
        let source = try destination(of: reference)
        let digest = Digest.sha256(of: bytes)
        let name = reference.tag ?? (reference.digest ?? digest).description
        let answer = try await sender.send(
            .init(
                method: .PUT, source: source, target: .path("\(source.repository)/manifests/\(name)"),
                headers: ["Content-Type": mediaType], body: UploadBody(bytes: bytes),
                scopes: [.push(source.repository)],
                accepted: [200, 201, 202, 204], subject: "manifest \(reference.familiar)"))
        await answer.discard()
        if let stored = answer.header("Docker-Content-Digest").flatMap({ try? Digest(parsing: $0) }),
            stored.algorithm == digest.algorithm, stored != digest
        {
            throw RegistryError.digestMismatch(expected: digest, actual: stored, answer.request)
        }
        return digest
    }

    /// Removes a manifest (by digest) or a tag, where the registry allows it.
    public func deleteManifest(_ reference: Reference) async throws {
        let source = try destination(of: reference)
        let name = reference.digest?.description ?? reference.tag ?? "latest"
        let answer = try await sender.send(
            .init(
                method: .DELETE, source: source, target: .path("\(source.repository)/manifests/\(name)"),
                scopes: [.delete(source.repository)], accepted: [200, 202, 204],
                subject: "manifest \(reference.familiar)"))
        await answer.discard()
    }

    /// What refers to the manifest with `digest`: signatures, attestations, SBOMs (distribution specification, "Listing
    /// Referrers"). Registries without that call are asked for the tag `ALGORITHM-HEX` instead.
    public func referrers(_ repository: Reference, digest: Digest, artifactType: String? = nil) async throws
        -> [Descriptor]
    {
        let all = try await fromSources(of: repository.withDigest(digest)) { source -> [Descriptor] in
            let query = artifactType.map { "?artifactType=\(WebAddress.percentEncoded($0))" } ?? ""
            let answer = try await sender.send(
                .init(
                    method: .GET, source: source, target: .path("\(source.repository)/referrers/\(digest)\(query)"),
                    headers: ["Accept": MediaType.ociIndex], scopes: [.pull(source.repository)], accepted: [200, 404],
                    subject: "referrers of \(repository.familiar)"))
            if answer.status == 200 {
                let bytes = try await answer.bytes(limit: options.manifestLimit, what: "list of referrers")
                return try decode(Index.self, bytes, answer).manifests
            }
            await answer.discard()
            guard let tagged = try? repository.withTag("\(digest.algorithm)-\(digest.hex)") else { return [] }
            do {
                let fallback = try await document(tagged, at: source, known: nil)
                return try decode(Index.self, fallback.bytes, answer).manifests
            } catch let error as RegistryError where error.isNotFound {
                return []
            }
        }
        // A registry may ignore the filter.
        return artifactType.map { type in all.filter { $0.artifactType == type } } ?? all
    }
}

extension Answer {
    /// `Content-Type` without its parameters.
    var mediaType: String? {
        header("Content-Type").map { $0.prefix { $0 != ";" && $0 != " " }.lowercased() }
    }
}

/// Tells manifests from indexes by what they say of themselves.
public enum ManifestKind {
    private struct Shape: Decodable {
        struct Anything: Decodable {
            init(from decoder: any Decoder) {}
        }
        let schemaVersion: Int?
        let mediaType: String?
        let manifests: [Anything]?
        let layers: [Anything]?
        let config: Anything?
    }

    /// The media type of `bytes`, or nil if they are neither manifest nor index, or both at once (which would mean
    /// different things to different readers). The document's own word counts before the header's, which some servers
    /// do not keep.
    public static func mediaType(of bytes: [UInt8], announced: String?) -> String? {
        guard let shape = try? CanonicalJSON.decode(Shape.self, from: bytes, what: "manifest"),
            shape.schemaVersion ?? 2 == 2
        else { return nil }
        let isIndex = shape.manifests != nil
        let isManifest = shape.config != nil || shape.layers != nil
        guard isIndex != isManifest else { return nil }
        let fits = isIndex ? MediaType.isIndex : MediaType.isManifest
        if let own = shape.mediaType { return fits(own) ? own : nil }
        if let announced, fits(announced) { return announced }
        return isIndex ? MediaType.ociIndex : MediaType.ociManifest
    }
}
