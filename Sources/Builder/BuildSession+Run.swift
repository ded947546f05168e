import BuildGraph
import DockerfileSyntax
import Glibc
import OCI
import Sandbox
import Store

extension BuildSession {
    /// Runs a RUN step's process on top of its parent and returns the layer of what it changed.
    func run(
        _ run: RunStep, step: Step, stage: PlannedStage, after parent: StageResult, sources: [Int: StepSourceState],
        time: Int64, vertex: VertexID
    ) async throws -> LayerID {
        try requireArchitecture(stage.platform, step)
        let lowers = try await fetcher.directories(of: parent.state)
        let snapshot = try await blocking { try store.newSnapshot(on: parent.state.topLayer) }
        var overlayMounts: [String] = []
        defer { for path in overlayMounts.reversed() { try? OverlayMount.unmount(path) } }

        var spec = SandboxSpec(
            arguments: run.arguments,
            root: .overlay(lowers: lowers, upper: snapshot.upper, work: snapshot.work))
        spec.environment = run.environment + run.proxyEnvironment
        spec.workingDirectory = run.workingDirectory
        spec.user = .named(run.user)
        spec.network = (run.network == .default ? options.run.network : run.network) == .none ? .none : .host
        spec.insecure = run.security == .insecure
        if let hostname = run.hostname { spec.hostname = hostname }
        spec.ulimits = options.run.ulimits
        if options.run.sharedMemorySize > 0 { spec.sharedMemorySize = options.run.sharedMemorySize }
        spec.hosts = try options.run.extraHosts.map { try HostEntry(parsing: $0) }

        var preparation = MountPreparation(session: self, step: step, run: run, lowers: lowers, sources: sources)
        defer { preparation.release() }
        try await preparation.holdCaches(vertex: vertex)
        if let script = run.script {
            spec.mounts.append(
                SandboxMount(.bind(try preparation.scriptDirectory(script)), at: "/dev/pipes", readOnly: true))
        }
        for mount in run.mounts {
            let prepared = try await preparation.prepare(mount, vertex: vertex)
            spec.mounts += prepared.mounts
            spec.environment += prepared.environment
            overlayMounts += prepared.mountedPaths
        }
        let tail = OutputTail()
        let started = Clock.now()
        let status = try await executor.run(
            spec,
            streams: StandardStreams(
                output: .deliver { channel, bytes in
                    tail.append(bytes)
                    progress.send(.output(vertex, channel == .output ? .standardOutput : .standardError, bytes))
                }))
        guard status.isSuccess else {
            throw BuildError.commandFailed(
                StepFailure(
                    step: FailedStep(step), command: run.arguments.joined(separator: " "),
                    ending: Self.describe(status), exitCode: status.code, lastOutput: tail.bytes))
        }
        let ended = Clock.latest()
        return try await blocking {
            try TimeNormalization(since: started, until: ended, to: time).apply(to: snapshot.upper)
            return try snapshot.commit()
        }
    }

    private static func describe(_ status: ExitStatus) -> String {
        if status.outOfMemory { return "exit code: \(status.code): killed because memory ran out" }
        if let signal = status.signal { return "exit code: \(status.code) (signal \(signal))" }
        return "exit code: \(status.code)"
    }

    private func requireArchitecture(_ platform: Platform, _ step: Step) throws {
        guard platform.architecture != Platform.host.architecture else { return }
        do { try ForeignArchitecture.ensureRunnable(platform.architecture) } catch {
            throw BuildError.stepFailed(step: FailedStep(step), reason: "\(error)")
        }
    }
}

extension TreeState {
    /// The topmost layer, when it is a step's: its root directory's mode and owner carry over.
    var topLayer: LayerID? {
        if case .step(let id)? = layers.last { return id }
        return nil
    }
}

/// Wall clock in nanoseconds since 1970, as file systems stamp their files.
enum Clock {
    /// No later than any stamp that a file gets from now on: the coarse clock, which the kernel mostly stamps with.
    static func now() -> Int64 { read(CLOCK_REALTIME_COARSE) }

    /// No earlier than any stamp that a file has got until now, also where the kernel stamps more finely.
    static func latest() -> Int64 { read(CLOCK_REALTIME) }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
