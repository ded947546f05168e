import BuildGraph
import DockerfileSyntax
import OCI
import Sandbox

/// Everything a build is asked to do, after the command line has been read.
public struct BuildOptions: Sendable {
    /// What is built.
    public var dockerfile: DockerfileSource
    /// The main context's directory; nil when there is none (a Dockerfile on standard input).
    public var context: ContextDirectory?
    /// `--target`; nil builds the last stage.
    public var target: String?
    /// Empty means the machine's platform, and the image's own fields are kept.
    public var platforms: [Platform] = []
    /// `--build-arg`.
    public var buildArguments: [String: String] = [:]
    /// `--label`.
    public var labels: [String: String] = [:]
    /// `--annotation`.
    public var annotations: [Annotation] = []
    /// `--no-cache`.
    public var ignoresCache = false
    /// `--no-cache-filter`.
    public var uncachedStages: Set<String> = []
    /// `--pull`: ask the registry even for images that are in the store.
    public var pullsAlways = false
    /// `--build-context`, by name.
    public var namedContexts: [String: NamedContextInput] = [:]
    /// `--secret`, by id.
    public var secrets: [String: SecretSource] = [:]
    /// `--ssh`, by id.
    public var agents: [String: AgentSource] = [:]
    /// What holds for all RUN steps.
    public var run = RunDefaults()
    /// `-t`, normalised.
    public var tags: [Reference] = []
    /// `--output`; empty means the local store.
    public var exports: [ExportTarget] = []
    /// `--attest`, `--sbom`, `--provenance`.
    public var attestations = AttestationOptions()
    /// Where the context came from; nil for one that lay on this machine.
    public var contextOrigin: ContextOrigin?

    /// Creates options for a Dockerfile and a context.
    public init(dockerfile: DockerfileSource, context: ContextDirectory?) {
        self.dockerfile = dockerfile
        self.context = context
    }
}

extension BuildOptions {
    /// Registries that outputs with `registry.insecure=true` push to.
    public var insecureHosts: Set<String> {
        var hosts: Set<String> = []
        for export in exports where export.allowsInsecureRegistry {
            let names = export.names.isEmpty ? tags : export.names.compactMap { try? Reference(parsing: $0) }
            hosts.formUnion(names.map(\.domain))
        }
        return hosts
    }
}

/// A context that was fetched.
public struct ContextOrigin: Sendable {
    /// Its URL.
    public var uri: String
    /// What it was, hexadecimal by algorithm; nil when that is not known.
    public var digest: [String: String]?

    /// An origin.
    public init(uri: String, digest: [String: String]?) {
        self.uri = uri
        self.digest = digest
    }
}

/// A Dockerfile's bytes and the name to use in messages.
public struct DockerfileSource: Sendable {
    /// Its path.
    public var path: String
    /// Its content.
    public var bytes: [UInt8]

    /// Creates a source.
    public init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }
}

/// A directory that COPY, ADD and bind mounts read, with the patterns of what they do not see.
public struct ContextDirectory: Sendable {
    /// Its path.
    public var path: String
    /// Patterns of the ignore file.
    public var ignorePatterns: [String]
    /// Whether files keep their owners, as those of an archive do; those of a directory are root's in the image.
    public var keepsOwners: Bool

    /// Creates a context.
    public init(path: String, ignorePatterns: [String], keepsOwners: Bool = false) {
        self.path = path
        self.ignorePatterns = ignorePatterns
        self.keepsOwners = keepsOwners
    }
}

/// What a `--build-context` name stands for.
public enum NamedContextInput: Sendable {
    case directory(ContextDirectory)
    /// `docker-image://REF`.
    case image(Reference)
    /// `oci-layout://DIR[:TAG][@DIGEST]`.
    case layout(directory: String, reference: String?)
}

/// Where a secret's value is.
public enum SecretSource: Sendable {
    case file(String)
    case environment(String)
}

/// Where `--ssh` finds keys.
public struct AgentSource: Sendable {
    /// An agent's socket, or key files; empty means `$SSH_AUTH_SOCK`.
    public var paths: [String]

    /// Creates a source.
    public init(paths: [String]) { self.paths = paths }
}

/// `--annotation`, with the level it belongs to.
public struct Annotation: Hashable, Sendable {
    /// Which document carries it.
    public enum Level: String, Hashable, Sendable { case manifest, index, manifestDescriptor, indexDescriptor }

    /// Which document carries it.
    public var level: Level
    /// Its key.
    public var key: String
    /// Its value.
    public var value: String

    /// Creates an annotation.
    public init(level: Level, key: String, value: String) {
        self.level = level
        self.key = key
        self.value = value
    }
}

/// What the command line sets for all RUN steps.
public struct RunDefaults: Sendable {
    /// `--network`.
    public var network: Run.Network = .default
    /// `HOST:IP`.
    public var extraHosts: [String] = []
    /// Bytes; 0 means the runtime's default of 64 MiB.
    public var sharedMemorySize: Int64 = 0
    /// `--ulimit`.
    public var ulimits: [Ulimit] = []
    /// `--allow security.insecure` was given.
    public var allowsInsecure = false
    /// `--allow network.host` was given.
    public var allowsHostNetwork = false

    /// Creates Docker's defaults.
    public init() {}
}
