import BuildContext
import Builder
import DockerfileSyntax
import Sandbox

/// What is asked for.
public struct SlimOptions: Sendable {
    /// The project's directory.
    public var context: String
    /// The Dockerfile's path as it is shown, and its bytes.
    public var dockerfile: DockerfileSource
    /// The path of the Dockerfile's own file, beside which an ignore file may lie.
    public var file: String?
    /// How images are tested.
    public var smoke = SmokeOptions()
    /// Whether anything is built.
    public var builds = true
    /// `--build-arg`.
    public var buildArguments: [String: String] = [:]
    /// The network of RUN steps.
    public var network: Run.Network = .default
    /// Whether base images are pinned to the digests that their registries know them by.
    public var pins = true
    /// Targets that the result is to have besides.
    public var targets: [ExtraTarget] = []
    /// Whether reasons are written into the Dockerfile.
    public var comments = false

    /// Slims the Dockerfile of a project.
    public init(context: String, dockerfile: DockerfileSource) {
        self.context = context
        self.dockerfile = dockerfile
    }
}

/// Makes a Dockerfile lean and proves it.
public struct SlimSession: Sendable {
    let options: SlimOptions
    let bench: Workbench?
    let say: @Sendable (String) -> Void

    /// - Parameters:
    ///   - options: What is asked for.
    ///   - bench: Builds and runs images; nil when nothing is to be built.
    ///   - say: Gets a line for people at each stage of the work.
    public init(_ options: SlimOptions, bench: Workbench?, say: @escaping @Sendable (String) -> Void) {
        self.options = options
        self.bench = bench
        self.say = say
    }

    /// Does it.
    ///
    /// - Throws: ``BuildError`` for a Dockerfile that cannot be read; ``SlimmingError``.
    public func run() async throws -> SlimReport {
        let (dockerfile, parsed) = try parse(options.dockerfile.bytes)
        let project = ProjectTree(root: options.context)
        guard
            let view =
                StageView(
                    dockerfile, parsed, usedTargets: TargetUses.names(project),
                    buildArguments: options.buildArguments)
        else {
            throw SlimmingError.originalFails(reason: "it has no stage")
        }
        var report = SlimReport()
        report.dockerfile = String(decoding: options.dockerfile.bytes, as: UTF8.self)
        report.notes = SecretNotes.find(in: options.dockerfile.bytes, path: options.dockerfile.path)
        let ignore = try IgnoreFile.find(contextDirectory: options.context, dockerfile: options.file)
        let existing = project.text(".dockerignore")
        let leave = Classification.reasonToLeaveAlone(view, project, name: options.dockerfile.path)
        guard let bench, options.builds else {
            return try await unproved(view, project, leave, report)
        }
        let proof = Proof(
            options: options, bench: bench, view: view, project: project, ignore: ignore?.patterns ?? [],
            existing: existing, say: say)
        return try await proof.run(leave: leave, report)
    }

    private func parse(_ bytes: [UInt8]) throws -> (Dockerfile, ParsedDockerfile) {
        do {
            let dockerfile = try Dockerfile.parse(bytes, path: options.dockerfile.path)
            return (dockerfile, try dockerfile.resolve())
        } catch {
            throw BuildError.dockerfile(error.diagnostic)
        }
    }

    /// Without a build there is no evidence: only what is right in any case.
    private func unproved(_ view: StageView, _ project: ProjectTree, _ leave: String?, _ report: SlimReport)
        async throws -> SlimReport
    {
        var report = report
        var (text, steps) = Hygiene(extent: .unproved)
            .apply(to: options.dockerfile.bytes, path: options.dockerfile.path)
        if let bench, options.pins {
            let pinned = await BasePins(bench: bench, original: view.parsed, comments: options.comments)
                .pin(text, path: options.dockerfile.path)
            text = pinned.text
            steps += pinned.steps
        }
        text = LineEndings.restore(text, like: options.dockerfile.bytes)
        report.dockerfile = String(decoding: text, as: UTF8.self)
        report.steps = steps.sorted { $0.line < $1.line }
        report.dockerignore = IgnoreFileDraft.text(view, project, existing: project.text(".dockerignore"))
        report.reason = leave.map { "left in its stages: \($0)" } ?? "nothing was built, so nothing is proved"
        return report
    }
}
