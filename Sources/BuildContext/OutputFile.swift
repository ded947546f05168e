import Glibc

/// A file that is being downloaded: mode 0600, gone again unless it is finished.
final class OutputFile {
    private let path: String
    private let descriptor: Int32
    private var isFinished = false
    /// Bytes written so far.
    private(set) var size: Int64 = 0

    init(_ path: String) throws(BuildContextError) {
        self.path = path
        unlink(path)
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .unwritable(path: path, code: errno) }
        fchmod(descriptor, 0o600)
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if !isFinished && descriptor >= 0 { unlink(path) }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(BuildContextError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw .unwritable(path: path, code: errno)
            }
            size += Int64(count)
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    func finish(modified: FileTime) throws(BuildContextError) {
        let time = timespec(tv_sec: Int(modified.seconds), tv_nsec: Int(modified.nanoseconds))
        guard futimens(descriptor, [time, time]) == 0 else { throw .unwritable(path: path, code: errno) }
        isFinished = true
    }
}

/// The encoding of credentials in HTTP headers.
enum Base64 {
    static func encode(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var result: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let value = group.enumerated().reduce(UInt32(0)) { $0 | UInt32($1.element) << (16 - 8 * UInt32($1.offset)) }
            for digit in 0..<4 {
                result.append(
                    digit <= group.count ? alphabet[Int(value >> (18 - 6 * UInt32(digit)) & 63)] : 0x3D)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
