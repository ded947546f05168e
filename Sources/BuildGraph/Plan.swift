import DockerfileSyntax
import OCI

/// What has to be done to build a target: stages in an order in which each comes after what it reads.
///
/// A plan is pure data. It holds no file contents and no digests of the context; those join the cache keys when the
/// plan is executed.
public struct Plan: Sendable {
    /// Stages that the target needs, dependencies first. `StageIndex` values point into this array.
    public var stages: [PlannedStage]
    /// The stage whose file system and configuration become the image.
    public var target: Int
    /// `SOURCE_DATE_EPOCH` in seconds, when it was given.
    public var epoch: Int64?
    /// Platform of the resulting image.
    public var platform: Platform
    /// The plan of an image that holds the target's steps, ready to be printed.
    public var stepCount: Int { stages.reduce(0) { $0 + $1.steps.count } }
}

/// A stage after expansion: where it starts, its file system steps, and the configuration it ends with.
public struct PlannedStage: Sendable {
    /// Name for people: the AS name, `stage-N`, or the image of a `COPY --from=IMAGE`; empty in a file of one stage.
    public var name: String
    /// Where its file system comes from.
    public var base: StageBase
    /// The instructions that change the file system, in order.
    public var steps: [Step]
    /// Configuration after the last instruction; layers (`rootfs`) are filled in when the image is assembled.
    public var config: ImageConfig
    /// Platform that the stage's processes run on.
    public var platform: Platform
    /// The FROM line, for messages; nil for an image that is only copied from.
    public var range: SourceRange?
    /// FROM as shown in progress, `[build 1/5] FROM docker.io/library/golang:1.22`.
    public var baseDisplayName: String
    /// The name given with AS.
    public var alias: String?
    /// Which FROM of the Dockerfile it is, counted from 0; nil for an image that is only copied from.
    public var number: Int?
    /// The FROM instruction's text, and its lines counted from 1; nil for an image that is only copied from.
    public var from: (instruction: String, lines: ClosedRange<Int>)?
}

/// Where a stage starts.
public enum StageBase: Hashable, Sendable {
    case scratch
    case image(ImageInput)
    /// A stage of the same plan.
    case stage(Int)
    /// A named context that is a directory, archive or repository.
    case tree(name: String)
}

/// An image that the plan reads: found by reference, or given with `--build-context`.
public struct ImageInput: Hashable, Sendable {
    /// The reference with its default tag, as the registry or the store is asked.
    public var reference: Reference
    /// The name of the named context that stands for it, when there is one.
    public var namedContext: String?
    /// The platform whose variant is wanted.
    public var platform: Platform

    /// Creates an input.
    public init(reference: Reference, namedContext: String? = nil, platform: Platform) {
        self.reference = reference
        self.namedContext = namedContext
        self.platform = platform
    }
}

/// One instruction that changes the file system; each becomes a layer.
public struct Step: Sendable {
    /// What it does.
    public var kind: Kind
    /// As shown in progress: `[build 2/5] RUN make`.
    public var displayName: String
    /// The instruction's text, for the build record.
    public var instruction: String
    /// Where the instruction is written.
    public var range: SourceRange
    /// Its lines, counted from 1.
    public var lines: ClosedRange<Int>
    /// Index of the entry in the stage's history that this step's layer belongs to.
    public var historyIndex: Int
    /// `--no-cache` or `--no-cache-filter` applies.
    public var ignoresCache: Bool

    /// What a step does.
    public enum Kind: Sendable {
        case run(RunStep)
        case copy(CopyStep)
        case workdir(WorkdirStep)
    }
}

/// Where files come from.
public enum StepSource: Hashable, Sendable {
    /// The main build context.
    case context
    /// The final file system of a stage of the plan.
    case stage(Int)
}

