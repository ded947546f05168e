/// Writes images to a tar archive in one pass, with nothing in it that depends on when and where it was written.
public enum ArchiveWriter {
    /// Who the archive is for.
    public enum Format: Sendable {
        /// An OCI image layout.
        case oci
        /// An OCI image layout with `manifest.json` and `repositories` as well: `docker load` of any age reads it.
        case docker
    }

    /// Writes a file, which appears complete or not at all.
    public static func write(
        _ images: [ImageExport], format: Format, toFile path: String, created: String? = nil, platform: Platform = .host
    ) throws {
        let file = try AtomicFile(path: path)
        try write(
            images, format: format, to: FileSink(descriptor: file.descriptor, path: path), created: created,
            platform: platform)
        try file.commit()
    }

    /// Writes to a sink, for instance standard output.
    ///
    /// - Parameters:
    ///   - created: the time for the index's annotations, RFC 3339.
    ///   - platform: which image of an index `manifest.json` lists, as it cannot list an index.
    /// - Throws: ``OCIError``, or what the sink or the images' provider throws.
    public static func write(
        _ images: [ImageExport], format: Format, to sink: any ByteSink, created: String? = nil,
        platform: Platform = .host
    ) throws {
        var tar = TarWriter(sink)
        for directory in ["blobs", "blobs/sha256"] {
            try tar.add(TarEntry(name: PathBytes(directory.utf8), kind: .directory, mode: 0o755))
        }
        var written: Set<Digest> = []
        for image in images {
            for blob in try image.blobs() where written.insert(blob.digest).inserted {
                try tar.begin(
                    TarEntry(
                        name: PathBytes("blobs/\(blob.digest.algorithm)/\(blob.digest.hex)".utf8), kind: .file,
                        mode: 0o644, size: blob.size))
                try image.provider.read(blob) { try tar.write($0) }
            }
        }
        let index = Index(manifests: images.flatMap { $0.indexEntries(created: created) })
        var documents = [("index.json", try CanonicalJSON.encode(index))]
        if format == .docker {
            let (manifest, repositories) = try dockerDocuments(images, platform)
            documents.append(("manifest.json", manifest))
            if let repositories { documents.append(("repositories", repositories)) }
        }
        documents.append(("oci-layout", layoutMarker))
        for (name, bytes) in documents {
            try tar.add(TarEntry(name: PathBytes(name.utf8), kind: .file, mode: 0o644), content: bytes)
        }
        try tar.finish()
    }

    private struct DockerItem: Encodable {
        let config: String
        var tags: [String]
        let layers: [String]

        func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: AnyKey.self)
            try fields.put("Config", config)
            try fields.put("RepoTags", tags)
            try fields.put("Layers", layers)
        }
    }

    private static func dockerDocuments(
        _ images: [ImageExport], _ platform: Platform
    ) throws -> (manifest: [UInt8], repositories: [UInt8]?) {
        func place(_ digest: Digest) -> String { "blobs/\(digest.algorithm)/\(digest.hex)" }
        var items: [DockerItem] = []
        var repositories: [String: [String: String]] = [:]
        for image in images {
            let located = try image.provider.image(image.descriptor, platform: platform)
            let names = image.names.map(\.withDefaultTag)
            items.append(
                DockerItem(
                    config: place(located.manifest.config.digest), tags: names.map(\.familiar),
                    layers: located.manifest.layers.map { place($0.digest) }))
            guard let top = located.manifest.layers.last else { continue }
            for name in names {
                guard let tag = name.tag else { continue }
                repositories[name.repository.familiar, default: [:]][tag] = top.digest.hex
            }
        }
        return (
            try CanonicalJSON.encode(items), repositories.isEmpty ? nil : try CanonicalJSON.encode(repositories)
        )
    }
}
