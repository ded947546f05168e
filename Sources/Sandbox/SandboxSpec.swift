/// One process in a container: what runs, on which files, as whom, and how confined.
public struct SandboxSpec: Sendable {
    /// The program and its arguments; the program is looked up in the container's `PATH`.
    public var arguments: [String]
    /// `NAME=VALUE` entries. `HOME` is added from the user's account when it is missing.
    public var environment: [String] = []
    /// Absolute directory in the container; made, owned by the user, when it is missing.
    public var workingDirectory = "/"
    /// Who the process runs as.
    public var user = User.named("")
    /// The root file system.
    public var root: Root
    /// Whether the root file system is read-only for the process.
    public var readOnlyRoot = false
    /// What is mounted over the root file system, beside the system's own mounts.
    public var mounts: [SandboxMount] = []
    /// The host name inside. A constant by default, since what a build sees must not depend on the machine.
    public var hostname = Self.defaultHostname
    /// Which network the process sees.
    public var network = Network.host
    /// All capabilities, no seccomp filter, writable `/sys`: `RUN --security=insecure`.
    public var insecure = false
    /// Resource limits; all others are inherited.
    public var ulimits: [Ulimit] = []
    /// Size of `/dev/shm` in bytes.
    public var sharedMemorySize: Int64 = 64 << 20
    /// The cgroup below which the container gets its own; without one it stays in the caller's.
    public var cgroupParent: String?
    /// Lines for `/etc/hosts`, after those for localhost.
    public var hosts: [HostEntry] = []
    /// Replaces what the host's `/etc/resolv.conf` says.
    public var resolver = ResolverOverride()
    /// A pseudo terminal as standard input, output and error.
    public var terminal = false
    /// Adjustment of the kernel's choice when memory runs out, -1000…1000.
    public var outOfMemoryAdjustment: Int?

    /// The host name BuildKit gives a build container, which recorded builds may have put into files.
    public static let defaultHostname = "buildkitsandbox"

    /// Runs `arguments` in `root` as root; everything else has its default.
    public init(arguments: [String], root: Root) {
        self.arguments = arguments
        self.root = root
    }

    /// Where the root file system comes from.
    public enum Root: Sendable, Equatable {
        /// A directory that is already mounted, or a plain one.
        case mounted(String)
        /// An overlay that is mounted for the run only. Layers are given bottom first. Afterwards `upper` has exactly what
        /// the process changed: mount points that had to be made are gone again, with the copies of their parents.
        case overlay(lowers: [String], upper: String, work: String)
    }

    /// Who the process runs as.
    public enum User: Sendable, Equatable {
        /// Numbers, used as they are.
        case ids(ContainerUser)
        /// `NAME|UID[:GROUP|GID]`, looked up in the root file system's account files; empty means root.
        case named(String)
    }

    /// The network of a container.
    public enum Network: Sendable, Equatable {
        /// The network of the host.
        case host
        /// A network with nothing but a loopback interface.
        case none
    }
}

/// Numbers that a process runs with.
public struct ContainerUser: Sendable, Equatable {
    /// Number of the user.
    public var uid: UInt32
    /// Number of the main group.
    public var gid: UInt32
    /// Numbers of further groups.
    public var additionalGroups: [UInt32]
    /// Home directory, where the account file has one.
    public var home: String?

    /// Root, unless told otherwise.
    public init(uid: UInt32 = 0, gid: UInt32 = 0, additionalGroups: [UInt32] = [], home: String? = nil) {
        self.uid = uid
        self.gid = gid
        self.additionalGroups = additionalGroups
        self.home = home
    }
}

/// Something mounted into a container.
public struct SandboxMount: Sendable, Equatable {
    /// Absolute path in the container; made when missing and removed again when it is still empty afterwards.
    public var target: String
    /// What is mounted.
    public var source: Source
    /// Whether the process may only read.
    public var readOnly: Bool

    /// A mount of `source` at `target`.
    public init(_ source: Source, at target: String, readOnly: Bool = false) {
        self.target = target
        self.source = source
        self.readOnly = readOnly
    }

    /// What is mounted.
    public enum Source: Sendable, Equatable {
        /// A file or directory of the host, with what is mounted below it.
        case bind(String)
        /// An empty file system in memory; size in bytes, permission bits of its root.
        case temporary(size: Int64? = nil, mode: UInt32? = nil)
        /// A file with these bytes, kept in memory only: secrets.
        case content([UInt8], mode: UInt32, uid: UInt32, gid: UInt32)
    }
}

/// A resource limit.
public struct Ulimit: Sendable, Equatable {
    /// Name as in `docker build --ulimit`: `nofile`, `nproc`, …
    public var name: String
    /// What applies; -1 means unlimited.
    public var soft: Int64
    /// What the process may raise it to; -1 means unlimited.
    public var hard: Int64

    /// A limit; its name is checked when the process starts.
    public init(name: String, soft: Int64, hard: Int64) {
        self.name = name
        self.soft = soft
        self.hard = hard
    }

    /// Names that setrlimit(2) has on Linux.
    public static let names: Set<String> = [
        "as", "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss",
        "rtprio",
        "rttime", "sigpending", "stack",
    ]
}
