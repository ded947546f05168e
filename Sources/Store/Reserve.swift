import Glibc

/// A file that takes up some room for nothing, so that on a full disk there is something to give up: to remove things, the
/// database has to write down that they go.
enum Reserve {
    private static let bytes: off_t = 256 << 10

    /// Makes the file where it is missing and there is room. A store without one works, too.
    static func keep(_ layout: StoreLayout) {
        guard status(of: layout.reserve) == nil, !FreeSpace.isLess(than: 2 * Int64(bytes), in: layout.root),
            let file = try? OpenFile(layout.reserve, O_WRONLY | O_CREAT | O_EXCL)
        else { return }
        if file.withDescriptor({ posix_fallocate($0, 0, bytes) }) != 0 { unlink(layout.reserve) }
    }

    /// Gives the room up when there is no other.
    static func useIfNeeded(_ layout: StoreLayout) {
        if FreeSpace.isLess(than: Int64(bytes), in: layout.root) { unlink(layout.reserve) }
    }
}
