/// Something that has the content descriptors point at.
public protocol BlobProvider: Sendable {
    /// Opens the content. It has been checked against nothing yet.
    ///
    /// - Throws: ``OCIError/missingBlob(path:name:)``, or what reading throws.
    func open(_ descriptor: Descriptor) throws -> Blob
}

/// A file or directory with images in it.
public protocol ImageSource: BlobProvider {
    /// Where it is, for messages.
    var path: String { get }
    /// The images: descriptors of manifests or indexes, as the index lists them.
    var index: Index { get }
}

/// An image with its documents read and checked; the layers are still where they were.
public struct LocatedImage: Sendable {
    /// The manifest's descriptor.
    public let descriptor: Descriptor
    /// The manifest.
    public let manifest: Manifest
    /// The manifest's bytes, which its digest is about.
    public let manifestBytes: [UInt8]
    /// The configuration.
    public let config: ImageConfig
    /// The configuration's bytes.
    public let configBytes: [UInt8]
}

extension BlobProvider {
    /// A document, checked against its descriptor.
    public func bytes(of descriptor: Descriptor) throws -> [UInt8] {
        let bytes = try open(descriptor).bytes(what: "blob \(descriptor.digest)")
        try descriptor.verify(bytes)
        return bytes
    }

    /// Hands out a blob span by span.
    ///
    /// - Throws: after the last span, ``OCIError/digestMismatch(what:expected:actual:)`` or
    ///   ``OCIError/sizeMismatch(what:expected:actual:)`` when it is not what the descriptor says.
    public func read(_ descriptor: Descriptor, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let source = try open(descriptor).source()
        var digester = Digester(verifying: descriptor.digest)
        var size: Int64 = 0
        while true {
            let span = try source.read(upTo: 1 << 20)
            if span.isEmpty { break }
            digester.update(span)
            size += Int64(span.count)
            try body(span)
        }
        let what = "blob \(descriptor.digest)"
        guard size == descriptor.size else {
            throw OCIError.sizeMismatch(what: what, expected: descriptor.size, actual: size)
        }
        let actual = digester.finish()
        guard actual == descriptor.digest else {
            throw OCIError.digestMismatch(what: what, expected: descriptor.digest, actual: actual)
        }
    }

    /// The image a descriptor leads to: through indexes to the manifest for the platform, and its configuration.
    public func image(_ descriptor: Descriptor, platform: Platform) throws -> LocatedImage {
        var descriptor = descriptor
        // Indexes in indexes are rare, loops impossible; a chain of many is nobody's honest work.
        for _ in 0..<8 {
            let bytes = try bytes(of: descriptor)
            if try isIndex(descriptor, bytes) {
                let index = try CanonicalJSON.decode(Index.self, from: bytes, what: "index \(descriptor.digest)")
                descriptor = try index.manifest(for: platform)
                continue
            }
            let manifest = try CanonicalJSON.decode(Manifest.self, from: bytes, what: "manifest \(descriptor.digest)")
            let configBytes = try self.bytes(of: manifest.config)
            let config = try CanonicalJSON.decode(
                ImageConfig.self, from: configBytes, what: "configuration \(manifest.config.digest)")
            return LocatedImage(
                descriptor: descriptor, manifest: manifest, manifestBytes: bytes, config: config,
                configBytes: configBytes)
        }
        throw OCIError.malformedJSON(what: "index \(descriptor.digest)", reason: "indexes are nested too deeply")
    }

    private func isIndex(_ descriptor: Descriptor, _ bytes: [UInt8]) throws -> Bool {
        if MediaType.isIndex(descriptor.mediaType) { return true }
        if MediaType.isManifest(descriptor.mediaType) { return false }
        let shape = try CanonicalJSON.decode(DocumentShape.self, from: bytes, what: "manifest \(descriptor.digest)")
        return shape.mediaType.map(MediaType.isIndex) ?? (shape.manifests != nil)
    }
}

/// What tells an index from a manifest when the media type does not.
private struct DocumentShape: Decodable {
    var mediaType: String?
    var manifests: [JSONValue]?
}

extension ImageSource {
    /// The image of that name; without a name the only one there is. One image may have several names.
    ///
    /// A name is looked for as it is, and as a reference: `app:1` finds `docker.io/library/app:1`.
    ///
    /// - Throws: ``OCIError/imageNotFound(path:name:candidates:)``, ``OCIError/ambiguousImage(path:candidates:)``.
    public func descriptor(named name: String?) throws -> Descriptor {
        let images = index.manifests.filter { !$0.isAttestation }
        let names = images.map { $0.imageNames.first ?? $0.digest.description }
        guard let name else {
            if let only = Self.onlyOne(images) { return only }
            if images.isEmpty { throw OCIError.notAnImage(path: path, reason: "it has no images") }
            throw OCIError.ambiguousImage(path: path, candidates: names)
        }
        let matching = images.filter { $0.isCalled(name) }
        if let only = Self.onlyOne(matching) { return only }
        if matching.isEmpty { throw OCIError.imageNotFound(path: path, name: name, candidates: names) }
        throw OCIError.ambiguousImage(path: path, candidates: names)
    }

    /// The first, if all are the same image.
    private static func onlyOne(_ images: [Descriptor]) -> Descriptor? {
        images.first.flatMap { first in images.allSatisfy { $0.digest == first.digest } ? first : nil }
    }

    /// The image of that name for a platform. A layout may list one image's platforms without an index around them.
    public func image(named name: String?, platform: Platform = .host) throws -> LocatedImage {
        let images = index.manifests.filter { !$0.isAttestation && (name == nil || $0.isCalled(name ?? "")) }
        let distinctPlatforms = Set(images.compactMap(\.platform)).count == images.count
        let sameNames = Set(images.map(\.imageNames)).count == 1
        if images.count > 1, distinctPlatforms, sameNames {
            return try image(Index(manifests: images).manifest(for: platform), platform: platform)
        }
        return try image(descriptor(named: name), platform: platform)
    }
}

extension Descriptor {
    /// Which reference of a layout the descriptor is (OCI image-spec, annotations.md).
    public static let referenceAnnotation = "org.opencontainers.image.ref.name"
    /// The full name of the image; containerd's and BuildKit's addition.
    public static let imageNameAnnotation = "io.containerd.image.name"

    /// What the image is called in an index, the full name first.
    public var imageNames: [String] {
        [Self.imageNameAnnotation, Self.referenceAnnotation].compactMap { annotations?[$0] }
    }

    /// Is this the image's name, its digest, or another way to write the name?
    func isCalled(_ name: String) -> Bool {
        if imageNames.contains(name) || digest.description == name { return true }
        guard let wanted = try? Reference(parsing: name).withDefaultTag else { return false }
        return imageNames.contains { candidate in
            // A bare tag, as BuildKit writes it, is no name: it would be read as that of a repository.
            guard candidate.utf8.contains(UInt8(ascii: "/")) || candidate.utf8.contains(UInt8(ascii: ":")) else {
                return false
            }
            return (try? Reference(parsing: candidate).withDefaultTag) == wanted
        }
    }
}
