import BuildContext
import BuildGraph
import Builder
import DockerfileSyntax
import Glibc
import OCI
import Store

/// Turns the command line of `whittle build` into the options of a build: opens contexts, finds the Dockerfile and its
/// ignore file.
struct BuildOptionReader {
    let command: BuildCommand
    let scratch: ScratchSpace
    let store: Store

    func read() async throws -> BuildOptions {
        let inputs = command.inputs
        for (option, values) in [("--cache-from", inputs.cacheFrom), ("--cache-to", inputs.cacheTo)] {
            guard let value = values.first else { continue }
            throw OptionError("\(option) \(value): remote caches are not supported; the local store is the cache")
        }
        let opened = try await openContext()
        let dockerfile = try await dockerfile(opened)
        let ignore = try IgnoreFile.find(contextDirectory: opened.directory, dockerfile: dockerfile.file)
        // A bad pattern is an error now, with file and line, not when the first COPY needs it.
        _ = try ignore?.matcher()
        var options = BuildOptions(
            dockerfile: dockerfile.source,
            context: ContextDirectory(
                path: opened.directory, ignorePatterns: ignore?.patterns ?? [], keepsOwners: opened.ownership == .kept))
        options.contextOrigin = try contextOrigin(opened)
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
        for text in inputs.buildContext {
            let (name, source) = try BuildContext.NamedContext.parse(option: text)
            options.namedContexts[name] = try await named(source)
        }
        options.secrets = try BuildOptionParsing.secrets(command.running.secret)
        options.agents = BuildOptionParsing.agents(command.running.ssh)
        options.run = try command.running.defaults()
        try readOutputs(into: &options)
        return options
    }

    // MARK: Contexts

    private func openContext() async throws -> OpenedContext {
        let spec = try ContextSpec.parse(command.context)
        if case .standardInput = spec, command.inputs.file == "-" {
            throw OptionError("-f - and a context on standard input cannot both be read")
        }
        let place = scratch.path + "/context"
        guard mkdir(place, 0o755) == 0 else { throw OptionError("cannot create \(place)") }
        let opened = try await ContextSource.open(
            spec, scratch: place,
            options: ContextSource.Options(
                keepsGitDirectory: command.inputs.buildArg.contains("BUILDKIT_CONTEXT_KEEP_GIT_DIR=1")))
        return opened
    }

    /// Where a context that is not of this machine came from.
    private func contextOrigin(_ opened: OpenedContext) throws -> ContextOrigin? {
        switch try ContextSpec.parse(command.context) {
        case .git:
            return ContextOrigin(
                uri: command.context,
                digest: opened.commit.map {
                    [$0.resolved.commit.utf8.count == 64 ? "sha256" : "sha1": $0.resolved.commit]
                })
        case .remote(let url): return ContextOrigin(uri: url, digest: nil)
        case .directory, .standardInput, .archive: return nil
        }
    }

    /// The Dockerfile's text, and its path when it is a file next to which an ignore file may lie.
    private func dockerfile(_ opened: OpenedContext) async throws -> (source: DockerfileSource, file: String?) {
        if let bytes = opened.dockerfile, command.inputs.file == nil {
            return (DockerfileSource(path: "Dockerfile", bytes: bytes), nil)
        }
        guard let file = command.inputs.file else {
            let isLocal = opened.directory == command.context
            let path = opened.directory + (opened.directory.hasSuffix("/") ? "" : "/") + "Dockerfile"
            let bytes = try FileBytes.read(path, what: "Dockerfile")
            return (DockerfileSource(path: isLocal ? path : "Dockerfile", bytes: bytes), path)
        }
        if file == "-" {
            let bytes = try FileBytes.readStandardInput(what: "Dockerfile")
            return (DockerfileSource(path: "Dockerfile", bytes: bytes), nil)
        }
        if file.hasPrefix("http://") || file.hasPrefix("https://") {
            let path = scratch.path + "/Dockerfile"
            _ = try await RemoteFile.fetch(file, to: path)
            return (DockerfileSource(path: file, bytes: try FileBytes.read(path, what: "Dockerfile")), nil)
        }
        // In a context that is not a local directory, a relative path is meant inside it.
        let isRemote = opened.directory != command.context
        let path = isRemote && !file.hasPrefix("/") ? opened.directory + "/" + file : file
        return (DockerfileSource(path: file, bytes: try FileBytes.read(path, what: "Dockerfile")), path)
    }

    private func named(_ source: BuildContext.NamedContext) async throws -> NamedContextInput {
        switch source {
        case .image(let text): return .image(try Reference(parsing: text))
        case .ociLayout(let directory, let tag, let digest):
            return .layout(directory: directory, reference: digest ?? tag)
        case .directory, .git, .remote:
            let place =
                scratch.path
                + "/named-\(getpid())-\(String(describing: source).utf8.count)-\(UInt32.random(in: 0 ... .max))"
            guard mkdir(place, 0o755) == 0 else { throw OptionError("cannot create \(place)") }
            guard let opened = try await ContextSource.open(named: source, scratch: place) else {
                throw OptionError("the context cannot be opened")
            }
            let ignore = try IgnoreFile.find(contextDirectory: opened.directory, dockerfile: nil)
            _ = try ignore?.matcher()
            return .directory(
                ContextDirectory(
                    path: opened.directory, ignorePatterns: ignore?.patterns ?? [],
                    keepsOwners: opened.ownership == .kept))
        }
    }

    // MARK: Outputs

    private func readOutputs(into options: inout BuildOptions) throws {
        let outputs = command.outputs
        options.tags = try outputs.tag.map { text in
            do { return try Reference(parsing: text).withDefaultTag } catch {
                throw OptionError("-t \(text): \(error)")
            }
        }
        options.exports = try outputs.output.map { try OutputParsing.parse($0) }
        if outputs.push {
            // `--push` with `--output type=image` pushes that one, as in Docker.
            if let index = options.exports.firstIndex(where: { $0.kind == .image }) {
                options.exports[index].pushes = true
            } else {
                options.exports.append(ExportTarget(kind: .registry))
            }
        }
        options.attestations = try AttestationParsing.parse(
            attest: outputs.attest, sbom: outputs.sbom, provenance: outputs.provenance,
            maker: SBOMAttestation(store: store))
        // Attestations are OCI's; a Docker archive with them is one for engines that read OCI layouts.
        if !options.attestations.isEmpty {
            for index in options.exports.indices where !options.exports[index].hasGivenMediaTypes {
                options.exports[index].ociMediaTypes = true
            }
        }
    }
}
