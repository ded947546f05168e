import NIOHTTP1
import OCI

extension FakeRegistry {
    /// Answers a request as the distribution specification says.
    func answer(_ request: FakeRegistryRequest) -> FakeRegistryReply {
        if request.path == "/token" { return token(request) }
        guard request.path.hasPrefix("/v2/") else { return .error(404, "UNKNOWN") }
        let route = Route(request.path.dropFirst("/v2/".count))
        if let refusal = refusal(request, route) { return refusal }
        return storage.withLock { storage in
            switch route {
            case .base: .json(200, [:])
            case .catalog: list(Array(storage.repositories.keys), "repositories", request)
            case .tags(let repository): tags(repository, request, storage)
            case .manifest(let repository, let name): manifest(repository, name, request, &storage)
            case .blob(let repository, let digest): blob(repository, digest, request, &storage)
            case .upload(let repository, let id): upload(repository, id, request, &storage)
            case .referrers(let repository, let digest): referrers(repository, digest, request, storage)
            case .unknown: .error(404, "UNKNOWN")
            }
        }
    }

    enum Route {
        case base, catalog, unknown
        case tags(String)
        case manifest(String, String)
        case blob(String, String)
        case upload(String, String)
        case referrers(String, String)

        init(_ path: Substring) {
            func split(_ marker: String) -> (String, String)? {
                guard let range = path.ranges(of: marker).last else { return nil }
                return (String(path[..<range.lowerBound]), String(path[range.upperBound...]))
            }
            if path.isEmpty {
                self = .base
            } else if path == "_catalog" {
                self = .catalog
            } else if path.hasSuffix("/tags/list") {
                self = .tags(String(path.dropLast("/tags/list".count)))
            } else if let (repository, name) = split("/manifests/") {
                self = .manifest(repository, name)
            } else if let (repository, id) = split("/blobs/uploads/") {
                self = .upload(repository, id)
            } else if let (repository, digest) = split("/blobs/") {
                self = .blob(repository, digest)
            } else if let (repository, digest) = split("/referrers/") {
                self = .referrers(repository, digest)
            } else {
                self = .unknown
            }
        }

        var repository: String? {
            switch self {
            case .tags(let name), .manifest(let name, _), .blob(let name, _), .upload(let name, _),
                .referrers(let name, _):
                name
            case .base, .catalog, .unknown: nil
            }
        }
    }

    // MARK: Lists

    private func list(_ items: [String], _ key: String, _ request: FakeRegistryRequest) -> FakeRegistryReply {
        let count = min(request.value("n").flatMap { Int($0) } ?? options.pageSize, options.pageSize)
        let rest = items.sorted().drop { item in request.value("last").map { item <= $0 } ?? false }
        let page = rest.prefix(count)
        var reply = FakeRegistryReply.json(200, [key: .array(page.map { .string($0) })])
        if rest.count > page.count, let last = page.last {
            reply.headers.add(name: "Link", value: "<\(request.path)?n=\(count)&last=\(last)>; rel=\"next\"")
        }
        return reply
    }

    private func tags(_ repository: String, _ request: FakeRegistryRequest, _ storage: FakeRegistryStorage)
        -> FakeRegistryReply
    {
        guard let found = storage.repositories[repository] else {
            return .error(404, "NAME_UNKNOWN", "no such repository")
        }
        return list(Array(found.tags.keys), "tags", request)
    }

    private func referrers(
        _ repository: String, _ digest: String, _ request: FakeRegistryRequest, _ storage: FakeRegistryStorage
    ) -> FakeRegistryReply {
        guard options.referrers else { return .error(404, "UNKNOWN") }
        let manifests = storage.repositories[repository]?.manifests ?? [:]
        let found = manifests.sorted { $0.key < $1.key }.compactMap { key, stored -> Descriptor? in
            guard let manifest = try? CanonicalJSON.decode(Manifest.self, from: stored.bytes, what: "manifest"),
                manifest.subject?.digest.description == digest
            else { return nil }
            return Descriptor(
                mediaType: stored.mediaType, digest: key, size: Int64(stored.bytes.count),
                annotations: manifest.annotations,
                artifactType: manifest.artifactType ?? manifest.config.mediaType)
        }
        let bytes = (try? CanonicalJSON.encode(Index(manifests: found))) ?? []
        return FakeRegistryReply(status: 200, headers: ["Content-Type": MediaType.ociIndex], body: bytes)
    }

