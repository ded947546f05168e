import CLinux
import Glibc

/// Overlay file systems: the root of a step, and read-only views of images.
///
/// Options that store more than plain files in the upper directory are off (`metacopy`, `redirect_dir`, `index`), so that the
/// upper directory alone is the layer. With an upper directory the mount is `volatile` where the kernel can: nothing is
/// synced, which is right because a crash abandons the directory anyway.
public struct OverlayMount: Sendable {
    /// Where it is mounted.
    public let path: String

    /// overlayfs's own limit (`OVL_MAX_STACK`).
    public static let maximumLayers = 500

    /// Mounts `lowers` (bottom first), with `upper` and `work` on top when given, at the existing directory `path`.
    ///
    /// Without an upper directory the result is read-only: a single lower directory is bound as it is, none gives an empty
    /// directory. Without a lower directory the upper one is bound. `upper` and `work` must be on one file system which is
    /// no overlay itself.
    @discardableResult
    public static func mount(
        lowers: [String], upper: String? = nil, work: String? = nil, at path: String,
        userXAttr: Bool = MountNamespace.isInUserNamespace
    ) throws(SandboxError) -> OverlayMount {
        let lowers = topmostOccurrences(lowers)
        guard lowers.count <= maximumLayers else { throw .tooManyLayers(count: lowers.count, limit: maximumLayers) }
        guard let upper else {
            switch lowers.count {
            case 0: try mountEmpty(at: path)
            case 1: try bindReadOnly(lowers[0], at: path)
            default: try mountLayers(lowers, upper: nil, at: path, userXAttr: userXAttr)
            }
            return OverlayMount(path: path)
        }
        guard !lowers.isEmpty else {
            try check(Glibc.mount(upper, path, nil, UInt(MS_BIND), nil), "bind of \(upper)", at: path)
            return OverlayMount(path: path)
        }
        guard let work else {
            throw .mountFailed(what: "overlay", at: path, code: EINVAL, detail: "no work directory")
        }
        try mountLayers(lowers, upper: (upper, work), at: path, userXAttr: userXAttr)
        return OverlayMount(path: path)
    }

    /// The layers without those that come again further up: overlayfs refuses a directory twice, and all that the lower
    /// occurrence shows or hides, the upper one does too.
    static func topmostOccurrences(_ lowers: [String]) -> [String] {
        var seen: Set<String> = []
        return lowers.reversed().filter { seen.insert($0).inserted }.reversed()
    }

    /// Unmounts what is mounted at `path`, also when something still uses it, and what is mounted below it.
    public static func unmount(_ path: String) throws(SandboxError) {
        // A detached mount goes with its last user; nothing can be mounted or looked up through it any more.
        guard umount2(path, Int32(MNT_DETACH) | umountNoFollow) == 0 || errno == EINVAL else {
            throw .system(call: "umount", path: path, code: errno)
        }
    }

    /// Unmounts it.
    public func unmount() throws(SandboxError) {
        try Self.unmount(path)
    }

    private static let umountNoFollow: Int32 = 8

    private static func check(_ result: Int32, _ what: String, at path: String) throws(SandboxError) {
        if result != 0 { throw .mountFailed(what: what, at: path, code: errno, detail: nil) }
    }

    private static func mountEmpty(at path: String) throws(SandboxError) {
        let flags = UInt(MS_RDONLY) | UInt(MS_NODEV) | UInt(MS_NOSUID)
        try check(Glibc.mount("tmpfs", path, "tmpfs", flags, "mode=755,size=4k"), "empty directory", at: path)
    }

    /// Binds the directory or file `source` read-only at `path`; mounts below `source` do not come along.
    public static func bindReadOnly(_ source: String, at path: String) throws(SandboxError) {
        let tree = sandbox_open_tree_clone(source, 0)
        if tree >= 0 {
            defer { close(tree) }
            if sandbox_mount_set_attributes(tree, UInt64(SANDBOX_MOUNT_ATTR_RDONLY), 0) >= 0 {
                let moved = sandbox_move_mount(tree, path)
                guard moved >= 0 else {
                    throw .mountFailed(what: "bind of \(source)", at: path, code: -moved, detail: nil)
                }
                return
            }
        } else if tree != -ENOSYS {
            throw .mountFailed(what: "bind of \(source)", at: path, code: -tree, detail: nil)
        }
        // Kernels before 5.12: a bind mount becomes read-only only by remounting.
        try check(Glibc.mount(source, path, nil, UInt(MS_BIND), nil), "bind of \(source)", at: path)
        let flags = UInt(MS_BIND) | UInt(MS_REMOUNT) | UInt(MS_RDONLY)
        guard Glibc.mount(nil, path, nil, flags, nil) == 0 else {
            let code = errno
            umount2(path, Int32(MNT_DETACH))
            throw .mountFailed(what: "read-only bind of \(source)", at: path, code: code, detail: nil)
        }
    }

