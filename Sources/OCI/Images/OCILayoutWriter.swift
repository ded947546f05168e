import Glibc

/// Writes images into an OCI image layout in a directory. A layout that is there gets them added; an image of the same
/// name is replaced.
///
/// Blobs appear under their names complete or not at all, and the index comes last: who reads the layout meanwhile, or
/// after a crash, sees the images it had.
public struct OCILayoutWriter {
    private let directory: String

    /// Makes the directories.
    public init(directory: String) throws {
        self.directory = directory
        for path in [directory, directory + "/blobs", directory + "/blobs/sha256"] {
            guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
                throw OCIError.system(operation: "create directory", path: path, errno: errno)
            }
        }
    }

    /// Writes images.
    ///
    /// - Parameter created: the time for the index's annotations, RFC 3339.
    public func write(_ images: [ImageExport], created: String? = nil) throws {
        var index = Index(manifests: [])
        if access(directory + "/index.json", F_OK) == 0 {
            index = try OCILayoutReader(directory: directory).index
        }
        for image in images {
            for blob in try image.blobs() { try write(blob, from: image.provider) }
            for entry in image.indexEntries(created: created) {
                index.manifests.removeAll { $0.imageNames == entry.imageNames || $0 == entry }
                index.manifests.append(entry)
            }
        }
        try write(layoutMarker, to: directory + "/oci-layout")
        try write(try CanonicalJSON.encode(index), to: directory + "/index.json")
    }

    private func write(_ descriptor: Descriptor, from provider: any BlobProvider) throws {
        let parent = "\(directory)/blobs/\(descriptor.digest.algorithm)"
        if descriptor.digest.algorithm != "sha256" { mkdir(parent, 0o755) }
        let path = "\(parent)/\(descriptor.digest.hex)"
        var status = stat()
        if stat(path, &status) == 0, Int64(status.st_size) == descriptor.size { return }
        let file = try AtomicFile(path: path)
        let sink = FileSink(descriptor: file.descriptor, path: path)
        try provider.read(descriptor) { try sink.write($0) }
        try file.commit()
    }

    private func write(_ bytes: [UInt8], to path: String) throws {
        let file = try AtomicFile(path: path)
        try FileSink(descriptor: file.descriptor, path: path).write(bytes)
        try file.commit()
    }
}
