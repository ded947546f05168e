import OCI

/// What the caller asks for, as far as it changes the plan.
public struct PlanOptions: Sendable {
    /// `--target`; nil builds the last stage.
    public var target: String?
    /// `--build-arg`.
    public var buildArguments: [String: String] = [:]
    /// `--label`, applied over the Dockerfile's labels.
    public var labels: [String: String] = [:]
    /// `--platform`; nil builds for the machine.
    public var platform: Platform?
    /// The machine's platform, `BUILDPLATFORM`.
    public var buildPlatform: Platform
    /// `--no-cache`.
    public var ignoresCache = false
    /// `--no-cache-filter`: names of stages to build afresh.
    public var uncachedStages: Set<String> = []
    /// `--build-context` names (without `:latest`) and what they stand for.
    public var namedContexts: [String: NamedContextKind] = [:]
    /// Several platforms are built: display names carry the platform.
    public var showsPlatform = false

    /// What a named context is, as far as the plan cares.
    public enum NamedContextKind: Hashable, Sendable {
        /// An image, with a configuration: `docker-image://` or `oci-layout://`.
        case image
        /// Files only: a directory, archive or repository.
        case tree
    }

    /// Creates options that build the last stage for the machine.
    public init(buildPlatform: Platform) {
        self.buildPlatform = buildPlatform
    }

    /// The platform that is built for.
    public var targetPlatform: Platform { platform ?? buildPlatform }
}
