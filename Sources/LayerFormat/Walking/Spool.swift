import Glibc
import OCI

/// Bytes of a stream that may be asked for again: in memory while they are few, then in a file without a name.
final class Spool {
    /// This many are kept in memory.
    static let memoryLimit = 4 << 20
    /// More are not kept at all.
    static let limit: Int64 = 4 << 30

    private let directory: String
    private var memory: [UInt8] = []
    private var descriptor: Int32 = -1
    private(set) var count: Int64 = 0

    init(directory: String) {
        self.directory = directory
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Forgets what it has.
    func reset() {
        memory.removeAll(keepingCapacity: true)
        if descriptor >= 0, count > Int64(Self.memoryLimit) { ftruncate(descriptor, 0) }
        count = 0
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws {
        guard count + Int64(bytes.count) <= Self.limit else {
            throw OCIError.tooLarge(what: "a file of a layer", limit: Self.limit)
        }
        if count + Int64(bytes.count) <= Int64(Self.memoryLimit) {
            memory.append(contentsOf: bytes)
        } else {
            if descriptor < 0 { descriptor = try unnamedFile(in: directory) }
            // What was in memory stays there; the file has the bytes after it.
            try write(bytes, at: count)
        }
        count += Int64(bytes.count)
    }

    private func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let written = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + Int64(done)))
            if written < 0 {
                if errno == EINTR { continue }
                throw LayerFormatError.system(operation: "write", path: directory, errno: errno)
            }
            done += written
        }
    }

    /// The bytes from `offset` on, as far as there are any.
    func bytes(at offset: Int64, count wanted: Int) throws -> [UInt8] {
        guard offset >= 0, offset < count, wanted > 0 else { return [] }
        let wanted = Int(min(Int64(wanted), count - offset))
        var result: [UInt8] = []
        result.reserveCapacity(wanted)
        if offset < Int64(memory.count) {
            let start = Int(offset)
            result += memory[start..<min(memory.count, start + wanted)]
        }
        if result.count < wanted {
            result += try readFile(
                descriptor, path: directory, at: offset + Int64(result.count), count: wanted - result.count)
        }
        return result
    }
}

/// Bytes of a file, fewer at its end.
func readFile(_ descriptor: Int32, path: String, at offset: Int64, count: Int) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        while filled < count {
            let got = pread(
                descriptor,
                UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...])
                    .baseAddress, count - filled, off_t(offset + Int64(filled)))
            if got < 0 {
                if errno == EINTR { continue }
                throw LayerFormatError.system(operation: "read", path: path, errno: errno)
            }
            if got == 0 { return }
            filled += got
        }
    }
}