    // MARK: Manifests

    private func manifest(
        _ repository: String, _ name: String, _ request: FakeRegistryRequest, _ storage: inout FakeRegistryStorage
    ) -> FakeRegistryReply {
        switch request.method {
        case "GET", "HEAD":
            guard let stored = storage.manifest(name, in: repository) else {
                return .error(404, "MANIFEST_UNKNOWN", "manifest unknown")
            }
            let accepted = request.headers[canonicalForm: "Accept"].map { String($0) }
            guard accepted.isEmpty || accepted.contains(stored.mediaType) || accepted.contains("*/*") else {
                return .error(404, "MANIFEST_UNKNOWN", "\(stored.mediaType) is not accepted")
            }
            return FakeRegistryReply(
                status: 200,
                headers: [
                    "Content-Type": stored.mediaType, "Docker-Content-Digest": "\(Digest.sha256(of: stored.bytes))",
                ],
                body: stored.bytes)
        case "PUT":
            let digest = Digest.sha256(of: request.body)
            if name.contains(":"), name != digest.description { return .error(400, "DIGEST_INVALID") }
            if let missing = missing(request.body, repository, storage) {
                return .error(400, "MANIFEST_BLOB_UNKNOWN", missing)
            }
            storage.addManifest(
                request.body, mediaType: request.headers.first(name: "Content-Type") ?? "", to: repository,
                tag: name.contains(":") ? nil : name)
            return FakeRegistryReply(
                status: 201,
                headers: ["Docker-Content-Digest": "\(digest)", "Location": "/v2/\(repository)/manifests/\(digest)"])
        case "DELETE":
            if storage.repositories[repository]?.tags.removeValue(forKey: name) != nil {
                return FakeRegistryReply(status: 202)
            }
            guard let digest = try? Digest(parsing: name),
                storage.repositories[repository]?.manifests.removeValue(forKey: digest) != nil
            else { return .error(404, "MANIFEST_UNKNOWN") }
            let left = storage.repositories[repository]?.tags.filter { $0.value != digest }
            storage.repositories[repository]?.tags = left ?? [:]
            return FakeRegistryReply(status: 202)
        default: return .error(405, "UNSUPPORTED")
        }
    }

    /// What a manifest refers to and the repository does not have.
    private func missing(_ bytes: [UInt8], _ repository: String, _ storage: FakeRegistryStorage) -> String? {
        let known = storage.repositories[repository]
        if let manifest = try? CanonicalJSON.decode(Manifest.self, from: bytes, what: "manifest") {
            let blobs = ([manifest.config] + manifest.layers).filter { !MediaType.isForeign($0.mediaType) }
            return blobs.first { known?.blobs.contains($0.digest) != true }?.digest.description
        }
        if let index = try? CanonicalJSON.decode(Index.self, from: bytes, what: "index") {
            return index.manifests.first { known?.manifests[$0.digest] == nil }?.digest.description
        }
        return nil
    }

    // MARK: Blobs

    private func blob(
        _ repository: String, _ name: String, _ request: FakeRegistryRequest, _ storage: inout FakeRegistryStorage
    ) -> FakeRegistryReply {
        guard let digest = try? Digest(parsing: name) else { return .error(400, "DIGEST_INVALID") }
        guard storage.repositories[repository]?.blobs.contains(digest) == true, let bytes = storage.blobs[digest] else {
            return .error(404, "BLOB_UNKNOWN", "blob unknown to registry")
        }
        if request.method == "DELETE" {
            storage.repositories[repository]?.blobs.remove(digest)
            return FakeRegistryReply(status: 202)
        }
        var reply = FakeRegistryReply(
            status: 200,
            headers: [
                "Content-Type": "application/octet-stream", "Docker-Content-Digest": name, "Accept-Ranges": "bytes",
            ], body: bytes)
        if let range = request.headers.first(name: "Range"), range.hasPrefix("bytes="),
            let start = Int(range.dropFirst("bytes=".count).prefix { $0 != "-" })
        {
            guard start < bytes.count else { return .error(416, "UNSUPPORTED") }
            reply.status = 206
            reply.body = Array(bytes[start...])
            reply.headers.add(name: "Content-Range", value: "bytes \(start)-\(bytes.count - 1)/\(bytes.count)")
        }
        return reply
    }

