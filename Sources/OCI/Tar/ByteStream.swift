import Glibc

/// Where bytes go. Calls block until the bytes are taken, which is how a slow consumer slows its producer down.
public protocol ByteSink: AnyObject {
    /// Takes all the bytes.
    func write(_ bytes: UnsafeRawBufferPointer) throws
}

/// Where bytes come from, span by span, without copying.
public protocol ByteSource: AnyObject {
    /// The next bytes: at most `limit`, at least one unless the end is reached. Valid until the next call.
    func read(upTo limit: Int) throws -> UnsafeRawBufferPointer

    /// Passes over bytes that nobody wants to see.
    ///
    /// - Returns: how many were there to skip: less than `count` only at the end.
    func skip(_ count: Int64) throws -> Int64
}

extension ByteSource {
    /// Passes over bytes by reading them.
    public func skip(_ count: Int64) throws -> Int64 {
        var left = count
        while left > 0 {
            let span = try read(upTo: Int(min(left, 1 << 20)))
            if span.isEmpty { break }
            left -= Int64(span.count)
        }
        return count - left
    }
}

extension ByteSink {
    /// Takes all the bytes.
    public func write(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try write($0) }
    }
}

/// A part of a file, read with `pread`: neither moves nor depends on the descriptor's offset.
///
/// The descriptor is borrowed: its owner closes it, after the last read.
public final class FileSource: ByteSource {
    private let descriptor: Int32
    private let path: String
    private var offset: Int64
    private let end: Int64
    private let buffer: UnsafeMutableRawBufferPointer

    /// Reads `length` bytes from `offset` on; to the end of the file when nil.
    ///
    /// - Parameter path: names the file in errors.
    public init(descriptor: Int32, path: String, offset: Int64 = 0, length: Int64? = nil, bufferSize: Int = 256 << 10) {
        self.descriptor = descriptor
        self.path = path
        self.offset = offset
        self.end = length.map { offset + $0 } ?? .max
        self.buffer = .allocate(byteCount: bufferSize, alignment: 16)
    }

    deinit {
        buffer.deallocate()
    }

    /// The next bytes of the file.
    public func read(upTo limit: Int) throws -> UnsafeRawBufferPointer {
        let wanted = Int(min(Int64(min(limit, buffer.count)), end - offset))
        guard wanted > 0 else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        while true {
            let count = pread(descriptor, buffer.baseAddress, wanted, off_t(offset))
            if count < 0 {
                if errno == EINTR { continue }
                throw OCIError.system(operation: "read", path: path, errno: errno)
            }
            offset += Int64(count)
            return UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count])
        }
    }

    /// Moves on without reading.
    public func skip(_ count: Int64) throws -> Int64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw OCIError.system(operation: "stat", path: path, errno: errno)
        }
        let available = max(0, min(end, Int64(status.st_size)) - offset)
        let skipped = min(count, available)
        offset += skipped
        return skipped
    }
}

/// A pipe, a socket or any other file that can be read once, from where it is.
///
/// The descriptor is borrowed: its owner closes it, after the last read.
public final class StreamSource: ByteSource {
    private let descriptor: Int32
    private let path: String
    private let buffer: UnsafeMutableRawBufferPointer

    /// Reads `descriptor` to its end.
    ///
    /// - Parameter path: names the file in errors.
    public init(descriptor: Int32, path: String, bufferSize: Int = 256 << 10) {
        self.descriptor = descriptor
        self.path = path
        buffer = .allocate(byteCount: bufferSize, alignment: 16)
    }

    deinit {
        buffer.deallocate()
    }

    /// The next bytes; waits for them.
    public func read(upTo limit: Int) throws -> UnsafeRawBufferPointer {
        while true {
            let count = Glibc.read(descriptor, buffer.baseAddress, min(limit, buffer.count))
            if count < 0 {
                if errno == EINTR { continue }
                throw OCIError.system(operation: "read", path: path, errno: errno)
            }
            return UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count])
        }
    }
}

/// Bytes in memory.
public final class MemorySource: ByteSource {
    private let bytes: UnsafeMutableRawBufferPointer
    private var offset = 0

    /// Reads a copy of `bytes`.
    public init(_ bytes: [UInt8]) {
        self.bytes = .allocate(byteCount: bytes.count, alignment: 16)
        self.bytes.copyBytes(from: bytes)
    }

    deinit {
        bytes.deallocate()
    }

    /// The next bytes.
    public func read(upTo limit: Int) -> UnsafeRawBufferPointer {
        let count = min(limit, bytes.count - offset)
        defer { offset += count }
        return UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[offset..<offset + count])
    }
}

/// Writes to a file descriptor, which its owner closes.
public final class FileSink: ByteSink, Sendable {
    private let descriptor: Int32
    private let path: String

    /// Writes at the descriptor's offset.
    ///
    /// - Parameter path: names the file in errors.
    public init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    /// Writes all the bytes.
    public func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw OCIError.system(operation: "write", path: path, errno: errno)
            }
            rest = rest.dropFirst(count)
        }
    }
}

/// Collects bytes in memory; for small documents and tests.
public final class MemorySink: ByteSink {
    /// What has been written.
    public private(set) var bytes: [UInt8] = []

    /// An empty collection.
    public init() {}

    /// Adds the bytes.
    public func write(_ bytes: UnsafeRawBufferPointer) {
        self.bytes.append(contentsOf: bytes)
    }
}
