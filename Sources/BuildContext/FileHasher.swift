import CLinux
import Crypto
import Glibc

/// Reads one file and digests its bytes and its capability.
enum FileHasher {
    struct Hash: Sendable {
        let digest: ContentDigest
        /// The state that has this digest; nil when the file may have changed without its times telling.
        let trustedState: StatKey?
    }

    /// Times of a file system are those of the last tick of the kernel's clock, which may be this much in the past.
    private static let tick: Int64 = 20_000_000
    /// The coarsest clock of a file system that keeps whole seconds only.
    private static let coarseTick: Int64 = 2_000_000_000

    static func hash(_ file: Descriptor) -> Result<Hash, Descriptor.Errno> {
        var last: Result<Hash, Descriptor.Errno> = .failure(.init(code: EIO))
        // A file that is being written is read again; one that never rests is taken as it was read last.
        for _ in 0..<3 {
            var now = timespec()
            clock_gettime(CLOCK_REALTIME, &now)
            var before = stat()
            guard fstat(file.number, &before) == 0 else { return .failure(.init(code: errno)) }
            let digest: ContentDigest
            switch read(file) {
            case .success(let bytes): digest = bytes
            case .failure(let failure): return .failure(failure)
            }
            var after = stat()
            guard fstat(file.number, &after) == 0 else { return .failure(.init(code: errno)) }
            let state = TreeEntry(path: [], status: before).statKey
            if TreeEntry(path: [], status: after).statKey == state {
                let trusted = isSettled(state, at: FileTime(now)) ? state : nil
                return .success(Hash(digest: digest, trustedState: trusted))
            }
            last = .success(Hash(digest: digest, trustedState: nil))
        }
        return last
    }

    /// Whether a write after `now` would be sure to change the file's times.
    static func isSettled(_ state: StatKey, at now: FileTime) -> Bool {
        let latest = max(state.changed, state.modified)
        let margin = latest.nanoseconds == 0 ? coarseTick : tick
        let age = (now.seconds - latest.seconds).multipliedReportingOverflow(by: 1_000_000_000)
        // Modification times can be set to anything; what is not plainly in the past is not trusted.
        if age.overflow { return false }
        return age.partialValue + Int64(now.nanoseconds - latest.nanoseconds) > margin
    }

    private static func read(_ file: Descriptor) -> Result<ContentDigest, Descriptor.Errno> {
        var hash = SHA256()
        let failure: Int32 = withUnsafeTemporaryAllocation(byteCount: 128 << 10, alignment: 16) { buffer in
            var offset: off_t = 0
            while true {
                let count = pread(file.number, buffer.baseAddress, buffer.count, offset)
                if count < 0 {
                    if errno == EINTR { continue }
                    return errno
                }
                if count == 0 { return 0 }
                hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                offset += off_t(count)
            }
        }
        if failure != 0 { return .failure(.init(code: failure)) }
        let content = hash.finalize()
        var capability = [UInt8](repeating: 0, count: 64)
        let length = fgetxattr(file.number, FileAttribute.capabilityName, &capability, capability.count)
        if length <= 0 { return .success(ContentDigest(content)) }
        var both = SHA256()
        both.update(data: Array(content))
        both.update(data: capability[..<length])
        return .success(ContentDigest(both.finalize()))
    }
}
