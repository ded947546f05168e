import ArgumentParser
import Builder
import DockerfileSyntax
import Glibc
import OCI
import Registry
import Rendering
import Running
import Sandbox
import Slimming
import Store

/// `whittle slim`.
struct SlimCommand: AsyncParsableCommand, NeedsMountNamespace {
    static let configuration = CommandConfiguration(
        commandName: "slim",
        abstract: "Make a Dockerfile lean, and prove it.",
        discussion: """
            Rewrites a Dockerfile so that the image has only what runs, builds it before and after, tests both, and keeps the \
            result only if it passes. Nothing is written without -o or --write.
            """)

    /// How the result is printed.
    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, markdown, html }

    @OptionGroup var global: GlobalOptions
    @OptionGroup var proof: SmokeArguments
    @OptionGroup var database: DatabaseOptions

    @Option(name: .shortAndLong, help: ArgumentHelp("Dockerfile (default: CONTEXT/Dockerfile).", valueName: "path"))
    var file: String?

    @Option(
        name: [.customShort("o"), .long], help: ArgumentHelp("Write the lean Dockerfile there.", valueName: "file"))
    var output: String?

    @ArgumentParser.Flag(name: .long, help: "Write the lean Dockerfile and its .dockerignore over the old ones.")
    var write = false

    @ArgumentParser.Flag(name: .long, help: "Build nothing: only changes that need no proof.")
    var noBuild = false

    @ArgumentParser.Flag(name: .long, help: "Write the reason of each change into the Dockerfile.")
    var comments = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Add a target: dev, the build stage with the image's command, or debug, the image with a shell and tools.",
            valueName: "name"))
    var withTarget: [ExtraTarget] = []

    @ArgumentParser.Flag(
        inversion: .prefixedNo,
        help: "Pin base images to their digests (default: yes, without --no-build, which asks no registry).")
    var pin: Bool?

    @Option(name: .long, help: "text, json, markdown or html.")
    var format: Format = .text

    @ArgumentParser.Argument(help: "The project's directory.")
    var context: String = "."

    func validate() throws {
        if noBuild, !withTarget.isEmpty { throw ValidationError("--with-target has to be proved: not with --no-build") }
    }

    func run() async throws {
        let session = try ImageSession(global, quiet: true)
        let report = try await session.run { session in
            try await Interruption.cancelling { try await slim(session) }
        }
        try SlimOutput(
            report: report, format: format, output: output, write: write, context: context, file: dockerfilePath
        ).deliver()
        let isComplete = report.targets?.allSatisfy(\.accepted) ?? true
        if !report.accepted || !isComplete, !noBuild { throw ExitCode(ExitStatusCode.negative) }
    }

    private var dockerfilePath: String { file ?? (context.hasSuffix("/") ? context : context + "/") + "Dockerfile" }

    private func slim(_ session: ImageSession) async throws -> SlimReport {
        let bytes = try FileBytes.read(dockerfilePath, what: "Dockerfile")
        var options = SlimOptions(context: context, dockerfile: DockerfileSource(path: dockerfilePath, bytes: bytes))
        options.file = dockerfilePath
        options.builds = !noBuild
        options.pins = pin ?? !noBuild
        options.targets = ExtraTarget.allCases.filter(withTarget.contains)
        options.comments = comments
        options.smoke = try proof.options
        options.buildArguments = BuildOptionParsing.assignments(proof.buildArg)
        let speaks = format == .text || isatty(STDERR_FILENO) == 1
        do {
            return try await SlimWorkplace(session: session, global: global, database: database).use { bench in
                try await SlimSession(options, bench: bench) { line in
                    if speaks { StandardError.write(line) }
                }.run()
            }
        } catch {
            throw Self.failure(error, SourceText(bytes, path: dockerfilePath), global)
        }
    }

    static func failure(_ error: any Error, _ source: SourceText, _ global: GlobalOptions) -> CommandFailure {
        if case SlimmingError.originalFails = error {
            return CommandFailure(status: ExitStatusCode.negative, "error: \(error)")
        }
        if error is SlimmingError { return CommandFailure(status: ExitStatusCode.usage, "error: \(error)") }
        return CommandFailure(error, source: source, usesColor: global.usesColor)
    }
}

extension ExtraTarget: ExpressibleByArgument {}

/// How images are tested: options of `slim` and `init`.
struct SmokeArguments: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Shell command on this machine that succeeds when the running image is right.", valueName: "cmd"))
    var smoke: String?

    @Option(
        name: .long,
        help: ArgumentHelp("Shell command to run in the image instead of its own command.", valueName: "cmd"))
    var smokeIn: String?

    @Option(name: .long, help: ArgumentHelp("Seconds in which the test must pass (default: 60).", valueName: "n"))
    var smokeTimeout: Int = 60

    @Option(name: .shortAndLong, help: ArgumentHelp("Variable of the tested container.", valueName: "name=value"))
    var env: [String] = []

    @Option(name: .long, help: ArgumentHelp("Value of an ARG.", valueName: "name=value"))
    var buildArg: [String] = []

    /// The options of the tests.
    var options: SmokeOptions {
        get throws {
            guard smoke == nil || smokeIn == nil else { throw OptionError("--smoke and --smoke-in exclude each other") }
            guard smokeTimeout > 0, smokeTimeout <= 86_400 else {
                throw OptionError("--smoke-timeout \(smokeTimeout): expected seconds from 1 to 86400")
            }
            var options = SmokeOptions()
            options.command = smoke
            options.inside = smokeIn
            options.timeout = smokeTimeout
            options.environment = env
            return options
        }
    }
}
