import Glibc
import OCI

/// How builds that use one cache mount at the same time get along (`sharing=` of `RUN --mount=type=cache`).
public enum CacheMountSharing: String, Sendable {
    /// All use it at once.
    case shared
    /// Who comes while it is in use gets another one, and later runs use whichever is free.
    case `private`
    /// One after the other.
    case locked
}

/// A cache mount in use; it is given back when the last reference goes away, or the process ends.
public final class CacheMount: Sendable {
    /// The directory to mount.
    public let path: String
    /// Was the directory made just now?
    public let isNew: Bool
    private let lock: FileLock

    init(path: String, isNew: Bool, lock: FileLock) {
        self.path = path
        self.isNew = isNew
        self.lock = lock
    }

    /// Gives the cache mount back now; nothing happens the second time.
    public func release() {
        lock.release()
    }
}

/// A cache mount as it is listed and collected.
public struct CacheMountInfo: Hashable, Sendable {
    /// The identifier it was made for.
    public let id: String
    /// The directory's name in the store.
    public let name: String
    /// When it was last given out, in seconds since 1970.
    public let lastUsed: Int64
    /// What it holds.
    public let size: TreeSize
    /// Does somebody use it now?
    public let inUse: Bool
}

extension Store {
    /// The directory of a cache mount, held until the value that is returned goes away.
    ///
    /// - Parameters:
    ///   - id: says which mounts are the same; any text.
    ///   - prepare: fills a new directory (its mode and owner, content from another stage) before anybody sees it.
    ///   - keepWaiting: asked now and then while others are in the way; false gives up.
    public func cacheMount(
        id: String, sharing: CacheMountSharing, prepare: (String) throws -> Void = { _ in },
        keepWaiting: KeepWaiting? = nil
    ) throws(StoreError) -> CacheMount {
        var number = 0
        while true {
            let directory = layout.cacheMount(id: id, number: number)
            let lock: FileLock
            switch sharing {
            case .shared: lock = try .acquire(directory + ".lock", .shared, keepWaiting: keepWaiting)
            case .locked: lock = try .acquire(directory + ".lock", .exclusive, keepWaiting: keepWaiting)
            case .private:
                guard let free = try FileLock.tryAcquire(directory + ".lock", .exclusive) else {
                    number += 1
                    continue
                }
                lock = free
            }
            let isNew = try makeCacheMount(directory, id: id, prepare: prepare)
            // The lock file's time is the last use.
            utimensat(AT_FDCWD, directory + ".lock", nil, 0)
            return CacheMount(path: directory + "/data", isNew: isNew, lock: lock)
        }
    }

    /// All cache mounts. Their sizes are counted, which takes a while.
    public func listCacheMounts() throws(StoreError) -> [CacheMountInfo] {
        var mounts: [CacheMountInfo] = []
        for name in try entries(of: layout.cacheMounts).sorted() where !name.hasSuffix(".lock") {
            if let info = try cacheMountInfo(name) { mounts.append(info) }
        }
        return mounts
    }

    func cacheMountInfo(_ name: String) throws(StoreError) -> CacheMountInfo? {
        let directory = layout.cacheMounts + "/" + name
        guard let id = try contents(of: directory + "/id") else { return nil }
        let lock = try FileLock.tryAcquire(directory + ".lock", .exclusive)
        lock?.release()
        let time = status(of: directory + ".lock").map { Int64($0.st_mtim.tv_sec) } ?? 0
        // In use, files come and go under the count: then it is what could be counted.
        let size = (try? DirectoryTree.size(of: directory + "/data")) ?? TreeSize()
        return CacheMountInfo(
            id: String(decoding: id, as: UTF8.self), name: name, lastUsed: time, size: size, inUse: lock == nil)
    }

    /// Moves a cache mount out of the way, to be deleted; nil when it is in use or gone.
    func detachCacheMount(_ name: String) throws(StoreError) -> String? {
        let directory = layout.cacheMounts + "/" + name
        guard let lock = try FileLock.tryAcquire(directory + ".lock", .exclusive, removingFile: true) else {
            return nil
        }
        defer { lock.release() }
        guard status(of: directory) != nil else { return nil }
        let doomed = try session.temporaryPath()
        try move(directory, to: doomed)
        return doomed
    }

    /// Makes the directory if it is missing; true if so. With a shared lock several may try: the first rename wins.
    private func makeCacheMount(
        _ directory: String, id: String, prepare: (String) throws -> Void
    ) throws(StoreError) -> Bool {
        if status(of: directory) != nil { return false }
        let temporary = try session.temporaryPath()
        try createDirectory(temporary, mode: 0o700)
        try createDirectory(temporary + "/data", mode: 0o755)
        try OpenFile(temporary + "/id", O_WRONLY | O_CREAT).write(Array(id.utf8))
        do {
            try prepare(temporary + "/data")
        } catch {
            try? DirectoryTree.remove(temporary)
            throw .cacheMountFailed(id: id, reason: error)
        }
        if rename(temporary, directory) == 0 { return true }
        let failure = errno
        try DirectoryTree.remove(temporary)
        guard failure == EEXIST || failure == ENOTEMPTY else {
            throw StoreError(operation: "create", path: directory, errno: failure)
        }
        return false
    }
}

extension StoreLayout {
    /// The directory of a cache mount. Identifiers are any text, names of directories are not.
    func cacheMount(id: String, number: Int) -> String {
        "\(cacheMounts)/\(Digest.sha256(of: Array(id.utf8)).hex.prefix(24))-\(number)"
    }
}
