import Glibc
import OCI

/// Opens an image archive that may be compressed or come through a pipe, as `docker save | gzip` makes them.
///
/// A plain archive in a file is read in place. Another one is decompressed into a file without a name first, for images
/// are read here and there.
///
/// - Parameters:
///   - descriptor: the archive, an open file or pipe; borrowed.
///   - path: names the archive in errors.
///   - temporaryDirectory: where the copy goes; it is gone with the reader.
/// - Throws: `OCIError`, ``LayerFormatError``.
public func openImageArchive(
    _ descriptor: Int32, path: String, temporaryDirectory: String
) throws -> ArchiveReader {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
        throw LayerFormatError.system(operation: "stat", path: path, errno: errno)
    }
    let source: any ByteSource
    if status.isRegular {
        var head = [UInt8](repeating: 0, count: CompressionFormat.prefixLength)
        let count = pread(descriptor, &head, head.count, 0)
        if CompressionFormat.detect(head.prefix(max(0, count))) == .none {
            let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
            guard copy >= 0 else { throw LayerFormatError.system(operation: "open", path: path, errno: errno) }
            return try ArchiveReader(taking: copy, path: path)
        }
        source = FileSource(descriptor: descriptor, path: path, bufferSize: 1 << 20)
    } else {
        source = StreamSource(descriptor: descriptor, path: path)
    }
    let copy = try unnamedFile(in: temporaryDirectory)
    do {
        let plain = try decompressing(source)
        let sink = FileSink(descriptor: copy, path: temporaryDirectory)
        while true {
            let span = try plain.read(upTo: 1 << 20)
            if span.isEmpty { break }
            try sink.write(span)
        }
    } catch {
        close(copy)
        throw error
    }
    return try ArchiveReader(taking: copy, path: path)
}

/// A file that is gone when it is closed.
func unnamedFile(in directory: String) throws(LayerFormatError) -> Int32 {
    var template = Array("\(directory)/archive-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw .system(operation: "create a file in", path: directory, errno: errno) }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    unlink(template)
    return descriptor
}
