import CLinux
import Glibc

/// Gives files that a step has written a time that does not depend on when it ran.
///
/// Whatever was changed since the step began gets one fixed time; times that the step set itself (unpacking an archive,
/// `touch -d`) stay, be they earlier or later. Python's byte code names the time of its source, so it is changed along with it: otherwise every
/// start of the image would compile all modules again.
struct TimeNormalization {
    /// Nanoseconds since 1970 at which the step began.
    let since: Int64
    /// Nanoseconds since 1970 at which the step had ended. A later time was set on purpose.
    let until: Int64
    /// The time to set, in seconds.
    let to: Int64

    /// Walks an upper directory.
    func apply(to directory: String) throws {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw BuildError.options("cannot read \(directory)") }
        try walk(descriptor)
        stamp(descriptor, nil)
    }

    /// Takes over the descriptor's entries; directories are stamped after their contents.
    private func walk(_ descriptor: Int32) throws {
        let copy = dup(descriptor)
        guard let stream = fdopendir(copy) else {
            close(copy)
            throw BuildError.options("cannot list a directory of the step's result")
        }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
                    Array(UnsafeBufferPointer(start: $0, count: strlen($0) + 1))
                }
            }
            if name == [0x2e, 0] || name == [0x2e, 0x2e, 0] { continue }
            var status = stat()
            guard fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFDIR {
                let child = openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
                guard child >= 0 else { continue }
                defer { close(child) }
                try walk(child)
            } else if status.st_mode & S_IFMT == S_IFREG, isByteCode(name), status.st_size >= 16 {
                rewriteByteCode(descriptor, name)
            }
            if isOfStep(status.st_mtim) { stamp(descriptor, name) }
        }
    }

    private func isOfStep(_ time: timespec) -> Bool { nanoseconds(time) >= since && nanoseconds(time) <= until }

    private func nanoseconds(_ time: timespec) -> Int64 { Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec) }

    /// Sets the time of an entry, or of the directory itself.
    private func stamp(_ directory: Int32, _ name: [CChar]?) {
        let time = timespec(tv_sec: Int(to), tv_nsec: 0)
        let times = [time, time]
        if let name {
            utimensat(directory, name, times, AT_SYMLINK_NOFOLLOW)
        } else {
            var status = stat()
            if fstat(directory, &status) == 0, isOfStep(status.st_mtim) { futimens(directory, times) }
        }
    }

    private func isByteCode(_ name: [CChar]) -> Bool {
        name.count > 5 && name.suffix(5).elementsEqual([0x2e, 0x70, 0x79, 0x63, 0])
    }

    /// PEP 552: magic, flags, and with flags 0 the source's time in seconds and size, each four bytes little-endian.
    private func rewriteByteCode(_ directory: Int32, _ name: [CChar]) {
        let file = openat(directory, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC)
        guard file >= 0 else { return }
        defer { close(file) }
        var header = [UInt8](repeating: 0, count: 12)
        guard pread(file, &header, 12, 0) == 12, header[2] == 0x0d, header[3] == 0x0a,
            header[4..<8].allSatisfy({ $0 == 0 })
        else { return }
        let sourceTime = (0..<4).reduce(UInt32(0)) { $0 | UInt32(header[8 + $1]) << (8 * UInt32($1)) }
        // A source changed in the second in which the step began may carry a stamp just below it.
        guard Int64(sourceTime) >= since / 1_000_000_000 else { return }
        var status = stat()
        guard fstat(file, &status) == 0 else { return }
        let bytes = (0..<4).map { UInt8(truncatingIfNeeded: UInt32(truncatingIfNeeded: to) >> (8 * UInt32($0))) }
        guard pwrite(file, bytes, 4, 8) == 4 else { return }
        // The write has changed the file's own time; a time that the step did not set anew stays.
        if nanoseconds(status.st_mtim) < since { futimens(file, [status.st_atim, status.st_mtim]) }
    }
}
