import Sandbox
import Synchronization

/// An executor that is made when the first step runs: a build from the cache needs no OCI runtime.
public final class LazyExecutor: Executor {
    private let made = Mutex<(any Executor)?>(nil)
    private let make: @Sendable () throws -> any Executor

    /// Creates an executor that `make` builds on first use.
    public init(_ make: @escaping @Sendable () throws -> any Executor) { self.make = make }

    /// What holds for all RUN steps.
    public func run(
        _ spec: SandboxSpec, streams: StandardStreams, control: SandboxControl?
    ) async throws -> ExitStatus {
        let executor = try made.withLock { made in
            if let made { return made }
            let new = try make()
            made = new
            return new
        }
        return try await executor.run(spec, streams: streams, control: control)
    }
}
