import ArgumentParser
import Builder
import DockerfileSyntax
import Glibc
import OCI
import Sandbox
import Slimming
import Store

/// `whittle init`.
struct InitCommand: AsyncParsableCommand, NeedsMountNamespace {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write a lean Dockerfile for a project that has none.",
        discussion: """
            Recognises the project by its manifests, starts from the Dockerfile that one writes without much thought, and \
            makes it lean as `whittle slim` does: built before and after, tested, and written only if it passes.
            """)

    @OptionGroup var global: GlobalOptions
    @OptionGroup var proof: SmokeArguments
    @OptionGroup var database: DatabaseOptions

    @ArgumentParser.Flag(inversion: .prefixedNo, help: "Pin base images to their digests.")
    var pin = true

    @Option(name: .long, help: "text, json, markdown or html.")
    var format: SlimCommand.Format = .text

    @ArgumentParser.Argument(help: "The project's directory.")
    var directory: String = "."

    func run() async throws {
        let session = try ImageSession(global, quiet: true)
        let report = try await session.run { session in
            try await Interruption.cancelling { try await propose(session) }
        }
        try SlimOutput(
            report: report, format: format, output: nil, write: report.accepted, context: directory, file: path
        ).deliver()
        if !report.accepted { throw ExitCode(ExitStatusCode.negative) }
    }

    private var path: String { (directory.hasSuffix("/") ? directory : directory + "/") + "Dockerfile" }

    private func propose(_ session: ImageSession) async throws -> SlimReport {
        guard access(path, F_OK) != 0 else {
            throw CommandFailure(status: ExitStatusCode.usage, "error: \(SlimmingError.exists(path: path))")
        }
        let scaffold: Scaffold
        do {
            scaffold = try Scaffold.find(in: directory)
        } catch {
            throw CommandFailure(status: ExitStatusCode.usage, "error: \(error)")
        }
        return try await SlimWorkplace(session: session, global: global, database: database).use { bench in
            try await propose(scaffold, bench)
        }
    }

    private func propose(_ scaffold: Scaffold, _ bench: Workbench) async throws -> SlimReport {
        var base: String?
        for candidate in scaffold.bases where await bench.exists(candidate) {
            base = candidate
            break
        }
        guard let base else {
            throw CommandFailure(
                status: ExitStatusCode.negative, "error: none of \(scaffold.bases.joined(separator: ", ")) can be had")
        }
        let bytes = Array(scaffold.dockerfile(base: base).utf8)
        var options = SlimOptions(context: directory, dockerfile: DockerfileSource(path: path, bytes: bytes))
        options.smoke = try proof.options
        options.pins = pin
        options.buildArguments = BuildOptionParsing.assignments(proof.buildArg)
        do {
            var report = try await SlimSession(options, bench: bench) { line in StandardError.write(line) }.run()
            if !report.accepted, report.before.smoke == "passed" {
                // Here the first Dockerfile is something to propose as well.
                report.accepted = true
                report.reason = "nothing smaller than the first Dockerfile works"
            }
            return report
        } catch {
            throw SlimCommand.failure(error, SourceText(bytes, path: path), global)
        }
    }
}
