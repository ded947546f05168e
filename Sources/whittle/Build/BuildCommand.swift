import ArgumentParser
import BuildContext
import BuildGraph
import Builder
import DockerfileSyntax
import Glibc
import OCI
import Rendering
import Sandbox
import Store

/// `whittle build`.
struct BuildCommand: AsyncParsableCommand, NeedsMountNamespace {
    static let configuration = CommandConfiguration(
        commandName: "build",
        abstract: "Build an image from a Dockerfile.",
        discussion: "Takes the options of `docker buildx build`, without a daemon.")

    @OptionGroup var global: GlobalOptions
    @OptionGroup var inputs: BuildInputOptions
    @OptionGroup var running: BuildRunOptions
    @OptionGroup var outputs: BuildOutputOptions
    @OptionGroup var calls: BuildCallOptions

    @ArgumentParser.Argument(help: "Directory, tar file, URL of a git repository or tar file, or - for standard input.")
    var context: String

    func run() async throws {
        let store = try openStore()
        do {
            try await BuildRequest(command: self, store: store).run()
        } catch {
            try? store.close()
            throw error
        }
        try store.close()
    }

    private func openStore() throws -> Store {
        do { return try global.openStore() } catch {
            throw CommandFailure(status: ExitStatusCode.failure, "error: \(error)")
        }
    }
}
