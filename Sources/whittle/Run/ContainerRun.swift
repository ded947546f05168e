import Builder
import Glibc
import OCI
import Running
import Sandbox
import Store

/// Runs an image's command on a snapshot that is thrown away.
struct ContainerRun: Sendable {
    let request: RunRequest
    let session: ImageSession

    /// Runs to the end; signals to this process go to the container from the start.
    func run() async throws -> ExitStatus {
        try await withContainer { container in
            var container = container
            container.spec.arguments = try arguments(container.config)
            let control = SandboxControl()
            let stop = StopSequence(
                control: control,
                stopSignal: request.stopSignal ?? SignalName.number(container.config.stopSignal) ?? SIGTERM,
                timeout: request.stopTimeout ?? container.config.stopTimeout ?? 10)
            let relay = try SignalRelay { stop.receive($0) }
            let forwarders = try request.ports.filter(\.needsForwarding).map { try PortForwarder($0) }
            defer { withExtendedLifetime((relay, forwarders)) {} }
            return try await container.executor.run(
                container.spec,
                streams: StandardStreams(
                    input: request.isInteractive || request.hasTerminal ? .inherit : .null,
                    // As with docker, only a terminal is handed on; otherwise what the runtime has to say is told apart.
                    output: request.hasTerminal ? .inherit : .deliver(Self.copy(control))),
                control: control)
        }
    }

    /// A file system in which commands run, one after the other.
    struct Container: Sendable {
        let executor: OCIRuntimeExecutor
        /// All but what to run.
        var spec: SandboxSpec
        let config: ContainerConfig
    }

    /// Makes a file system of the image, which is thrown away after `body`.
    func withContainer<Value: Sendable>(_ body: (Container) async throws -> Value) async throws -> Value {
        let locator = ImageLocator(store: session.store, registry: session.registry, progress: session.progress)
        let request = request
        // Until the container is there to get them, signals end the pull.
        let found = try await Interruption.cancelling {
            try await locator.find(request.image, platform: request.platform, pull: request.pull)
        }
        session.display.finish()
        try requireArchitecture(found.image.config.platform)
        let config = found.image.config.config
        let layers = try await Interruption.cancelling { try await locator.unpack(found) }
        let snapshot = try session.store.newSnapshot(on: layers.last)
        defer { snapshot.abandon() }
        let scratch = ScratchSpace(path: try session.store.makeTemporaryDirectory())
        var spec = SandboxSpec(
            arguments: [],
            root: .overlay(
                lowers: layers.map(session.store.layerDirectory), upper: snapshot.upper, work: snapshot.work))
        fill(&spec, config, found)
        let volumes = try VolumeDirectories(
            of: config.volumes.subtracting(spec.mounts.map(\.target)), lowers: layers.map(session.store.layerDirectory),
            directory: scratch.path)
        defer { volumes.unmount() }
        // What is mounted on the command line may lie in a volume: a mount further down comes later.
        spec.mounts = volumes.mounts + spec.mounts
        defer { scratch.unmount() }
        let executor = try OCIRuntimeExecutor(scratch: try scratch.sandbox())
        return try await body(Container(executor: executor, spec: spec, config: config))
    }

    /// Writes the container's output to this process's own. When nobody reads that any more, the container is killed, as a
    /// plain program would be that writes into a closed pipe.
    private static func copy(
        _ control: SandboxControl
    ) -> @Sendable (StandardStreams.Channel, [UInt8]) -> Void {
        { channel, bytes in
            let descriptor = channel == .output ? STDOUT_FILENO : STDERR_FILENO
            var offset = 0
            while offset < bytes.count {
                let count = bytes.withUnsafeBytes {
                    write(descriptor, $0.baseAddress?.advanced(by: offset), $0.count - offset)
                }
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else {
                    if errno == EPIPE { control.send(signal: SIGKILL) }
                    return
                }
                offset += count
            }
        }
    }

    // MARK: Process

    private func arguments(_ config: ContainerConfig) throws -> [String] {
        let arguments = CommandOfImage.arguments(
            of: config, entrypoint: request.entrypoint, command: request.command)
        guard !arguments.isEmpty else {
            throw CommandFailure(
                status: ExitStatusCode.failure, "error: \(request.image) has no command: say what to run")
        }
        return arguments
    }

    private func fill(_ spec: inout SandboxSpec, _ config: ContainerConfig, _ found: FoundImage) {
        spec.hostname = request.hostname ?? found.image.manifest.config.digest.short
        spec.environment = CommandOfImage.environment(
            of: config, hostname: spec.hostname, hasTerminal: request.hasTerminal, additions: request.environment)
        let directory = request.workingDirectory ?? config.workingDir
        spec.workingDirectory = directory.isEmpty ? "/" : directory
        spec.user = .named(request.user ?? config.user)
        spec.readOnlyRoot = request.isReadOnly
        spec.mounts = request.mounts
        spec.network = request.network
        spec.insecure = request.isPrivileged
        spec.ulimits = request.ulimits
        spec.hosts = request.hosts
        spec.terminal = request.hasTerminal
        if let size = request.sharedMemorySize { spec.sharedMemorySize = size }
    }

    private func requireArchitecture(_ platform: Platform) throws {
        guard platform.architecture != Platform.host.architecture else { return }
        try ForeignArchitecture.ensureRunnable(platform.architecture)
    }
}
