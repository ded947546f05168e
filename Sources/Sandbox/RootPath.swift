import CLinux
import Glibc

/// Paths inside a root file system that nobody has entered: a symbolic link there is to be followed as if the root were `/`.
public enum RootPath {
    /// The path on the host that `path` means inside `root`, with every symbolic link on the way resolved inside `root`.
    /// Components from the first missing one on are kept as written. The result never leaves `root`.
    ///
    /// - Throws: ``SandboxError/system(call:path:code:)`` with `ELOOP` after 255 links, or when a component cannot be read.
    public static func resolve(_ path: String, in root: String) throws(SandboxError) -> String {
        let base = root.hasSuffix("/") ? String(root.dropLast()) : root
        var pending = Array(components(of: path).reversed())
        var resolved: [Substring] = []
        var links = 0
        while let component = pending.popLast() {
            if component == ".." {
                _ = resolved.popLast()
                continue
            }
            let candidate = base + "/" + (resolved + [component]).joined(separator: "/")
            guard let target = try linkTarget(candidate) else {
                resolved.append(component)
                continue
            }
            links += 1
            guard links <= 255 else { throw .system(call: "resolve", path: path, code: ELOOP) }
            if target.hasPrefix("/") { resolved = [] }
            pending += components(of: target).reversed()
        }
        return resolved.isEmpty ? (base.isEmpty ? "/" : base) : base + "/" + resolved.joined(separator: "/")
    }

    /// Opens the file that `path` means inside `root`, following symbolic links inside `root` only. Returns nil when there is
    /// none.
    static func open(_ path: String, in root: String, flags: Int32) throws(SandboxError) -> Int32? {
        let directory = Glibc.open(root, O_PATH | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw .system(call: "open", path: root, code: errno) }
        defer { close(directory) }
        var descriptor = sandbox_open_in_root(directory, path, flags)
        if descriptor == -ENOSYS {
            // Before kernel 5.6. Nothing else changes the tree while we look, so resolving first is as good.
            descriptor = Glibc.open(try resolve(path, in: root), flags | O_CLOEXEC | O_NOFOLLOW)
            if descriptor < 0 { descriptor = -errno }
        }
        switch -descriptor {
        case ENOENT, ENOTDIR: return nil
        case let code where code > 0: throw .system(call: "open", path: path, code: code)
        default: return descriptor
        }
    }

    static func components(of path: String) -> [Substring] {
        path.split(separator: "/").filter { $0 != "." }
    }

    /// What the symbolic link at `path` says, or nil for anything else and for nothing.
    private static func linkTarget(_ path: String) throws(SandboxError) -> String? {
        var length = 0
        let target = [UInt8](unsafeUninitializedCapacity: Int(PATH_MAX)) { buffer, filled in
            length = -1
            guard let start = buffer.baseAddress else { return }
            length = start.withMemoryRebound(to: CChar.self, capacity: buffer.count) {
                readlink(path, $0, buffer.count)
            }
            filled = max(length, 0)
        }
        if length >= 0 {
            guard let text = String(validating: target, as: UTF8.self) else {
                throw .system(call: "readlink", path: path, code: EILSEQ)
            }
            return text
        }
        switch errno {
        case EINVAL, ENOENT, ENOTDIR: return nil
        default: throw .system(call: "readlink", path: path, code: errno)
        }
    }
}
