import Glibc
import Sandbox
import Synchronization

/// A directory of one build: mount points, downloads, generated files. Removed when the build ends.
public final class ScratchSpace: Sendable {
    /// The directory.
    public let path: String
    private let counter = Atomic<Int>(0)
    private let memory = Mutex<Scratch?>(nil)

    /// Uses `path`, an existing directory that belongs to this build alone.
    public init(path: String) { self.path = path }

    /// The part of it that is kept in memory only, for the sandbox; made on first use.
    public func sandbox() throws(SandboxError) -> Scratch {
        try memory.withLock { (memory) throws(SandboxError) in
            if let memory { return memory }
            let new = try Scratch(over: path + "/sandbox")
            memory = new
            return new
        }
    }

    /// Takes away what is mounted in it, so that the directory can be removed.
    public func unmount() {
        memory.withLock { memory in
            memory?.unmount()
            memory = nil
        }
    }

    /// A new empty directory, whose name starts with `prefix`.
    func directory(_ prefix: String) throws -> String {
        let path = name(prefix)
        guard mkdir(path, 0o755) == 0 else {
            throw BuildError.options("cannot create \(path): \(String(cString: strerror(errno)))")
        }
        return path
    }

    /// An unused name for a file, which starts with `prefix`.
    func name(_ prefix: String) -> String {
        "\(path)/\(prefix)-\(counter.wrappingAdd(1, ordering: .relaxed).newValue)"
    }
}
