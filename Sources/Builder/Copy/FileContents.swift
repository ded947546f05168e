import CLinux
import Glibc

/// Copies the bytes of regular files, by the cheapest way the two file systems allow.
///
/// Small files go through one buffer. Larger ones share their extents when the file system can, else the kernel copies
/// them, holes left out.
struct FileContents: ~Copyable {
    /// Files up to this size are read and written at once.
    private static let smallFile: Int64 = 128 << 10

    private let buffer: UnsafeMutableRawBufferPointer
    /// Cleared when the file systems turn out not to share extents, or not to copy in the kernel.
    private var mayClone = true
    private var mayCopyInKernel = true

    init() {
        buffer = .allocate(byteCount: Int(Self.smallFile), alignment: 16)
    }

    deinit { buffer.deallocate() }

    /// Copies `from`, positioned at its start, to the empty file `to`. 0, or an errno.
    mutating func copy(from: Int32, status: FileStatus, to: Int32) -> Int32 {
        if status.size == 0 { return 0 }
        let hasHoles = status.size > 4096 && status.blocks * 512 < status.size
        if status.size <= Self.smallFile && !hasHoles {
            return copyThroughBuffer(from, to, length: status.size)
        }
        if mayClone {
            if copy_clone(from, to) == 0 { return 0 }
            mayClone = false
        }
        return hasHoles ? copyExtents(from, to, size: status.size) : copyRange(from, to, length: status.size)
    }

    /// Copies the data and leaves the holes.
    private mutating func copyExtents(_ from: Int32, _ to: Int32, size: Int64) -> Int32 {
        var position: off_t = 0
        while position < size {
            let start = copy_next_data(from, position)
            // No data behind the position: the rest is a hole.
            if start == -off_t(ENXIO) { break }
            if start < 0 {
                // The file system does not tell; copy everything.
                guard lseek(from, 0, SEEK_SET) == 0, lseek(to, 0, SEEK_SET) == 0 else { return errno }
                return copyRange(from, to, length: size)
            }
            let end = copy_next_hole(from, start)
            guard end > start else { return end < 0 ? Int32(-end) : EIO }
            guard lseek(from, start, SEEK_SET) >= 0, lseek(to, start, SEEK_SET) >= 0 else { return errno }
            let code = copyRange(from, to, length: Int64(min(end, off_t(size)) - start))
            if code != 0 { return code }
            position = end
        }
        return ftruncate(to, off_t(size)) == 0 ? 0 : errno
    }

    private mutating func copyRange(_ from: Int32, _ to: Int32, length: Int64) -> Int32 {
        var left = length
        while mayCopyInKernel && left > 0 {
            let count = copy_range(from, to, Int(min(left, 1 << 30)))
            if count == 0 { return 0 }
            if count < 0 {
                let code = Int32(-count)
                if code == EINTR { continue }
                // These mean "not for these two files"; nothing has been copied by the call.
                guard [EXDEV, EINVAL, ENOSYS, EOPNOTSUPP, EPERM].contains(code) else { return code }
                mayCopyInKernel = false
                break
            }
            left -= Int64(count)
        }
        return copyThroughBuffer(from, to, length: left)
    }

    private mutating func copyThroughBuffer(_ from: Int32, _ to: Int32, length: Int64) -> Int32 {
        var left = length
        while left > 0 {
            let count = read(from, buffer.baseAddress, Int(min(left, Int64(buffer.count))))
            if count < 0 {
                if errno == EINTR { continue }
                return errno
            }
            if count == 0 { return 0 }
            var written = 0
            while written < count {
                let result = write(to, buffer.baseAddress.map { $0 + written }, count - written)
                if result < 0 {
                    if errno == EINTR { continue }
                    return errno
                }
                written += result
            }
            left -= Int64(count)
        }
        return 0
    }
}
