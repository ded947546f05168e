import Glibc

/// Reads an OCI image layout in a directory (OCI image-spec, image-layout.md).
public struct OCILayoutReader: ImageSource {
    /// The directory.
    public let path: String
    /// What `index.json` lists.
    public let index: Index

    /// Reads the index; blobs are opened when they are asked for.
    ///
    /// - Throws: ``OCIError/notAnImage(path:reason:)`` when there is no layout, ``OCIError/malformedJSON(what:reason:)``.
    public init(directory: String) throws {
        path = directory
        let file = directory + "/index.json"
        var status = stat()
        guard stat(file, &status) == 0 else {
            throw OCIError.notAnImage(path: directory, reason: "there is no index.json in it")
        }
        index = try CanonicalJSON.decode(Index.self, from: Blob(path: file).bytes(what: file), what: file)
    }

    /// Opens a blob's file.
    public func open(_ descriptor: Descriptor) throws -> Blob {
        do {
            return try Blob(path: "\(path)/blobs/\(descriptor.digest.algorithm)/\(descriptor.digest.hex)")
                .checked(against: descriptor)
        } catch {
            guard case .system(_, _, ENOENT) = error else { throw error }
            throw OCIError.missingBlob(path: path, name: "blob \(descriptor.digest)")
        }
    }
}

/// Opens what a name points at when that is a file or directory.
///
/// - Throws: ``OCIError``; an ``ImageName`` of the store, a registry or a root file system is
///   ``OCIError/invalidImageName(_:reason:)``.
public func openImageSource(_ name: ImageName) throws -> (source: any ImageSource, reference: String?) {
    switch name {
    case .ociLayout(let directory, let reference): return (try OCILayoutReader(directory: directory), reference)
    case .ociArchive(let file, let reference), .dockerArchive(let file, let reference):
        return (try ArchiveReader(file: file), reference)
    case .store, .registry, .directory:
        throw OCIError.invalidImageName(name.description, reason: "it is no image file")
    }
}
