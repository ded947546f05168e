import Builder
import Dispatch
import Glibc
import OCI
import Sandbox
import Store
import Synchronization

/// What to run of an image, and what to watch.
public struct ObservedRun: Sendable {
    /// The image, in the store.
    public var image: FoundImage
    /// Replaces entry point and command when it is not empty.
    public var command: [String] = []
    /// `NAME=VALUE` over the image's own.
    public var environment: [String] = []
    /// Whether the files it opens are recorded.
    public var recordsFiles = false

    /// A run of the image's own command.
    public init(image: FoundImage) { self.image = image }
}

/// What was seen of a container that has ended.
public struct Observation: Sendable {
    /// Whether openings of files were recorded at all.
    public var recordedFiles = false
    /// Paths that were opened, directories included.
    public var opened: Set<String> = []
    /// Paths from which programs were started.
    public var programs: Set<String> = []
    /// Paths that were made or changed.
    public var written: Set<String> = []
    /// TCP ports on which it listened.
    public var ports: Set<UInt16> = []

    /// Nothing seen.
    public init() {}
}

/// A container that runs while something else looks at it.
public final class ObservedContainer: Sendable {
    private struct State {
        var output: [UInt8] = []
        var status: Result<ExitStatus, any Error>?
        var ports: Set<UInt16> = []
    }

    /// Output kept at most, in bytes.
    private static let outputLimit = 1 << 20

    private let control = SandboxControl()
    private let state = Mutex(State())
    private let mount: OverlayMount
    /// Where its root file system is mounted on this machine.
    public var root: String { mount.path }
    private let snapshot: PendingSnapshot
    private let volumes: VolumeDirectories
    private let recorder: FileAccessRecorder?
    private let stopSignal: Int32
    private let task = Mutex<Task<Void, Never>?>(nil)

    /// Starts the container on the host's network.
    ///
    /// - Parameters:
    ///   - run: What to run.
    ///   - locator: Unpacks the image's layers.
    ///   - store: Where they are.
    ///   - scratch: A directory for mounts; one container at a time may use a name in it.
    ///   - executor: Runs it.
    public init(
        _ run: ObservedRun, locator: ImageLocator, store: Store, scratch: ScratchSpace, executor: any Executor
    ) async throws {
        let config = run.image.image.config.config
        let layers = try await locator.unpack(run.image).map(store.layerDirectory)
        let snapshot = try store.newSnapshot(on: nil)
        self.snapshot = snapshot
        let place = scratch.path + "/observed-\(Self.number.add(1, ordering: .relaxed).newValue)"
        for directory in [place, place + "/root"] where mkdir(directory, 0o755) != 0 {
            throw SandboxError.system(call: "mkdir", path: directory, code: errno)
        }
        mount = try OverlayMount.mount(
            lowers: layers, upper: snapshot.upper, work: snapshot.work, at: place + "/root")
        volumes = try VolumeDirectories(of: config.volumes, lowers: layers, directory: place)
        recorder = run.recordsFiles ? FileAccessRecorder(root: mount.path) : nil
        stopSignal = SignalName.number(config.stopSignal) ?? SIGTERM

        var spec = SandboxSpec(
            arguments: run.command.isEmpty ? CommandOfImage.arguments(of: config) : run.command,
            root: .mounted(mount.path))
        spec.hostname = run.image.image.manifest.config.digest.short
        spec.environment = CommandOfImage.environment(
            of: config, hostname: spec.hostname, additions: run.environment)
        spec.workingDirectory = config.workingDir.isEmpty ? "/" : config.workingDir
        spec.user = .named(config.user)
        spec.mounts = volumes.mounts
        start(spec, executor)
    }

    private static let number = Atomic<Int>(0)

    private func start(_ spec: SandboxSpec, _ executor: any Executor) {
        task.withLock { task in
            task = Task {
                let streams = StandardStreams(
                    output: .deliver { _, bytes in
                        self.state.withLock { state in
                            state.output += bytes.prefix(max(0, Self.outputLimit - state.output.count))
                        }
                    })
                let result: Result<ExitStatus, any Error>
                do {
                    result = .success(try await executor.run(spec, streams: streams, control: self.control))
                } catch {
                    result = .failure(error)
                }
                self.state.withLock { $0.status = result }
            }
        }
    }

    /// How it ended; nil while it runs.
    ///
    /// - Throws: why it could not be started.
    public func ending() throws -> ExitStatus? { try state.withLock { $0.status }?.get() }

    /// The beginning of what it wrote to its output streams.
    public var output: [UInt8] { state.withLock { $0.output } }

    /// The ports on which it listens now; they are remembered.
    public func lookAtPorts() -> Set<UInt16> {
        let ports = ProcessTree.listeningPorts()
        state.withLock { $0.ports.formUnion(ports) }
        return ports
    }

    /// Waits for its end, at most so long; returns whether it has ended.
    public func wait(milliseconds: Int) async -> Bool {
        var left = milliseconds
        while state.withLock({ $0.status == nil }) {
            guard left > 0 else { return false }
            try? await Task.sleep(for: .milliseconds(20))
            left -= 20
        }
        return true
    }

    /// Asks it to stop with the image's signal, by force after `timeout` milliseconds.
    ///
    /// - Returns: the milliseconds that it took, and whether force was needed.
    public func stop(timeout: Int) async -> (milliseconds: Int, wasKilled: Bool) {
        let clock = ContinuousClock()
        let start = clock.now
        control.send(signal: stopSignal)
        let hasEnded = await wait(milliseconds: timeout)
        if !hasEnded {
            control.send(signal: SIGKILL)
            _ = await wait(milliseconds: 10_000)
        }
        let (seconds, fraction) = (clock.now - start).components
        return (Int(seconds * 1000 + fraction / 1_000_000_000_000_000), !hasEnded)
    }

    /// Ends it by force if it runs, takes its mounts away and tells what was seen.
    public func finish() async -> Observation {
        if state.withLock({ $0.status == nil }) { control.send(signal: SIGKILL) }
        await task.withLock { $0 }?.value
        var observation = Observation()
        observation.ports = state.withLock { $0.ports }
        if let recorder {
            observation.recordedFiles = recorder.isRecording
            (observation.opened, observation.programs) = recorder.finish()
        }
        observation.written = WrittenPaths.list(snapshot.upper)
        volumes.unmount()
        try? mount.unmount()
        snapshot.abandon()
        return observation
    }
}
