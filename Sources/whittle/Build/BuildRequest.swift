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
        let source: SourceText
        let options: BuildOptions
        do {
            options = try read()
            source = SourceText(options.dockerfile.bytes, path: options.dockerfile.path)
        } catch let error as CommandFailure {
            throw error
        } catch {
            throw CommandFailure(status: ExitStatusCode.usage, "error: \(error)")
        }
        let progress = PlainProgress { StandardError.writeRaw($0) }
        let registry = RegistryAccess {
            RegistryClient(configuration: try RegistriesConfiguration.load(), credentials: CredentialStore())
        }
        let build = ImageBuild(
            options: options, store: store, registry: registry, executor: LazyExecutor { try OCIRuntimeExecutor(scratch: try scratch.sandbox()) },
            progress: Progress { progress.receive($0) }, scratch: scratch)
        do {
            let outcome = try await build.run()
            await registry.shutdown()
            report(outcome)
        } catch {
            await registry.shutdown()
            throw CommandFailure(error, source: source, usesColor: command.global.usesColor)
        }
    }

    private func read() throws -> BuildOptions {
        let inputs = command.inputs
        var directory = command.context
        guard directory != "-" else { throw OptionError("a context on standard input is not supported yet") }
        while directory.count > 1, directory.hasSuffix("/") { directory.removeLast() }
        var status = stat()
        guard stat(directory, &status) == 0 else {
            throw OptionError("the build context \(directory) does not exist")
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw OptionError("the build context \(directory) is not a directory") }
        let file = inputs.file ?? directory + "/Dockerfile"
        let bytes = try FileBytes.read(file, what: "Dockerfile")
        let ignore = try IgnoreFile.find(contextDirectory: directory, dockerfile: file)
        var options = BuildOptions(
            dockerfile: DockerfileSource(path: file, bytes: bytes),
            context: ContextDirectory(path: directory, ignorePatterns: ignore?.patterns ?? []))
        options.target = inputs.target
        options.platforms = try BuildOptionParsing.platforms(inputs.platform)
        options.buildArguments = BuildOptionParsing.assignments(inputs.buildArg)
        if options.buildArguments["SOURCE_DATE_EPOCH"] == nil, let epoch = environment("SOURCE_DATE_EPOCH") {
            options.buildArguments["SOURCE_DATE_EPOCH"] = epoch
        }
        options.labels = BuildOptionParsing.labels(inputs.label)
        options.annotations = try BuildOptionParsing.annotations(inputs.annotation)
        options.ignoresCache = inputs.noCache
        options.uncachedStages = Set(inputs.noCacheFilter.flatMap { $0.split(separator: ",").map(String.init) })
        options.pullsAlways = inputs.pull
        options.secrets = try BuildOptionParsing.secrets(command.running.secret)
        options.agents = BuildOptionParsing.agents(command.running.ssh)
        options.run = try runDefaults()
        options.tags = try command.outputs.tag.map { text in
            do { return try Reference(parsing: text).withDefaultTag } catch { throw OptionError("-t \(text): \(error)") }
        }
        options.exports = try command.outputs.output.map { try OutputParsing.parse($0) }
        if command.outputs.push { options.exports.append(ExportTarget(kind: .registry)) }
        for (name, value) in [("--provenance", command.outputs.provenance), ("--sbom", command.outputs.sbom)] {
            if let value, value != "false" { throw OptionError("\(name) \(value): attestations are not supported") }
        }
        return options
    }

    private func runDefaults() throws -> RunDefaults {
        var run = RunDefaults()
        run.network = try BuildOptionParsing.network(command.running.network)
        run.extraHosts = command.running.addHost
        if let size = command.running.shmSize {
            run.sharedMemorySize = try BuildOptionParsing.bytes(size, option: "--shm-size")
        }
        run.ulimits = try BuildOptionParsing.ulimits(command.running.ulimit)
        for entitlement in command.running.allow.flatMap({ $0.split(separator: ",") }) {
            switch entitlement {
            case "security.insecure": run.allowsInsecure = true
            case "network.host": run.allowsHostNetwork = true
            default: throw OptionError("--allow \(entitlement): expected security.insecure or network.host")
            }
        }
        return run
    }

    private func report(_ outcome: BuildOutcome) {
        if let descriptor = outcome.descriptor { print(descriptor.digest) }
    }
}

/// Reading of small files named on the command line.
enum FileBytes {
    /// The file's bytes; errors name the file and say what it was meant to be.
    static func read(_ path: String, what: String, limit: Int = 16 << 20) throws -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            let text = String(cString: strerror(errno))
            throw OptionError("cannot read the \(what) \(path): \(text.prefix(1).lowercased() + text.dropFirst())")
        }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(file, &buffer, buffer.count)
            if count < 0 {
                if errno == EINTR { continue }
                let text = String(cString: strerror(errno))
                throw OptionError("cannot read the \(what) \(path): \(text.prefix(1).lowercased() + text.dropFirst())")
            }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
            if bytes.count > limit { throw OptionError("the \(what) \(path) is larger than \(limit) bytes") }
        }
    }
}
