import CLinux
import Glibc

/// The `/dev` of a container, put together here rather than by the runtime: runtimes differ in what they put there.
///
/// Without a cgroup nothing keeps a process from opening a device that it has made itself, for `CAP_MKNOD` is among Docker's
/// capabilities. So a confined process has no file system with devices: its `/dev` holds none either, the usual ones are
/// mounted over empty files, one by one, from the host's.
struct DeviceDirectory {
    /// Where it is on the host.
    let path: String
    /// Devices that are to be mounted over files in it.
    let bound: [String]

    private static let standard = ["full", "null", "random", "tty", "urandom", "zero"]
    private static let links = [
        ("fd", "/proc/self/fd"), ("ptmx", "pts/ptmx"), ("stderr", "/proc/self/fd/2"), ("stdin", "/proc/self/fd/0"),
        ("stdout", "/proc/self/fd/1"),
    ]

    /// What an unconfined process gets beside the standard devices, where the host has it.
    private static var additional: [String] {
        ["cuse", "fuse", "kmsg", "kvm", "loop-control", "net/tun"] + (0..<16).map { "loop\($0)" }
    }

    /// Mounts and fills it at `path`, which must not exist.
    ///
    /// - Parameters:
    ///   - withDevices: For an unconfined process: the host's devices as real device files.
    ///   - withConsole: With a file that the runtime mounts the process's terminal on.
    init(at path: String, withDevices: Bool, withConsole: Bool) throws(SandboxError) {
        self.path = path
        guard mkdir(path, 0o755) == 0 else { throw .system(call: "mkdir", path: path, code: errno) }
        let makesDevices = withDevices && !MountNamespace.isInUserNamespace
        let flags = UInt(MS_NOSUID) | UInt(MS_STRICTATIME) | (makesDevices ? 0 : UInt(MS_NODEV))
        guard mount("tmpfs", path, "tmpfs", flags, "mode=755,size=65536k") == 0 else {
            throw .mountFailed(what: "/dev", at: path, code: errno, detail: nil)
        }
        bound = makesDevices ? [] : Self.standard
        do throws(SandboxError) {
            for name in ["mqueue", "pts", "shm"] { try Self.check(mkdir("\(path)/\(name)", 0o755), "mkdir", name) }
            for (name, target) in Self.links { try Self.check(symlink(target, "\(path)/\(name)"), "symlink", name) }
            for name in bound { try Scratch.write([], to: "\(path)/\(name)", mode: 0o666) }
            if withConsole { try Scratch.write([], to: "\(path)/console", mode: 0o620) }
            if makesDevices { try makeDevices() }
        } catch {
            unmount()
            throw error
        }
    }

    private func makeDevices() throws(SandboxError) {
        mkdir("\(path)/net", 0o755)
        for name in Self.standard + Self.additional {
            var status = stat()
            guard stat("/dev/\(name)", &status) == 0 else { continue }
            let mode = Self.standard.contains(name) ? mode_t(0o666) : status.st_mode & 0o777
            let file = "\(path)/\(name)"
            try Self.check(mknod(file, status.st_mode & S_IFMT | mode, status.st_rdev), "mknod", name)
            try Self.check(chmod(file, mode), "chmod", name)
        }
    }

    private static func check(_ result: Int32, _ call: String, _ name: String) throws(SandboxError) {
        if result != 0 { throw .system(call: call, path: "/dev/\(name)", code: errno) }
    }

    /// One that is there already.
    init(path: String, bound: [String]) {
        self.path = path
        self.bound = bound
    }

    /// Takes it away.
    func unmount() {
        umount2(path, Int32(MNT_DETACH))
        rmdir(path)
    }
}