    // MARK: Uploads

    private func location(_ repository: String, _ id: String) -> String {
        (options.absoluteLocations ? origin : "") + "/v2/\(repository)/blobs/uploads/\(id)?state=\(id)"
    }

    private func progress(_ status: Int, _ repository: String, _ id: String, _ upload: FakeRegistryStorage.Upload)
        -> FakeRegistryReply
    {
        FakeRegistryReply(
            status: status,
            headers: [
                "Location": location(repository, id), "Range": "0-\(max(0, upload.bytes.count - 1))",
                "Docker-Upload-UUID": id,
            ])
    }

    private func upload(
        _ repository: String, _ id: String, _ request: FakeRegistryRequest, _ storage: inout FakeRegistryStorage
    ) -> FakeRegistryReply {
        if id.isEmpty { return begin(repository, request, &storage) }
        guard var upload = storage.uploads[id], upload.repository == repository else {
            return .error(404, "BLOB_UPLOAD_UNKNOWN")
        }
        switch request.method {
        case "GET": return progress(204, repository, id, upload)
        case "DELETE":
            storage.uploads[id] = nil
            return FakeRegistryReply(status: 204)
        case "PATCH":
            if let range = request.headers.first(name: "Content-Range"),
                Int(range.prefix { $0 != "-" }) != upload.bytes.count
            {
                return progress(416, repository, id, upload)
            }
            upload.bytes += request.body
            storage.uploads[id] = upload
            return progress(202, repository, id, upload)
        case "PUT":
            upload.bytes += request.body
            guard let digest = request.value("digest"), Digest.sha256(of: upload.bytes).description == digest else {
                storage.uploads[id] = nil
                return .error(400, "DIGEST_INVALID", "provided digest did not match uploaded content")
            }
            storage.uploads[id] = nil
            storage.addBlob(upload.bytes, to: repository)
            return FakeRegistryReply(
                status: 201,
                headers: ["Location": "/v2/\(repository)/blobs/\(digest)", "Docker-Content-Digest": digest])
        default: return .error(405, "UNSUPPORTED")
        }
    }

    private func begin(_ repository: String, _ request: FakeRegistryRequest, _ storage: inout FakeRegistryStorage)
        -> FakeRegistryReply
    {
        guard request.method == "POST" else { return .error(405, "UNSUPPORTED") }
        if options.mounts, let name = request.value("mount"), let from = request.value("from"),
            let digest = try? Digest(parsing: name),
            storage.repositories[from]?.blobs.contains(digest) == true
        {
            storage.repositories[repository, default: .init()].blobs.insert(digest)
            return FakeRegistryReply(
                status: 201, headers: ["Location": "/v2/\(repository)/blobs/\(name)", "Docker-Content-Digest": name])
        }
        let id = storage.newName("upload")
        let upload = FakeRegistryStorage.Upload(repository: repository, bytes: [])
        storage.uploads[id] = upload
        return progress(202, repository, id, upload)
    }

    /// What came of an upload before its connection broke.
    func keepPartialUpload(_ request: FakeRegistryRequest) {
        guard request.method == "PATCH", case .upload(_, let id) = Route(request.path.dropFirst("/v2/".count)) else {
            return
        }
        storage.withLock { $0.uploads[id]?.bytes += request.body }
    }

    func forgetUpload(_ request: FakeRegistryRequest) {
        guard case .upload(_, let id) = Route(request.path.dropFirst("/v2/".count)) else { return }
        storage.withLock { $0.uploads[id] = nil }
    }
}
