import OCI

/// What a ``FakeRegistry`` holds.
struct FakeRegistryStorage {
    struct StoredManifest {
        let bytes: [UInt8]
        let mediaType: String
    }

    struct Repository {
        var blobs: Set<Digest> = []
        var manifests: [Digest: StoredManifest] = [:]
        var tags: [String: Digest] = [:]
    }

    struct Upload {
        let repository: String
        var bytes: [UInt8]
    }

    struct Token {
        let scopes: [String: Set<String>]
        var uses: Int
    }

    var repositories: [String: Repository] = [:]
    var blobs: [Digest: [UInt8]] = [:]
    var uploads: [String: Upload] = [:]
    var tokens: [String: Token] = [:]
    private var counter = 0

    /// A new name, different from all before.
    mutating func newName(_ prefix: String) -> String {
        counter += 1
        return "\(prefix)-\(counter)"
    }

    @discardableResult
    mutating func addBlob(_ bytes: [UInt8], to repository: String) -> Digest {
        let digest = Digest.sha256(of: bytes)
        blobs[digest] = bytes
        repositories[repository, default: Repository()].blobs.insert(digest)
        return digest
    }

    @discardableResult
    mutating func addManifest(_ bytes: [UInt8], mediaType: String, to repository: String, tag: String?) -> Digest {
        let digest = Digest.sha256(of: bytes)
        repositories[repository, default: Repository()].manifests[digest] = StoredManifest(
            bytes: bytes, mediaType: mediaType)
        if let tag { repositories[repository]?.tags[tag] = digest }
        return digest
    }

    func manifest(_ name: String, in repository: String) -> StoredManifest? {
        guard let repository = repositories[repository] else { return nil }
        guard let digest = repository.tags[name] ?? (try? Digest(parsing: name)) else { return nil }
        return repository.manifests[digest]
    }
}
