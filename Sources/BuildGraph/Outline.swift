import DockerfileSyntax

/// What a target can be told from outside, as `--call outline` shows it: arguments, secrets, agents.
public struct Outline: Sendable, Encodable {
    /// An ARG.
    public struct Argument: Sendable, Encodable {
        /// Its name.
        public var name: String
        /// What the comment above it says about it.
        public var description: String?
        /// The value it would have.
        public var value: String?
        /// Where it is declared.
        public var location: SourceLocation
    }

    /// A secret or an agent that a RUN mounts.
    public struct Mount: Sendable, Encodable {
        /// Its id.
        public var name: String
        /// Whether the step fails without it.
        public var required: Bool?
        /// Where it is mounted.
        public var location: SourceLocation
    }

    /// The target's name.
    public var name: String?
    /// What the comment above the target says about it.
    public var description: String?
    /// Arguments, in the order of their declarations.
    public var args: [Argument]
    /// Secrets.
    public var secrets: [Mount]
    /// Agents.
    public var ssh: [Mount]

    private enum CodingKeys: CodingKey { case name, description, args, secrets, ssh }

    /// Writes the fields that say something.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encodeIfPresent(name, forKey: .name)
        try fields.encodeIfPresent(description, forKey: .description)
        if !args.isEmpty { try fields.encode(args, forKey: .args) }
        if !secrets.isEmpty { try fields.encode(secrets, forKey: .secrets) }
        if !ssh.isEmpty { try fields.encode(ssh, forKey: .ssh) }
    }

    /// The outline of a Dockerfile's target. Base images are not looked at, so a value that one of their variables goes
    /// into lacks that part.
    ///
    /// - Throws: ``PlanError`` for an unknown target or what cannot be expanded.
    public init(_ dockerfile: ParsedDockerfile, options: PlanOptions) throws(PlanError) {
        var collector = OutlineCollector(dockerfile: dockerfile, options: options)
        try collector.readGlobals()
        let target: Int
        if let name = options.target, !name.isEmpty {
            guard let index = dockerfile.stages.lastIndex(where: { $0.name == name.lowercased() }) else {
                let names = dockerfile.stages.compactMap(\.name)
                throw PlanError(.unknownTarget(name, suggestion: suggestion(for: name, among: names)))
            }
            target = index
        } else {
            guard !dockerfile.stages.isEmpty else { throw PlanError(.noStages) }
            target = dockerfile.stages.count - 1
        }
        try collector.visit(target)
        let stage = dockerfile.stages[target]
        name = stage.name
        description = stage.name.flatMap { documentation(of: $0, in: stage.precedingComments) }
        args = collector.arguments.sorted { $0.location.firstLine < $1.location.firstLine }
        secrets = collector.secrets
        ssh = collector.agents
    }
}
