import CLinux
import Glibc

/// What has to exist before the runtime starts: files to mount, targets to mount on, the user's numbers.
struct RunPreparation {
    private(set) var spec: SandboxSpec
    private(set) var user: ContainerUser
    private(set) var mounts: [RuntimeConfiguration.ResolvedMount] = []
    /// Mount targets in the root file system; those below another mount are not among them.
    private(set) var stubTargets: [(path: String, kind: MountStubs.Kind)] = []
    private let root: String

    /// - Parameters:
    ///   - root: Where the root file system is mounted.
    ///   - bundle: Directory for the files that get mounted.
    init(spec: SandboxSpec, root: String, bundle: String) throws(SandboxError) {
        self.spec = spec
        self.root = root
        for limit in spec.ulimits where !Ulimit.names.contains(limit.name) {
            throw .system(call: "setrlimit", path: limit.name, code: EINVAL)
        }
        switch spec.user {
        case .named(let text): user = try UserLookup.resolve(text, in: root)
        case .ids(var ids):
            if ids.home == nil { ids.home = UserLookup.home(of: ids.uid, in: root) }
            user = ids
        }
        if !spec.workingDirectory.hasPrefix("/") { self.spec.workingDirectory = "/" + spec.workingDirectory }

        let host = ResolverFiles.hostResolvConf(for: spec.network)
        let resolver = ResolverFiles.resolvConf(host: host, network: spec.network, override: spec.resolver)
        try addFile(Array(resolver.utf8), named: "resolv.conf", at: "/etc/resolv.conf", bundle: bundle)
        let hosts = ResolverFiles.hosts(hostname: spec.hostname, entries: spec.hosts)
        try addFile(Array(hosts.utf8), named: "hosts", at: "/etc/hosts", bundle: bundle)

        // A mount must come before those below it.
        let sorted = spec.mounts.enumerated().sorted { left, right in
            let (a, b) = (Self.depth(left.element.target), Self.depth(right.element.target))
            return a == b ? left.offset < right.offset : a < b
        }
        for (index, mount) in sorted { try add(mount, number: index, bundle: bundle) }
    }

    private static func depth(_ path: String) -> Int { RootPath.components(of: path).count }

    private mutating func addFile(
        _ bytes: [UInt8], named name: String, at target: String, bundle: String
    ) throws(SandboxError) {
        try Scratch.write(bytes, to: bundle + "/" + name, mode: 0o644)
        mounts.append(
            .init(
                target: target, source: bundle + "/" + name,
                options: ["rbind", "ro", "nosuid", "noexec", "nodev"]))
        stubTargets.append((target, .file))
    }

    private mutating func add(_ mount: SandboxMount, number: Int, bundle: String) throws(SandboxError) {
        let target = "/" + RootPath.components(of: mount.target).joined(separator: "/")
        guard target != "/", !target.contains("/../") else {
            throw .invalidMount(target: mount.target, reason: "not a path below the root")
        }
        let access = mount.readOnly ? ["ro"] : ["rw"]
        let noDevices = spec.insecure ? [] : ["nodev"]
        let kind: MountStubs.Kind
        switch mount.source {
        case .bind(let source):
            var status = stat()
            guard stat(source, &status) == 0 else { throw .system(call: "stat", path: source, code: errno) }
            kind = status.st_mode & S_IFMT == S_IFDIR ? .directory : .file
            mounts.append(.init(target: target, source: source, options: ["rbind"] + access + noDevices))
        case .temporary(let size, let mode):
            kind = .directory
            let options =
                (size.map { ["size=\($0)"] } ?? []) + ["mode=" + String(mode ?? modeOfPlace(target), radix: 8)]
            mounts.append(.init(target: target, source: nil, options: ["nosuid", "nodev"] + access + options))
        case .content(let bytes, let mode, let uid, let gid):
            kind = .file
            let file = "\(bundle)/content-\(number)"
            try Scratch.write(bytes, to: file, mode: mode & 0o7777)
            guard chown(file, uid, gid) == 0, chmod(file, mode_t(mode & 0o7777)) == 0 else {
                throw .system(call: "chown", path: file, code: errno)
            }
            let execution = mode & 0o111 == 0 ? ["noexec"] : []
            mounts.append(
                .init(target: target, source: file, options: ["rbind", "nosuid", "nodev"] + access + execution))
        }
        if !isCovered(target) { stubTargets.append((target, kind)) }
    }

    /// A temporary file system looks as the directory that it covers; in a new place anyone may write.
    private func modeOfPlace(_ target: String) -> UInt32 {
        guard !isCovered(target), let path = try? RootPath.resolve(target, in: root), let status = FileStatus(path),
            status.isDirectory
        else { return 0o1777 }
        return status.permissions
    }

    /// Whether `path` lies below another mount, so that the root file system does not show there.
    private func isCovered(_ path: String) -> Bool {
        let covering = ["/proc", "/dev", "/sys"] + mounts.map(\.target).filter { $0 != path }
        return covering.contains { path == $0 || path.hasPrefix($0 + "/") }
    }

    /// Makes the directories that every container has something mounted on. They stay, as with other builders; runtimes
    /// would make them too, but crun with the sticky bit.
    func makeSystemDirectories() throws(SandboxError) {
        for name in ["dev", "proc", "sys"] {
            let path = "\(root)/\(name)"
            guard FileStatus(path) == nil else { continue }
            guard mkdir(path, 0o755) == 0, chmod(path, 0o755) == 0 else {
                throw .system(call: "mkdir", path: "/" + name, code: errno)
            }
        }
    }

    /// Makes the working directory as the user's when the root file system lacks it.
    func makeWorkingDirectory() throws(SandboxError) {
        let path = spec.workingDirectory
        guard !isCovered("/" + RootPath.components(of: path).joined(separator: "/")) else { return }
        let resolved = try RootPath.resolve(path, in: root)
        var missing: [String] = []
        var directory = resolved
        while FileStatus(directory) == nil, directory.utf8.count > root.utf8.count,
            let slash = directory.lastIndex(of: "/")
        {
            missing.append(directory)
            directory = String(directory[..<slash])
        }
        guard FileStatus(directory)?.isDirectory == true else {
            throw .invalidWorkingDirectory(path: path, reason: "not a directory")
        }
        for directory in missing.reversed() {
            guard mkdir(directory, 0o755) == 0, chmod(directory, 0o755) == 0,
                chown(directory, user.uid, user.gid) == 0
            else { throw .invalidWorkingDirectory(path: path, reason: errorText(errno)) }
        }
    }
}
