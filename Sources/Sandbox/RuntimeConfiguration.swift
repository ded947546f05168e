import Glibc

/// The `config.json` of an OCI runtime for one process (runtime-spec, config.md and config-linux.md).
struct RuntimeConfiguration {
    /// What runs.
    var spec: SandboxSpec
    var user: ContainerUser
    /// Where the root file system is mounted.
    var rootDirectory: String
    /// Everything beyond the system's mounts, in the order of mounting; every source is on the host.
    var mounts: [ResolvedMount]
    var devices: DeviceDirectory
    var runtime: OCIRuntime
    /// The container's own cgroup, where it gets one.
    var cgroupPath: String?
    /// Whether the runtime makes a cgroup for the container.
    var usesControlGroups: Bool
    var mountsControlGroups = true

    /// A mount whose source exists on the host.
    struct ResolvedMount: Equatable {
        var target: String
        /// Nil for an empty file system in memory.
        var source: String?
        var options: [String]
    }

    var json: JSONValue {
        var members: [(String, JSONValue)] = [
            ("ociVersion", .string("1.0.2")),
            ("process", process),
            (
                "root",
                .object([("path", .string(rootDirectory)), ("readonly", .bool(spec.readOnlyRoot))])
            ),
            ("hostname", .string(spec.hostname)),
            ("mounts", .array(allMounts)),
            ("linux", linux),
        ]
        if !spec.insecure, runtime.takesSeccompProgram {
            members.append(("annotations", .object([("run.oci.seccomp_bpf_data", .string(Self.standardProgram))])))
        }
        return .object(members)
    }

    // MARK: Process

    private var capabilities: [String] {
        spec.insecure ? Capabilities.available : Capabilities.standard.filter(Set(Capabilities.available).contains)
    }

    private var process: JSONValue {
        let capabilities = JSONValue.strings(self.capabilities)
        var sets = ["bounding", "effective", "permitted"].map { ($0, capabilities) }
        if spec.insecure { sets += ["inheritable", "ambient"].map { ($0, capabilities) } }

        // The main group first among the additional ones, as id(1) shows it everywhere.
        let groups = user.additionalGroups.contains(user.gid) ? [] : [user.gid]
        let additional = (groups + user.additionalGroups).map { JSONValue.unsigned(UInt64($0)) }
        var environment = spec.environment
        if !environment.contains(where: { $0.hasPrefix("HOME=") }) {
            environment.append("HOME=\(user.home ?? "/")")
        }
        var process: [(String, JSONValue)] = [
            ("terminal", .bool(spec.terminal)),
            (
                "user",
                .object([
                    ("uid", .unsigned(UInt64(user.uid))), ("gid", .unsigned(UInt64(user.gid))),
                    ("umask", .integer(0o022)), ("additionalGids", .array(additional)),
                ])
            ),
            ("args", .strings(spec.arguments)),
            ("env", .strings(environment)),
            ("cwd", .string(spec.workingDirectory)),
            ("capabilities", .object(sets)),
            ("noNewPrivileges", .bool(false)),
        ]
        if spec.terminal, let size = TerminalState.windowSize {
            let members = [("height", JSONValue.integer(size.rows)), ("width", .integer(size.columns))]
            process.append(("consoleSize", .object(members)))
        }
        if !spec.ulimits.isEmpty {
            let limits = spec.ulimits.map { limit in
                JSONValue.object([
                    ("type", .string("RLIMIT_" + limit.name.uppercased())), ("hard", Self.limit(limit.hard)),
                    ("soft", Self.limit(limit.soft)),
                ])
            }
            process.append(("rlimits", .array(limits)))
        }
        if let adjustment = spec.outOfMemoryAdjustment {
            process.append(("oomScoreAdj", .integer(Int64(adjustment))))
        }
        return .object(process)
    }

    private static func limit(_ value: Int64) -> JSONValue {
        .unsigned(value < 0 ? UInt64.max : UInt64(value))
    }

    // MARK: Mounts

    private var allMounts: [JSONValue] {
        var mounts = systemMounts
        for mount in self.mounts {
            let entry = Entry(
                target: mount.target, type: mount.source == nil ? "tmpfs" : "bind", source: mount.source ?? "tmpfs",
                options: mount.options)
            // A later mount at the same place stands in for the earlier one.
            if let index = mounts.firstIndex(where: { $0.target == mount.target }) {
                mounts[index] = entry
            } else {
                mounts.append(entry)
            }
        }
        return mounts.map(\.json)
    }

    private struct Entry {
        var target: String
        var type: String
        var source: String
        var options: [String]

        var json: JSONValue {
            .object([
                ("destination", .string(target)), ("type", .string(type)), ("source", .string(source)),
                ("options", .strings(options)),
            ])
        }
    }

