/// Runs processes in containers.
public protocol Executor: Sendable {
    /// Runs one process to its end.
    ///
    /// Cancelling the task kills the process and everything it started; the call then throws `CancellationError` once
    /// nothing of it is left.
    ///
    /// - Parameters:
    ///   - spec: What to run.
    ///   - streams: Where its input comes from and its output goes.
    ///   - control: Lets another task send signals to the process while it runs.
    /// - Returns: How the process ended, whatever its exit status.
    /// - Throws: ``SandboxError`` when the process could not be started.
    func run(_ spec: SandboxSpec, streams: StandardStreams, control: SandboxControl?) async throws -> ExitStatus
}

extension Executor {
    /// Runs one process to its end; see ``run(_:streams:control:)``.
    public func run(_ spec: SandboxSpec, streams: StandardStreams = StandardStreams()) async throws -> ExitStatus {
        try await run(spec, streams: streams, control: nil)
    }
}

/// Where the standard streams of a process go.
public struct StandardStreams: Sendable {
    /// Where input comes from.
    public var input: Input
    /// Where output goes.
    public var output: Output

    /// No input, and output thrown away, unless told otherwise.
    public init(input: Input = .null, output: Output = .discard) {
        self.input = input
        self.output = output
    }

    /// Standard input.
    public enum Input: Sendable {
        /// Empty.
        case null
        /// The caller's own.
        case inherit
        /// A descriptor, which stays the caller's.
        case descriptor(Int32)
    }

    /// Standard output and error.
    public enum Output: Sendable {
        /// Thrown away.
        case discard
        /// The caller's own.
        case inherit
        /// Descriptors, which stay the caller's.
        case descriptors(output: Int32, error: Int32)
        /// Each piece is passed on as soon as it is written, in the order it was read, from one thread at a time. The process
        /// waits while the function runs. All pieces have been delivered when `run` returns.
        case deliver(@Sendable (Channel, [UInt8]) -> Void)
    }

    /// Which of the two output streams.
    public enum Channel: Sendable, Equatable {
        case output
        case error
    }
}

/// How a process ended.
public struct ExitStatus: Sendable, Equatable {
    /// The process's exit status, or 128 plus the number of the signal that ended it.
    public var code: Int32
    /// Whether the kernel killed something for want of memory while the process ran and the process died of SIGKILL.
    public var outOfMemory: Bool

    /// An ending.
    public init(code: Int32, outOfMemory: Bool = false) {
        self.code = code
        self.outOfMemory = outOfMemory
    }

    /// Whether the status is 0.
    public var isSuccess: Bool { code == 0 }

    /// The signal that ended the process, as far as the status tells: a program may exit with 137 itself.
    public var signal: Int32? { code > 128 && code <= 128 + 64 ? code - 128 : nil }
}
