import AsyncHTTPClient
import NIOCore
import NIOPosix
#if canImport(Glibc)
    import Glibc
#endif

/// The bytes of a blob to upload: readable more than once and from any offset, because a broken upload is continued or
/// begun anew.
public struct BlobSource: Sendable {
    /// Length in bytes.
    public let size: Int64
    let name: String
    private let opener: @Sendable () throws -> Reader

    /// Reads up to so many bytes at an offset; an empty buffer is the end.
    typealias Reader = @Sendable (_ offset: Int64, _ limit: Int) async throws -> ByteBuffer

    /// Bytes in memory, for configurations and other small blobs.
    public static func bytes(_ bytes: [UInt8]) -> BlobSource {
        let buffer = ByteBuffer(bytes: bytes)
        return BlobSource(size: Int64(bytes.count), name: "bytes in memory") {
            { offset, limit in
                let start = Int(offset)
                let length = max(0, min(limit, buffer.readableBytes - start))
                return buffer.getSlice(at: start, length: length) ?? ByteBuffer()
            }
        }
    }

    /// The file at `path`, of which the first `size` bytes are sent. It is read in pieces on NIO's pool of blocking
    /// threads, and must not change meanwhile.
    public static func file(path: String, size: Int64) -> BlobSource {
        BlobSource(size: size, name: path) {
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else {
                throw RegistryError.uploadSource(path: path, reason: ConnectionFailure.text(ofErrno: errno))
            }
            let file = OpenFile(descriptor: descriptor)
            return { offset, limit in
                try await NIOThreadPool.singleton.runIfActive {
                    var buffer = ByteBuffer()
                    let count = try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: limit) { space in
                        let count = pread(file.descriptor, space.baseAddress, limit, off_t(offset))
                        guard count >= 0 else {
                            throw RegistryError.uploadSource(path: path, reason: ConnectionFailure.text(ofErrno: errno))
                        }
                        return count
                    }
                    return count == 0 ? ByteBuffer() : buffer
                }
            }
        }
    }

    private init(size: Int64, name: String, opener: @escaping @Sendable () throws -> Reader) {
        self.size = size
        self.name = name
        self.opener = opener
    }

    /// The bytes of `range` as one request body; `sent` is told the number of bytes handed to the connection so far,
    /// counted from the blob's start.
    func body(_ range: Range<Int64>, sent: (@Sendable (Int64) -> Void)? = nil) -> UploadBody {
        UploadBody(chunks: Chunks(source: self, range: range, sent: sent), length: range.upperBound - range.lowerBound)
    }

    private final class OpenFile: Sendable {
        let descriptor: Int32
        init(descriptor: Int32) { self.descriptor = descriptor }
        deinit { close(descriptor) }
    }

    /// A part of a source, in pieces.
    struct Chunks: AsyncSequence, Sendable {
        typealias Element = ByteBuffer
        static let chunkSize = 256 << 10

        let source: BlobSource
        let range: Range<Int64>
        let sent: (@Sendable (Int64) -> Void)?

        func makeAsyncIterator() -> Iterator { Iterator(chunks: self, position: range.lowerBound) }

        struct Iterator: AsyncIteratorProtocol {
            let chunks: Chunks
            var position: Int64
            var reader: Reader?

            mutating func next() async throws -> ByteBuffer? {
                guard position < chunks.range.upperBound else { return nil }
                let reader = try self.reader ?? chunks.source.opener()
                self.reader = reader
                let limit = Int(Swift.min(chunks.range.upperBound - position, Int64(Chunks.chunkSize)))
                let buffer = try await reader(position, limit)
                guard buffer.readableBytes > 0 else {
                    throw RegistryError.uploadSource(
                        path: chunks.source.name, reason: "ends at \(position) bytes, expected \(chunks.source.size)")
                }
                position += Int64(buffer.readableBytes)
                chunks.sent?(position)
                return buffer
            }
        }
    }
}

/// The body of a request.
struct UploadBody: Sendable {
    let httpBody: HTTPClientRequest.Body

    init(chunks: BlobSource.Chunks, length: Int64) { httpBody = .stream(chunks, length: .known(length)) }

    init(bytes: [UInt8]) { httpBody = .bytes(ByteBuffer(bytes: bytes)) }
}
