import Analysis
import Glibc
import OCI
import Sandbox
import Synchronization

/// Runs the command tests of a suite, each in a file system of its own, as `whittle run` does.
struct CommandTestRun: Sendable {
    let session: ImageSession
    let image: ImageName
    let platform: Platform?
    let suite: StructureSuite

    /// What is kept of what a command prints.
    private static let outputLimit = 1 << 20

    /// Runs a test.
    func run(_ test: StructureSuite.CommandTest) async throws -> StructureResult {
        let name = "Command Test: \(test.name)"
        do {
            return try await ContainerRun(request: try request(), session: session).withContainer { container in
                var container = container
                let variables = (suite.variables + test.variables).map { "\($0.key)=\($0.value)" }
                container.spec.environment = merged(container.spec.environment, variables)
                for command in test.setup {
                    let (status, output) = try await execute(command, in: container)
                    guard status.isSuccess else {
                        return StructureResult(
                            file: suite.file, name: name,
                            errors: ["setup command \(command) ended with status \(status.code)"],
                            output: output.text(.output), errorOutput: output.text(.error))
                    }
                }
                let known = Self.table(container.config.env + suite.variables.map { "\($0.key)=\($0.value)" })
                let start = ContinuousClock.now
                let (status, output) = try await execute(
                    test.arguments.map { VariableText.expand($0, known) }, in: container)
                let took = start.duration(to: .now)
                var errors = test.errors(
                    output: output.text(.output), errorOutput: output.text(.error), status: status.code)
                for command in test.teardown {
                    let (status, _) = try await execute(command, in: container)
                    if !status.isSuccess {
                        errors.append("teardown command \(command) ended with status \(status.code)")
                    }
                }
                return StructureResult(
                    file: suite.file, name: name, errors: errors, output: output.text(.output),
                    errorOutput: output.text(.error),
                    seconds: Double(took.components.seconds) + Double(took.components.attoseconds) / 1e18)
            }
        } catch let error as SandboxError where error.exitCode != nil {
            // The command cannot be started: that is the image's fault.
            return StructureResult(file: suite.file, name: name, errors: ["\(error)"])
        }
    }

    private func execute(
        _ command: [String], in container: ContainerRun.Container
    ) async throws -> (ExitStatus, CapturedOutput) {
        var spec = container.spec
        spec.arguments = command
        let output = CapturedOutput(limit: Self.outputLimit)
        let status = try await container.executor.run(
            spec, streams: StandardStreams(input: .null, output: .deliver { output.add($0, $1) }), control: nil)
        return (status, output)
    }

    private func request() throws -> RunRequest {
        var request = RunRequest(image: image)
        request.platform = platform
        let options = suite.options
        request.user = options.user
        request.isPrivileged = options.isPrivileged
        request.mounts = try options.bindMounts.map(RunMounts.volume)
        request.environment =
            try (options.variableFile.map { [$0] } ?? []).flatMap(RunRequest.variables(inFile:))
            + RunRequest.variables(options.variables)
        return request
    }

    private func merged(_ environment: [String], _ variables: [String]) -> [String] {
        let names = Set(variables.map { $0.prefix { $0 != "=" } })
        return environment.filter { !names.contains($0.prefix { $0 != "=" }) } + variables
    }

    private static func table(_ variables: [String]) -> [String: String] {
        Dictionary(
            variables.map { variable in
                let name = variable.prefix { $0 != "=" }
                return (String(name), String(variable.dropFirst(name.count + 1)))
            }
        ) { _, last in last }
    }
}

/// What a command has printed.
private final class CapturedOutput: Sendable {
    private let texts = Mutex<(output: [UInt8], error: [UInt8])>(([], []))
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    func add(_ channel: StandardStreams.Channel, _ bytes: [UInt8]) {
        texts.withLock { texts in
            if channel == .output {
                texts.output += bytes.prefix(limit - min(limit, texts.output.count))
            } else {
                texts.error += bytes.prefix(limit - min(limit, texts.error.count))
            }
        }
    }

    func text(_ channel: StandardStreams.Channel) -> String {
        texts.withLock { String(decoding: channel == .output ? $0.output : $0.error, as: UTF8.self) }
    }
}
