import CLinux
import Glibc

/// The private mount namespace that a build works in: whatever way the process ends, its mounts end with it.
public enum MountNamespace {
    /// Moves the process into a mount namespace of its own.
    ///
    /// Must be called before the process has a second thread, since a thread keeps the namespace it was started in.
    /// Mounts of the host still appear inside; nothing mounted inside reaches the host. On hosts whose cgroups are in
    /// hybrid mode (a version 2 hierarchy under version 1's), the version 2 hierarchy disappears from the namespace:
    /// crun refuses to start in hybrid mode.
    ///
    /// - Throws: ``SandboxError/mountNamespaceNotPermitted(code:)`` without the privilege.
    public static func enterPrivate() throws(SandboxError) {
        guard unshare(CLONE_NEWNS) == 0 else { throw .mountNamespaceNotPermitted(code: errno) }
        guard mount(nil, "/", nil, UInt(MS_REC) | UInt(MS_SLAVE), nil) == 0 else {
            throw .mountFailed(what: "private propagation", at: "/", code: errno, detail: nil)
        }
        if isHybrid, umount2(unifiedHierarchy, Int32(MNT_DETACH)) != 0 {
            // In a user namespace, what the host has mounted stays mounted, but can be covered.
            guard mount("tmpfs", unifiedHierarchy, "tmpfs", UInt(MS_RDONLY), "size=4k") == 0 else {
                throw .mountFailed(what: "cover of cgroup version 2", at: unifiedHierarchy, code: errno, detail: nil)
            }
        }
    }

    /// Whether the calling process is in a user namespace that is not the host's, and so is not really root.
    public static let isInUserNamespace: Bool = {
        guard let map = readSmallFile("/proc/self/uid_map") else { return false }
        let numbers = map.split(whereSeparator: { $0 == " " || $0 == "\n" })
        return numbers != ["0", "0", "4294967295"]
    }()

    private static let unifiedHierarchy = "/sys/fs/cgroup/unified"

    /// The type numbers statfs(2) gives for cgroup version 2 and for tmpfs.
    private static let cgroup2Magic = 0x6367_7270
    private static let temporaryMagic = 0x0102_1994

    private static var isHybrid: Bool {
        fileSystemType("/sys/fs/cgroup") == temporaryMagic && fileSystemType(unifiedHierarchy) == cgroup2Magic
    }

    private static func fileSystemType(_ path: String) -> Int? {
        var status = CLinux.statfs()
        guard statfs(path, &status) == 0 else { return nil }
        return Int(status.f_type)
    }
}

/// The text of a small file such as those of /proc, or nil when it cannot be read.
func readSmallFile(_ path: String, limit: Int = 1 << 20) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    guard let bytes = readAll(descriptor, limit: limit) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
}

/// Up to `limit` bytes of an open file, or nil on an error.
func readAll(_ descriptor: Int32, limit: Int) -> [UInt8]? {
    var bytes: [UInt8] = []
    while bytes.count < limit {
        let wanted = min(limit - bytes.count, 16384)
        var count = 0
        let chunk = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
            repeat { count = read(descriptor, buffer.baseAddress, wanted) } while count < 0 && errno == EINTR
            filled = max(count, 0)
        }
        guard count >= 0 else { return nil }
        if count == 0 { break }
        bytes += chunk
    }
    return bytes
}
