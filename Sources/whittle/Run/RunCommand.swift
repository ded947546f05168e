import ArgumentParser
import Builder
import OCI
import Sandbox
import Store

/// `whittle run`.
struct RunCommand: AsyncParsableCommand, NeedsMountNamespace {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a command in an image, once.",
        usage: "whittle run [OPTIONS] IMAGE [COMMAND...]",
        discussion: """
            Takes the options of docker run that make sense for one run. IMAGE is a name of the local store or of a \
            registry, or docker://REF, oci:DIR, oci-archive:FILE, docker-archive:FILE. Nothing of the run is kept. Exits \
            with the command's status; 125 when whittle failed, 126 and 127 when the command cannot be started.
            """)

    @OptionGroup var global: GlobalOptions
    @OptionGroup var process: RunProcessOptions
    @OptionGroup var surroundings: RunSurroundingsOptions

    @ArgumentParser.Argument(
        parsing: .captureForPassthrough,
        help: ArgumentHelp("Image, and the command to run instead of its own.", valueName: "image"))
    var words: [String] = []

    func run() async throws {
        // All that follows an unknown word is the command's, so these two come out here.
        if let word = words.first, word == "--help" || word == "-h" { throw CleanExit.helpRequest(Self.self) }
        let session: ImageSession
        do {
            session = try ImageSession(global, quiet: surroundings.quiet)
        } catch {
            throw Self.failure(error)
        }
        let status: ExitStatus
        do {
            let request = try RunRequest(self)
            status = try await ContainerRun(request: request, session: session).run()
            await session.registry.shutdown()
            try? session.store.close()
        } catch {
            await session.registry.shutdown()
            try? session.store.close()
            throw Self.failure(error)
        }
        if status.outOfMemory { StandardError.write("error: the command was killed because memory ran out") }
        throw ExitCode(status.code)
    }

    /// As Docker has it: whatever is not the command's own end is 125, unless the command could not be started.
    private static func failure(_ error: any Error) -> CommandFailure {
        var failure = CommandFailure(ofImage: error)
        switch error {
        case let error as SandboxError: failure.status = error.exitCode ?? ExitStatusCode.failure
        case is CancellationError: break
        default: failure.status = ExitStatusCode.failure
        }
        return failure
    }
}
