import BuildContext
import CLinux
import Glibc

/// The entries of one directory, sorted by the bytes of their names.
///
/// All names lie one after the other in one allocation and are handed out as C strings, so that nothing is allocated
/// per entry. They are valid as long as the listing is.
final class DirectoryListing {
    struct Entry {
        fileprivate let offset: Int
        let length: Int
        /// `DT_…` of the directory record; `DT_UNKNOWN` where the file system does not say.
        let type: UInt8
    }

    private var storage: UnsafeMutableRawPointer
    private var capacity: Int
    private var used = 0
    private(set) var entries: [Entry] = []

    /// Reads an open directory from its start.
    init(reading descriptor: Int32, path: @autoclosure () -> PathBytes) throws(PathFailure) {
        capacity = 4 << 10
        storage = .allocate(byteCount: capacity, alignment: 1)
        let size = 32 << 10
        let code: Int32 = withUnsafeTemporaryAllocation(byteCount: size, alignment: 8) { buffer in
            while true {
                let count = context_read_directory(descriptor, buffer.baseAddress, size)
                if count <= 0 { return Int32(-count) }
                guard let start = buffer.baseAddress else { return EINVAL }
                var offset = 0
                while offset < count {
                    var name: UnsafePointer<CChar>?
                    var length = 0
                    var type: UInt8 = 0
                    offset += context_directory_record(start + offset, &name, &length, &type)
                    if let name, !Self.isSelfOrParent(name) { append(name, length, type) }
                }
            }
        }
        guard code == 0 else { throw PathFailure("read", path(), code: code) }
        let base = storage
        entries.sort { left, right in
            let order = memcmp(base + left.offset, base + right.offset, min(left.length, right.length))
            return order == 0 ? left.length < right.length : order < 0
        }
    }

    deinit { storage.deallocate() }

    /// The name of an entry as a C string.
    func name(_ entry: Entry) -> UnsafePointer<CChar> {
        UnsafePointer((storage + entry.offset).assumingMemoryBound(to: CChar.self))
    }

    /// The name of an entry, copied.
    func bytes(_ entry: Entry) -> PathBytes {
        PathBytes(UnsafeRawBufferPointer(start: storage + entry.offset, count: entry.length))
    }

    private static func isSelfOrParent(_ name: UnsafePointer<CChar>) -> Bool {
        name[0] == 0x2E && (name[1] == 0 || name[1] == 0x2E && name[2] == 0)
    }

    private func append(_ name: UnsafePointer<CChar>, _ length: Int, _ type: UInt8) {
        if used + length + 1 > capacity {
            capacity = max(capacity * 2, used + length + 1)
            let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 1)
            larger.copyMemory(from: storage, byteCount: used)
            storage.deallocate()
            storage = larger
        }
        (storage + used).copyMemory(from: name, byteCount: length + 1)
        entries.append(Entry(offset: used, length: length, type: type))
        used += length + 1
    }
}
