import Glibc
import OCI
import Synchronization

/// Something on disk that garbage collection must leave alone while a process works with it.
enum LeasedItem: Hashable, Sendable {
    case blob(Digest)
    case layer(LayerID)

    fileprivate var line: String {
        switch self {
        case .blob(let digest): "b \(digest)\n"
        case .layer(let id): "l \(id)\n"
        }
    }

    fileprivate init?(line: Substring) {
        let value = String(line.dropFirst(2))
        switch line.prefix(2) {
        case "b ":
            guard let digest = try? Digest(parsing: value) else { return nil }
            self = .blob(digest)
        case "l ":
            guard let id = LayerID(rawValue: value) else { return nil }
            self = .layer(id)
        default: return nil
        }
    }
}

/// What one `Store` value is doing: a directory `tmp/<session>/`, locked while the value lives, with unfinished work and a
/// file `lease` that lists what must not be collected. The kernel drops the lock however the process ends, and whoever
/// finds such a directory unlocked removes it.
final class Session: Sendable {
    private struct State {
        var directory: String?
        var lock: FileLock?
        var lease: OpenFile?
        var leased: Set<LeasedItem> = []
        var counter = 0
    }

    private let layout: StoreLayout
    private let state = Mutex(State())

    init(layout: StoreLayout) {
        self.layout = layout
    }

    deinit {
        // Nothing can be done about a failure here; the next process that opens the store tries again.
        try? end()
    }

    /// The session's directory, if it has needed one so far.
    var directory: String? { state.withLock { $0.directory } }

    /// A path on the store's file system that nobody else uses.
    func temporaryPath() throws(StoreError) -> String {
        try state.withLock { (state) throws(StoreError) in
            let directory = try begin(&state)
            state.counter += 1
            return "\(directory)/\(state.counter)"
        }
    }

    /// Has this session leased the item? Then it is there, and stays.
    func holds(_ item: LeasedItem) -> Bool {
        state.withLock { $0.leased.contains(item) }
    }

    /// Adds to the lease. The caller holds the gate, and afterwards checks that the item exists (or makes it).
    func lease(_ items: [LeasedItem]) throws(StoreError) {
        try state.withLock { (state) throws(StoreError) in try lease(items, &state) }
    }

    private func lease(_ items: [LeasedItem], _ state: inout State) throws(StoreError) {
        var lines: [UInt8] = []
        for item in items where !state.leased.contains(item) { lines += item.line.utf8 }
        guard !lines.isEmpty else { return }
        let file = try leaseFile(&state)
        try file.write(lines)
        state.leased.formUnion(items)
    }

    private func leaseFile(_ state: inout State) throws(StoreError) -> OpenFile {
        if let file = state.lease { return file }
        let file = try OpenFile(begin(&state) + "/lease", O_WRONLY | O_CREAT | O_APPEND)
        state.lease = file
        return file
    }

    /// Forgets an item that turned out not to exist, so that it is looked for again.
    func forget(_ item: LeasedItem) {
        state.withLock { _ = $0.leased.remove(item) }
    }

    /// Gives up the lease and removes the directory with all that is unfinished. A later call starts anew.
    func end() throws(StoreError) {
        let (directory, lock) = state.withLock { state in
            defer { state = State() }
            return (state.directory, state.lock)
        }
        defer { lock?.release() }
        if let directory { try DirectoryTree.remove(directory) }
    }

    private func begin(_ state: inout State) throws(StoreError) -> String {
        if let directory = state.directory { return directory }
        while true {
            let directory = "\(layout.tmp)/\(getpid())-\(randomName(8))"
            guard mkdir(directory, 0o700) == 0 else {
                throw StoreError(operation: "create directory", path: directory, errno: errno)
            }
            // Somebody who cleans up may have seen the directory before it was locked, and have removed it.
            guard let lock = try FileLock.tryAcquire(directory: directory) else { continue }
            state.directory = directory
            state.lock = lock
            return directory
        }
    }
}

extension Session {
    /// Removes the directories of sessions that have ended without cleaning up. One directory read when there are none.
    static func removeAbandoned(_ layout: StoreLayout) throws(StoreError) {
        for name in try entries(of: layout.tmp) {
            let directory = layout.tmp + "/" + name
            guard let lock = try FileLock.tryAcquire(directory: directory) else { continue }
            defer { lock.release() }
            try DirectoryTree.remove(directory)
        }
    }

    /// The processes that have living sessions, that of one `Store` value left out; in ascending order.
    static func processes(_ layout: StoreLayout, exceptOf own: Session?) throws(StoreError) -> [Int32] {
        let left = own?.directory
        var found: Set<Int32> = []
        for name in try entries(of: layout.tmp) {
            let directory = layout.tmp + "/" + name
            guard directory != left, let number = name.split(separator: "-").first.flatMap({ Int32($0) }) else {
                continue
            }
            if let lock = try FileLock.tryAcquire(directory: directory) { lock.release() } else { found.insert(number) }
        }
        return found.sorted()
    }

    /// What the living sessions hold, those of one `Store` value left out. To act on it, hold the gate exclusively.
    static func leases(_ layout: StoreLayout, exceptOf own: Session?) throws(StoreError) -> Set<LeasedItem> {
        let left = own?.directory
        var items: Set<LeasedItem> = []
        for name in try entries(of: layout.tmp) {
            let directory = layout.tmp + "/" + name
            if directory == left { continue }
            if let lock = try FileLock.tryAcquire(directory: directory) {
                lock.release()
                continue
            }
            guard let bytes = try contents(of: directory + "/lease") else { continue }
            for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
                if let item = LeasedItem(line: line) { items.insert(item) }
            }
        }
        return items
    }
}
