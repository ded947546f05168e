/// Reads images from a tar archive in place: an OCI layout (`oci-archive:`), what `docker save` writes, or both in one.
public struct ArchiveReader: ImageSource {
    /// The file.
    public let path: String
    /// What `index.json` lists, or what an archive of `docker save` comes to.
    public let index: Index
    private let members: ArchiveMembers
    private let docker: DockerArchive?

    /// Reads the archive's list of files and its index.
    ///
    /// - Throws: ``OCIError/notAnImage(path:reason:)`` for a tar of anything else or a compressed one,
    ///   ``OCIError/malformedTar(offset:reason:)``, ``OCIError/malformedJSON(what:reason:)``.
    public init(file: String) throws {
        try self.init(ArchiveFile(path: file))
    }

    /// Reads an archive from an open file, which is closed with the reader.
    ///
    /// - Parameter path: names the file in errors.
    public init(taking descriptor: Int32, path: String) throws {
        try self.init(ArchiveFile(taking: descriptor, path: path))
    }

    private init(_ archive: ArchiveFile) throws {
        let file = archive.path
        path = file
        members = try ArchiveMembers(archive)
        if let blob = members.blob("index.json") {
            let what = "index.json of \(file)"
            index = try CanonicalJSON.decode(Index.self, from: blob.bytes(what: what), what: what)
            docker = nil
        } else if let blob = members.blob("manifest.json") {
            let what = "manifest.json of \(file)"
            let archive = try DockerArchive(manifest: blob.bytes(what: what), members: members)
            index = archive.index
            docker = archive
        } else {
            throw OCIError.notAnImage(path: file, reason: "it has neither index.json nor manifest.json")
        }
    }

    /// Opens a blob where it is in the archive.
    public func open(_ descriptor: Descriptor) throws -> Blob {
        let blob =
            docker?.blobs[descriptor.digest]
            ?? members.blob("blobs/\(descriptor.digest.algorithm)/\(descriptor.digest.hex)")
        guard let blob else { throw OCIError.missingBlob(path: path, name: "blob \(descriptor.digest)") }
        return try blob.checked(against: descriptor)
    }
}

/// What `docker save` wrote before it wrote OCI layouts, and podman and skopeo still do: a list of configurations and
/// layers without manifests, so those are made up here.
struct DockerArchive: Sendable {
    private struct Item: Decodable {
        var config: String
        var tags: [String]
        var layers: [String]

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: AnyKey.self)
            config = try fields.decode(String.self, forKey: AnyKey("Config"))
            tags = try fields.optional("RepoTags") ?? []
            layers = try fields.optional("Layers") ?? []
        }
    }

    private(set) var blobs: [Digest: Blob] = [:]
    private(set) var index = Index(manifests: [])

    init(manifest: [UInt8], members: ArchiveMembers) throws {
        let path = members.file.path
        let items = try CanonicalJSON.decode([Item].self, from: manifest, what: "manifest.json of \(path)")
        var known: [String: Descriptor] = [:]
        for item in items {
            guard let configBlob = members.blob(item.config) else {
                throw OCIError.missingBlob(path: path, name: item.config)
            }
            let configBytes = try configBlob.bytes(what: item.config)
            let config = try CanonicalJSON.decode(ImageConfig.self, from: configBytes, what: item.config)
            guard config.diffIDs.count == item.layers.count else {
                throw OCIError.notAnImage(
                    path: path,
                    reason: "\(item.config) has \(config.diffIDs.count) layers, manifest.json \(item.layers.count)")
            }
            let configDescriptor = Descriptor(mediaType: MediaType.dockerConfig, describing: configBytes)
            blobs[configDescriptor.digest] = configBlob
            var layers: [Descriptor] = []
            for (name, diffID) in zip(item.layers, config.diffIDs) {
                let layer = try known[name] ?? describe(name, diffID, members)
                known[name] = layer
                layers.append(layer)
            }
            let manifest = Manifest(mediaType: MediaType.dockerManifest, config: configDescriptor, layers: layers)
            let bytes = try CanonicalJSON.encode(manifest)
            var descriptor = Descriptor(
                mediaType: MediaType.dockerManifest, describing: bytes, platform: config.platform)
            blobs[descriptor.digest] = Blob(bytes)
            if item.tags.isEmpty { index.manifests.append(descriptor) }
            for tag in item.tags {
                descriptor.annotations = [Descriptor.imageNameAnnotation: tag]
                index.manifests.append(descriptor)
            }
        }
    }

    /// A plain layer's digest is in the configuration; a compressed one's has to be found by reading it.
    private mutating func describe(_ name: String, _ diffID: Digest, _ members: ArchiveMembers) throws -> Descriptor {
        guard let blob = members.blob(name) else {
            throw OCIError.missingBlob(path: members.file.path, name: name)
        }
        let source = blob.source()
        let head = Array(try source.read(upTo: 4))
        let isGzip = head.starts(with: [0x1F, 0x8B])
        let isZstd = head.starts(with: [0x28, 0xB5, 0x2F, 0xFD])
        guard isGzip || isZstd else {
            blobs[diffID] = blob
            return Descriptor(mediaType: MediaType.dockerLayerTar, digest: diffID, size: blob.size)
        }
        var digester = Digester()
        digester.update(head)
        while true {
            let span = try source.read(upTo: 1 << 20)
            if span.isEmpty { break }
            digester.update(span)
        }
        let digest = digester.finish()
        blobs[digest] = blob
        return Descriptor(
            mediaType: isGzip ? MediaType.dockerLayerGzip : MediaType.dockerLayerZstd, digest: digest, size: blob.size)
    }
}
