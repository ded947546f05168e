import Glibc

/// Some content that can be read, more than once and from any thread: a file, a part of one, or bytes in memory.
public struct Blob: Sendable {
    private enum Storage: Sendable {
        case file(ArchiveFile, offset: Int64)
        case memory([UInt8])
    }
    private let storage: Storage
    /// The length in bytes.
    public let size: Int64

    /// Bytes in memory.
    public init(_ bytes: [UInt8]) {
        storage = .memory(bytes)
        size = Int64(bytes.count)
    }

    /// A file. It stays open as long as the blob is kept.
    ///
    /// - Throws: ``OCIError/system(operation:path:errno:)``.
    public init(path: String) throws(OCIError) {
        let file = try ArchiveFile(path: path)
        self.init(file, offset: 0, size: file.size)
    }

    init(_ file: ArchiveFile, offset: Int64, size: Int64) {
        storage = .file(file, offset: offset)
        self.size = size
    }

    /// The blob itself, when it has the length that its descriptor says.
    ///
    /// - Throws: ``OCIError/sizeMismatch(what:expected:actual:)``.
    func checked(against descriptor: Descriptor) throws(OCIError) -> Blob {
        guard size == descriptor.size else {
            throw .sizeMismatch(what: "blob \(descriptor.digest)", expected: descriptor.size, actual: size)
        }
        return self
    }

    /// Reads the content from its start.
    public func source() -> any ByteSource {
        switch storage {
        case .file(let file, let offset): FileBlobSource(file, offset: offset, length: size)
        case .memory(let bytes): MemorySource(bytes)
        }
    }

    /// The whole content.
    ///
    /// - Throws: ``OCIError/tooLarge(what:limit:)`` when it has more than `limit` bytes.
    public func bytes(limit: Int64 = CanonicalJSON.documentLimit, what: String) throws -> [UInt8] {
        guard size <= limit else { throw OCIError.tooLarge(what: what, limit: limit) }
        if case .memory(let bytes) = storage { return bytes }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(size))
        let source = source()
        while true {
            let span = try source.read(upTo: .max)
            if span.isEmpty { return bytes }
            bytes.append(contentsOf: span)
        }
    }

    /// The file and the place in it, for calls such as `sendfile`: nil for bytes in memory. The descriptor is borrowed.
    public func withDescriptor<T>(_ body: (_ descriptor: Int32, _ offset: Int64) throws -> T) rethrows -> T? {
        guard case .file(let file, let offset) = storage else { return nil }
        return try body(file.descriptor, offset)
    }
}

/// An open file that several readers share; closed when the last is gone.
final class ArchiveFile: Sendable {
    let descriptor: Int32
    let path: String
    let size: Int64

    convenience init(path: String) throws(OCIError) {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(operation: "open", path: path, errno: errno) }
        try self.init(taking: descriptor, path: path)
    }

    /// Takes over an open file.
    init(taking descriptor: Int32, path: String) throws(OCIError) {
        self.descriptor = descriptor
        self.path = path
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            // Being complete but for its size, the object closes the descriptor itself when it is given up.
            size = 0
            throw .notAnImage(path: path, reason: "it is no regular file")
        }
        size = Int64(status.st_size)
    }

    deinit {
        close(descriptor)
    }
}

/// Reads a part of a shared file and keeps it open.
private final class FileBlobSource: ByteSource {
    private let file: ArchiveFile
    private let source: FileSource

    init(_ file: ArchiveFile, offset: Int64, length: Int64) {
        self.file = file
        source = FileSource(descriptor: file.descriptor, path: file.path, offset: offset, length: length)
    }

    func read(upTo limit: Int) throws -> UnsafeRawBufferPointer { try source.read(upTo: limit) }
    func skip(_ count: Int64) throws -> Int64 { try source.skip(count) }
}
