import BuildContext
import BuildGraph
import Builder
import DockerfileSyntax
import Glibc
import OCI
import Registry
import Rendering
import Sandbox
import Store

/// A `whittle build` with its options read: finds the Dockerfile and the contexts, builds, reports.
struct BuildRequest {
    let command: BuildCommand
    let store: Store

    func run() async throws {
        let scratch = ScratchSpace(path: try store.makeTemporaryDirectory())
        defer { scratch.unmount() }
        let call: BuildCall
        do { call = try command.calls.parse() } catch { throw CommandFailure(error) }
        var options = try await read(scratch)
        if call.method != .build {
            return try BuildCallRun(call: call, command: command, options: options).run()
        }
        let load = command.outputs.load ? EngineLoad(archive: scratch.path + "/load.tar") : nil
        if let load { options.exports.append(load.target) }
        let source = SourceText(options.dockerfile.bytes, path: options.dockerfile.path)
        warnAboutFrontend(source)
        try CheckEnforcement(command: command, options: options).run()
        let display = ProgressDisplay.make(
            mode: command.outputs.progressMode, noColor: command.global.noColor, source: source)
        let insecureHosts = options.insecureHosts
        let registry = RegistryAccess {
            let configuration = try RegistriesConfiguration.load().trustingInsecurely(insecureHosts)
            return RegistryClient(configuration: configuration, credentials: CredentialStore())
        }
        let build = ImageBuild(
            options: options, store: store, registry: registry,
            executor: LazyExecutor { try OCIRuntimeExecutor(scratch: try scratch.sandbox()) },
            progress: Progress { display.receive($0) }, scratch: scratch)
        do {
            let outcome = try await Interruption.cancelling { try await build.run() }
            await registry.shutdown()
            try await load?.run()
            display.finish(outcome.summary(of: options))
            try BuildReport(command: command, options: options, outcome: outcome).write()
        } catch {
            await registry.shutdown()
            display.finish(nil)
            throw CommandFailure(error, source: source, usesColor: command.global.usesColor)
        }
    }

    /// Reads the options; whatever is wrong with them is wrong usage.
    private func read(_ scratch: ScratchSpace) async throws -> BuildOptions {
        do {
            return try await BuildOptionReader(command: command, scratch: scratch, store: store).read()
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(status: ExitStatusCode.usage, "error: \(error)")
        }
    }

    /// `# syntax=` names a front end that Docker would fetch and run; whittle reads the language itself.
    private func warnAboutFrontend(_ source: SourceText) {
        guard let syntax = Dockerfile.directives(of: source).syntax, !command.outputs.quiet else { return }
        let name = syntax.firstWord
        let isDockerfile = ["docker/dockerfile", "docker.io/docker/dockerfile", "docker/dockerfile-upstream"]
            .contains { name == $0 || name.hasPrefix($0 + ":") || name.hasPrefix($0 + "@") }
        if !isDockerfile {
            let line = source.position(of: syntax.range.start).line
            StandardError.write(
                "warning: \(source.path):\(line): the front end \(name) is not run; the built-in Dockerfile language is used"
            )
        }
    }
}