/// `RUN` after expansion.
public struct RunStep: Sendable {
    /// The program and its arguments.
    public var arguments: [String]
    /// `NAME=VALUE`, in order; proxies are not among them (they do not belong to the cache key).
    public var environment: [String]
    /// Proxy variables given as build arguments.
    public var proxyEnvironment: [String]
    /// Absolute directory to start in.
    public var workingDirectory: String
    /// `NAME|UID[:GROUP|GID]`; empty means root.
    public var user: String
    /// Mounts, in the order of the flags.
    public var mounts: [StepMount]
    /// `--network`.
    public var network: Run.Network
    /// `--security`.
    public var security: Run.Security
    /// The name of the machine the process sees, from the build argument `BUILDKIT_SANDBOX_HOSTNAME`; nil is the usual.
    public var hostname: String?
    /// A heredoc with `#!`: written to a read-only directory of its own and executed.
    public var script: Script?

    /// A script mounted at `/dev/pipes/NAME`.
    public struct Script: Hashable, Sendable {
        /// Its name.
        public var name: String
        /// Its content.
        public var data: String
    }
}

/// A RUN mount after expansion, with its source resolved.
public enum StepMount: Hashable, Sendable {
    /// `path` is absolute inside the source.
    case bind(source: StepSource, path: String, target: String, readOnly: Bool)
    case cache(CacheMount)
    /// `size` in bytes; 0 means the default.
    case tmpfs(target: String, size: Int64)
    case secret(SecretMount)
    case ssh(SSHMount)

    /// `--mount=type=cache`.
    public struct CacheMount: Hashable, Sendable {
        /// Which one, of those that the command line gives or the store keeps.
        public var id: String
        /// Absolute path in the container.
        public var target: String
        /// What a new cache starts as.
        public var source: StepSource?
        /// Absolute path inside the source.
        public var sourcePath: String
        /// Whether several steps may use it at once.
        public var sharing: ParsedRunMount.Sharing
        /// Whether writing is refused.
        public var readOnly: Bool
        /// Permission bits of a new directory.
        public var mode: UInt32?
        /// Owner of a new directory.
        public var uid: UInt32?
        /// Group of a new directory.
        public var gid: UInt32?
    }

    /// `--mount=type=secret`.
    public struct SecretMount: Hashable, Sendable {
        /// Which one, of those that the command line gives or the store keeps.
        public var id: String
        /// File to mount it at; nil when it is only a variable.
        public var target: String?
        /// Variable that receives the value.
        public var environmentName: String?
        /// Whether the step fails without it.
        public var required: Bool
        /// Permission bits.
        public var mode: UInt32
        /// Owner.
        public var uid: UInt32
        /// Group.
        public var gid: UInt32
    }

    /// `--mount=type=ssh`.
    public struct SSHMount: Hashable, Sendable {
        /// Which one, of those that the command line gives or the store keeps.
        public var id: String
        /// Socket path; nil means the next `/run/buildkit/ssh_agent.N`.
        public var target: String?
        /// Whether the step fails without it.
        public var required: Bool
        /// Permission bits.
        public var mode: UInt32
        /// Owner.
        public var uid: UInt32
        /// Group.
        public var gid: UInt32
    }
}

/// `COPY` or `ADD` after expansion.
public struct CopyStep: Sendable {
    /// True for ADD.
    public var isAdd: Bool
    /// What is copied, in order.
    public var sources: [Source]
    /// Absolute; a trailing `/` or `/.` is kept, since it says that the destination is a directory.
    public var destination: String
    /// `--chown`.
    public var chown: String?
    /// `--chmod`.
    public var chmod: String?
    /// `--link`.
    public var link: Bool
    /// `--parents`.
    public var parents: Bool
    /// `--exclude`, in order.
    public var excludes: [String]
    /// `--unpack`; nil means the instruction's default.
    public var unpack: Bool?
    /// `--checksum`.
    public var checksum: String?
    /// `--keep-git-dir`.
    public var keepGitDirectory: Bool?
    /// Where `path` sources are read.
    public var from: StepSource

    /// One source.
    public enum Source: Hashable, Sendable {
        case path(String)
        case http(String)
        case git(String)
        case inline(name: String, data: String)
    }
}

/// `WORKDIR` that may have to create directories.
public struct WorkdirStep: Hashable, Sendable {
    /// Absolute path, as written.
    public var path: String
    /// `NAME|UID[:GROUP|GID]`; empty means root.
    public var user: String
}
