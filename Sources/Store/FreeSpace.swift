import Glibc

/// What a file system has left.
enum FreeSpace {
    /// Less than this, and what SQLite calls an input or output error is for want of room.
    private static let least: Int64 = 64 << 10

    /// `O_TMPFILE`, which Glibc's module does not show: a file without a name, gone when it is closed.
    private static let withoutName: Int32 = 0o20_000_000 | O_DIRECTORY

    /// Is there next to no room left in the directory? False where that cannot be known.
    static func isUsedUp(in directory: String) -> Bool { isLess(than: least, in: directory) }

    /// Are the file system's blocks smaller than a page of memory?
    static func hasSmallBlocks(in directory: String) -> Bool {
        var status = statvfs()
        return statvfs(directory, &status) == 0 && status.f_frsize < 4096
    }

    /// Can no file of that length be made in the directory? False where that cannot be known.
    static func isLess(than bytes: Int64, in directory: String) -> Bool {
        var status = statvfs()
        guard statvfs(directory, &status) == 0 else { return false }
        let (free, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        if (overflow || free >= UInt64(max(0, bytes))) && (status.f_files == 0 || status.f_ffree > 0) { return false }
        // The numbers leave out what only root may use, and count what ext4 keeps back from everybody. So it is tried.
        let file = open(directory, O_WRONLY | O_CLOEXEC | withoutName, 0o600)
        guard file >= 0 else { return isFull(errno) }
        defer { close(file) }
        return isFull(posix_fallocate(file, 0, off_t(bytes)))
    }

    private static func isFull(_ code: Int32) -> Bool { code == ENOSPC || code == EDQUOT }
}
