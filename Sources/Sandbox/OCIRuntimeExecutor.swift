import CLinux
import Glibc
import Synchronization

/// Runs processes through crun or runc, confined as Docker confines them.
///
/// Every run has a thread of its own, so that neither the process's output nor its end waits for anybody, and the mounts, files and
/// processes of a run are gone when it returns. The caller must be in a private mount namespace
/// (``MountNamespace/enterPrivate()``).
public final class OCIRuntimeExecutor: Executor {
    /// The runtime in use.
    public let runtime: OCIRuntime
    private let scratch: Scratch
    private let state: String
    private let outOfMemoryKills: Mutex<Int>

    /// An executor that keeps its files in `scratch`.
    ///
    /// - Parameter runtime: Name or path of the runtime; crun, else runc, without one.
    /// - Throws: ``SandboxError/runtimeMissing(searched:)``.
    public init(scratch: Scratch, runtime: String? = nil) throws(SandboxError) {
        self.runtime = try OCIRuntime.find(runtime)
        self.scratch = scratch
        state = try scratch.makeDirectory("runtime")
        outOfMemoryKills = Mutex(Self.countOutOfMemoryKills())
    }

    /// Runs one process to its end; see ``Executor/run(_:streams:control:)``.
    public func run(
        _ spec: SandboxSpec, streams: StandardStreams, control: SandboxControl?
    ) async throws -> ExitStatus {
        let control = control ?? SandboxControl()
        let result: Result<ExitStatus, SandboxError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                OwnThread.start {
                    let result = Result<ExitStatus, SandboxError> { () throws(SandboxError) in
                        try self.runBlocking(spec, streams, control)
                    }
                    continuation.resume(returning: result)
                }
            }
        } onCancel: {
            control.cancel()
        }
        if control.isCancelled { throw CancellationError() }
        return try result.get()
    }

    // MARK: One run

    private func runBlocking(
        _ spec: SandboxSpec, _ streams: StandardStreams, _ control: SandboxControl
    ) throws(SandboxError) -> ExitStatus {
        if spec.terminal, isatty(STDIN_FILENO) == 0 { throw .terminalMissing }
        let bundle = try scratch.makeDirectory("run", mode: 0o711)
        defer { Scratch.removeTree(bundle) }

        let root: String
        var upper: String?
        switch spec.root {
        case .mounted(let directory): root = directory
        case .overlay(let lowers, let upperDirectory, let work):
            root = bundle + "/root"
            upper = upperDirectory
            guard mkdir(root, 0o755) == 0 else { throw .system(call: "mkdir", path: root, code: errno) }
            try OverlayMount.mount(lowers: lowers, upper: upperDirectory, work: work, at: root)
        }
        var stubs: MountStubs?
        defer {
            if upper != nil { try? OverlayMount.unmount(root) }
            if let upper { stubs?.removeCopies(from: upper) }
        }
        let preparation = try RunPreparation(spec: spec, root: root, bundle: bundle)
        let made = try MountStubs(for: preparation.stubTargets, in: root, upper: upper)
        stubs = made
        defer { made.remove() }
        try preparation.makeSystemDirectories()
        try preparation.makeWorkingDirectory()

        let devices = try DeviceDirectory(
            at: bundle + "/dev", withDevices: spec.insecure, withConsole: spec.terminal)
        defer { devices.unmount() }
        // runc always makes one. It is what keeps devices closed where the mount cannot.
        let usesControlGroups =
            runtime.kind == .runc || spec.cgroupParent != nil || !(runtime.deniesDevicesByMount || spec.insecure)
        let id = bundle.split(separator: "/").last.map { "whittle-\(getpid())-\($0)" } ?? "whittle"
        let group = usesControlGroups ? ControlGroup(id: id, parent: spec.cgroupParent) : nil
        let configuration = RuntimeConfiguration(
            spec: preparation.spec, user: preparation.user, rootDirectory: root, mounts: preparation.mounts,
            devices: devices, runtime: runtime, cgroupPath: group?.path,
            usesControlGroups: usesControlGroups)
        try Scratch.write(configuration.json.encoded, to: bundle + "/config.json", mode: 0o600)

        let log = bundle + "/log.json"
        let message = RuntimeMessage(runtime: runtime, command: spec.arguments.first ?? "")
        let process = RuntimeProcess(
            path: runtime.path,
            arguments: runtime.runArguments(
                id: id, bundle: bundle, state: state, log: log, usesControlGroups: usesControlGroups),
            streams: streams, keepsTerminal: spec.terminal, isRuntimeMessage: message.isFailure)
        let terminal = spec.terminal ? TerminalState() : nil
        defer {
            terminal?.restore()
            // Left behind when the runtime was killed.
            group?.remove()
            Scratch.removeTree("\(state)/\(id)")
        }
        if control.isCancelled { return ExitStatus(code: 128 + SIGKILL) }
        let ending = try process.run(control: control)
        if ending.code != 0, let failure = message.failure(inLog: log, withheld: ending.withheld) { throw failure }
        if !ending.withheld.isEmpty, case .deliver(let deliver) = streams.output { deliver(.error, ending.withheld) }
        return ExitStatus(code: ending.code, outOfMemory: ending.code == 128 + SIGKILL && memoryRanOut())
    }

    // MARK: Memory

    private func memoryRanOut() -> Bool {
        let count = Self.countOutOfMemoryKills()
        return outOfMemoryKills.withLock { known in
            defer { known = count }
            return count > known
        }
    }

    /// How often the kernel has killed for want of memory since it started.
    private static func countOutOfMemoryKills() -> Int {
        for line in (readSmallFile("/proc/vmstat") ?? "").split(separator: "\n") where line.hasPrefix("oom_kill ") {
            return Int(line.dropFirst("oom_kill ".count)) ?? 0
        }
        return 0
    }
}