    private var systemMounts: [Entry] {
        let confined = ["nosuid", "noexec", "nodev"]
        let writable = spec.insecure ? [] : ["ro"]
        var mounts: [Entry] = []
        if deniesDevicesByMount {
            // Nothing is mounted without a type, but the attribute is set. crun takes those of the root's own mount away.
            mounts.append(Entry(target: "/.", type: "", source: "", options: ["rnodev"]))
        }
        mounts += [
            Entry(target: "/proc", type: "proc", source: "proc", options: confined),
            Entry(
                target: "/dev", type: "bind", source: devices.path,
                options: ["bind", "nosuid", "strictatime"] + (spec.insecure ? [] : ["nodev"])),
            Entry(
                target: "/dev/pts", type: "devpts", source: "devpts",
                options: ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]
                    + (MountNamespace.isInUserNamespace ? [] : ["gid=5"])),
            Entry(
                target: "/dev/shm", type: "tmpfs", source: "shm",
                options: confined + ["mode=1777", "size=\(spec.sharedMemorySize)"]),
            Entry(target: "/dev/mqueue", type: "mqueue", source: "mqueue", options: confined),
        ]
        if MountNamespace.isInUserNamespace, spec.network == .host {
            // The kernel shows a new sysfs only to the owner of the network it describes.
            mounts.append(Entry(target: "/sys", type: "bind", source: "/sys", options: confined + ["rbind"] + writable))
        } else {
            mounts.append(Entry(target: "/sys", type: "sysfs", source: "sysfs", options: confined + writable))
            if mountsControlGroups {
                mounts.append(
                    Entry(target: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: confined + writable))
            }
        }
        for device in devices.bound {
            mounts.append(
                Entry(
                    target: "/dev/\(device)", type: "bind", source: "/dev/\(device)",
                    options: ["bind", "nosuid", "noexec"]))
        }
        return mounts
    }

    private var deniesDevicesByMount: Bool { !spec.insecure && runtime.deniesDevicesByMount }

    // MARK: Linux

    private var linux: JSONValue {
        var namespaces = ["pid", "ipc", "uts", "mount"]
        if spec.network == .none { namespaces.append("network") }
        if mountsControlGroups, Self.hasUnifiedControlGroups { namespaces.append("cgroup") }
        var members: [(String, JSONValue)] = [
            ("namespaces", .array(namespaces.map { .object([("type", .string($0))]) }))
        ]
        if let cgroupPath { members.append(("cgroupsPath", .string(cgroupPath))) }
        guard !spec.insecure else {
            if usesControlGroups {
                let everything = ["c", "b"].map { type in Self.deviceRule(allow: true, type: type) }
                members.append(("resources", .object([("devices", .array(everything))])))
            }
            return .object(members)
        }
        members.append(("maskedPaths", .strings(Self.maskedPaths)))
        members.append(("readonlyPaths", .strings(Self.readOnlyPaths)))
        if usesControlGroups {
            members.append(("resources", .object([("devices", .array([Self.deviceRule(allow: false)]))])))
        }
        members.append(("seccomp", runtime.takesSeccompProgram ? Self.deniedWithoutProgram : Self.standardProfile))
        return .object(members)
    }

    private static func deviceRule(allow: Bool, type: String? = nil) -> JSONValue {
        .object(
            [("allow", .bool(allow))] + (type.map { [("type", .string($0))] } ?? []) + [("access", .string("rwm"))])
    }

    static let hasUnifiedControlGroups = readSmallFile("/sys/fs/cgroup/cgroup.controllers") != nil

    static let maskedPaths = [
        "/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
        "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware",
        "/sys/devices/virtual/powercap",
    ]

    static let readOnlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]

    // MARK: Seccomp

    /// The standard profile, compiled once.
    private static let standardProgram: String = {
        base64(SeccompProgram(SeccompProfile(capabilities: Capabilities.standard)).bytes)
    }()

    /// With a compiled program the runtime ignores this; one that knows no compiled programs denies everything.
    private static let deniedWithoutProgram = JSONValue.object([("defaultAction", .string("SCMP_ACT_ERRNO"))])

    private static let standardProfile = SeccompProfile(capabilities: Capabilities.standard).runtimeForm()
}

/// Base64 (RFC 4648) with padding.
func base64(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    var index = 0
    while index < bytes.count {
        let group = (0..<3).map { index + $0 < bytes.count ? UInt32(bytes[index + $0]) : 0 }
        let value = group[0] << 16 | group[1] << 8 | group[2]
        for position in 0..<4 {
            let isPadding = index + position > bytes.count
            text.append(isPadding ? UInt8(ascii: "=") : alphabet[Int(value >> (18 - 6 * UInt32(position)) & 63)])
        }
        index += 3
    }
    return String(decoding: text, as: UTF8.self)
}