    private static func mountLayers(
        _ lowers: [String], upper: (directory: String, work: String)?, at path: String, userXAttr: Bool
    ) throws(SandboxError) {
        // Each layer is named to the kernel by a descriptor: no length limit, no character with a meaning, and a
        // directory that is renamed meanwhile stays the right one.
        var layers = LayerDescriptors()
        defer { layers.closeAll() }
        let top = try upper.map { (upper) throws(SandboxError) in
            (try layers.open(upper.directory), try layers.open(upper.work))
        }
        var descriptors: [Int32] = []
        for lower in lowers.reversed() { descriptors.append(try layers.open(lower)) }

        if let upper { forgetVolatileMount(work: upper.work) }
        for volatile in top == nil ? [false] : [true, false] {
            switch mountWithDescriptors(descriptors, top, at: path, userXAttr: userXAttr, volatile: volatile) {
            case .success: return
            case .failure(.unsupported) where volatile: continue
            case .failure(.unsupported):
                return try mountInOnePage(descriptors, top, at: path, userXAttr: userXAttr)
            case .failure(.failed(let code, let detail)):
                throw .mountFailed(what: "overlay of \(lowers.count) layers", at: path, code: code, detail: detail)
            }
        }
    }

    /// Removes the mark that a volatile mount leaves in the work directory. It makes the kernel refuse a second mount, for
    /// the sake of machines that crashed; an upper directory that is mounted again by us has not been through a crash.
    private static func forgetVolatileMount(work: String) {
        let mark = work + "/work/incompat/volatile"
        if unlink(mark + "/dirty") == 0 || errno != ENOENT { rmdir(mark) }
    }

    private enum MountAPIFailure: Error {
        case unsupported
        case failed(code: Int32, detail: String?)
    }

    /// The mount API: one `lowerdir+` per layer, kernel 6.7 and later.
    private static func mountWithDescriptors(
        _ lowers: [Int32], _ upper: (Int32, Int32)?, at path: String, userXAttr: Bool, volatile: Bool
    ) -> Result<Void, MountAPIFailure> {
        let context = sandbox_fsopen("overlay")
        guard context >= 0 else {
            return .failure(
                context == -ENOSYS || context == -EPERM ? .unsupported : .failed(code: -context, detail: nil))
        }
        defer { close(context) }
        func failed(_ result: Int32) -> Result<Void, MountAPIFailure> {
            .failure(.failed(code: -result, detail: messages(of: context)))
        }
        func set(_ key: String, _ value: String) -> Int32 { sandbox_fsconfig_string(context, key, value) }

        if volatile, sandbox_fsconfig_flag(context, "volatile") < 0 { return .failure(.unsupported) }
        if userXAttr {
            let result = sandbox_fsconfig_flag(context, "userxattr")
            if result < 0 { return failed(result) }
        } else {
            // These three exist since long before the mount API; in a user namespace they are off anyway.
            for key in ["metacopy", "redirect_dir", "index"] {
                let result = set(key, "off")
                if result < 0 { return failed(result) }
            }
        }
        _ = set("xino", "off")
        for lower in lowers {
            let result = set("lowerdir+", "/proc/self/fd/\(lower)")
            if result == -EINVAL, lower == lowers.first { return .failure(.unsupported) }
            if result < 0 { return failed(result) }
        }
        if let upper {
            for (key, descriptor) in [("upperdir", upper.0), ("workdir", upper.1)] {
                let result = set(key, "/proc/self/fd/\(descriptor)")
                if result < 0 { return failed(result) }
            }
        }
        let created = sandbox_fsconfig_create(context)
        if created < 0 { return failed(created) }
        let mounted = sandbox_fsmount(context, upper == nil ? UInt32(SANDBOX_MOUNT_ATTR_RDONLY) : 0)
        if mounted < 0 { return failed(mounted) }
        defer { close(mounted) }
        let moved = sandbox_move_mount(mounted, path)
        return moved < 0 ? failed(moved) : .success(())
    }

    /// mount(2), whose options must fit into one page: layers are named by bare descriptor numbers.
    static func mountInOnePage(
        _ lowers: [Int32], _ upper: (Int32, Int32)?, at path: String, userXAttr: Bool
    ) throws(SandboxError) {
        var options = userXAttr ? "userxattr" : "metacopy=off,redirect_dir=off,index=off"
        options += ",lowerdir=" + lowers.map(String.init).joined(separator: ":")
        if let upper { options += ",upperdir=\(upper.0),workdir=\(upper.1)" }
        for extra in upper == nil ? ["", ",ro"] : [",volatile", ""] {
            let result = sandbox_mount_overlay_by_descriptors(options + (extra == ",ro" ? "" : extra), path)
            if result == 0 { return }
            guard result == -EINVAL, extra == ",volatile" else {
                throw .mountFailed(what: "overlay of \(lowers.count) layers", at: path, code: -result, detail: nil)
            }
        }
    }

    /// What the kernel logged on a mount context: its only way to say more than an error number.
    private static func messages(of context: Int32) -> String? {
        var lines: [String] = []
        var buffer = [UInt8](repeating: 0, count: 512)
        while lines.count < 16 {
            let count = read(context, &buffer, buffer.count)
            guard count > 0 else { break }
            // "e overlay: text\n", where the first letter is the severity.
            let line = String(decoding: buffer[0..<count], as: UTF8.self)
            lines.append(String(line.dropFirst(2).prefix { $0 != "\n" }))
        }
        return lines.isEmpty ? nil : lines.joined(separator: "; ")
    }
}

/// Descriptors that are open as long as a mount is being put together.
private struct LayerDescriptors {
    private var descriptors: [Int32] = []

    mutating func open(_ path: String) throws(SandboxError) -> Int32 {
        let descriptor = Glibc.open(path, O_PATH | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(call: "open", path: path, code: errno) }
        descriptors.append(descriptor)
        return descriptor
    }

    mutating func closeAll() {
        for descriptor in descriptors { close(descriptor) }
        descriptors = []
    }
}
