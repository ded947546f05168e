import BuildGraph
import DockerfileSyntax
import Glibc
import OCI
import Sandbox
import Store
import Synchronization

@testable import Builder

/// A store, a context and an executor that does not start processes, for builds inside a test.
final class BuildFixture: Sendable {
    /// Never changed itself; the files in it may be written from any thread.
    nonisolated(unsafe) let files: CopyFixture
    let executor: ScriptedExecutor
    let store: Store
    private let scratchCount = Atomic<Int>(0)

    init() throws {
        files = try CopyFixture()
        executor = ScriptedExecutor()
        store = try Store(root: files.base + "/store")
    }

    /// Overlays are mounted by steps with something below them. Root may do it; in a mount namespace of its own, so that
    /// nothing is left behind should the test end badly.
    static let canMount: Bool = {
        guard geteuid() == 0 else { return false }
        func namespace(_ process: String) -> String? {
            var buffer = [CChar](repeating: 0, count: 256)
            let count = readlink("/proc/\(process)/ns/mnt", &buffer, buffer.count)
            return count < 0 ? nil : String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        return namespace("self") != namespace("1")
    }()

    func options(_ dockerfile: String, _ configure: (inout BuildOptions) -> Void = { _ in }) -> BuildOptions {
        var options = BuildOptions(
            dockerfile: DockerfileSource(path: "Dockerfile", bytes: Array(dockerfile.utf8)),
            context: ContextDirectory(path: files.context, ignorePatterns: []))
        configure(&options)
        return options
    }

    /// Builds, and tells what ran meanwhile.
    @discardableResult
    func build(
        _ dockerfile: String, _ configure: (inout BuildOptions) -> Void = { _ in }
    ) async throws -> (outcome: BuildOutcome, ran: [String], events: Events) {
        let number = scratchCount.wrappingAdd(1, ordering: .relaxed).newValue
        try files.directory("scratch-\(number)")
        let scratch = ScratchSpace(path: files.base + "/scratch-\(number)")
        let events = Events()
        let build = ImageBuild(
            options: options(dockerfile, configure), store: store,
            registry: RegistryAccess { throw BuildError.options("no registry in this test") }, executor: executor,
            progress: Progress { events.append($0) }, scratch: scratch)
        let before = executor.ran.count
        let outcome = try await build.run()
        return (outcome, Array(executor.ran[before...]), events)
    }

    /// Whether a file of the store holds the text.
    func storeContains(_ text: String) throws -> Bool { try contains(files.base + "/store", Array(text.utf8)) }

    private func contains(_ path: String, _ needle: [UInt8]) throws -> Bool {
        let directory = try RootDirectory(path: path)
        let listing = try DirectoryListing(reading: directory.handle.descriptor, path: [])
        for entry in listing.entries {
            let child = path + "/" + String(decoding: listing.bytes(entry), as: UTF8.self)
            var status = stat()
            guard lstat(child, &status) == 0 else { continue }
            if child.contains(String(decoding: needle, as: UTF8.self)) { return true }
            if status.st_mode & S_IFMT == S_IFDIR {
                if try contains(child, needle) { return true }
            } else if status.st_mode & S_IFMT == S_IFREG {
                let content = try WholeFile.read(child, limit: 64 << 20)
                if content.count >= needle.count,
                    (0...(content.count - needle.count)).contains(where: {
                        content[$0] == needle[0] && content[$0..<($0 + needle.count)].elementsEqual(needle)
                    })
                {
                    return true
                }
            }
        }
        return false
    }
}

/// What a build said.
final class Events: Sendable {
    private let list = Mutex<[BuildEvent]>([])

    func append(_ event: BuildEvent) { list.withLock { $0.append(event) } }

    /// Names of the steps that ended so, in order of their end.
    func steps(_ matches: (BuildEvent.Outcome) -> Bool) -> [String] {
        let events = list.withLock { $0 }
        var names: [VertexID: String] = [:]
        for case .started(let id, let name, .step) in events { names[id] = name }
        return events.compactMap { event in
            guard case .finished(let id, let outcome) = event, matches(outcome) else { return nil }
            return names[id]
        }
    }
}

/// Interprets the command lines of RUN steps in a few words instead of running them, on the step's upper directory:
/// `write PATH TEXT`, `writeRandom PATH`, `readSecret PATH`, `meet N`, `sleep`, `fail`; `;` between them.
final class ScriptedExecutor: Executor {
    private struct State {
        var ran: [String] = []
        var running = 0
        var most = 0
        var cancelled = 0
        var specs: [SandboxSpec] = []
    }

    private let state = Mutex(State())

    /// The command lines that were run.
    var ran: [String] { state.withLock { $0.ran } }
    /// The largest number of processes at once.
    var most: Int { state.withLock { $0.most } }
    var cancelled: Int { state.withLock { $0.cancelled } }
    var specs: [SandboxSpec] { state.withLock { $0.specs } }

    func run(
        _ spec: SandboxSpec, streams: StandardStreams, control: SandboxControl?
    ) async throws -> Sandbox.ExitStatus {
        guard case .overlay(_, let upper, _) = spec.root, let line = spec.arguments.last else {
            throw BuildError.options("not an overlay")
        }
        state.withLock { state in
            state.ran.append(line)
            state.specs.append(spec)
            state.running += 1
            state.most = max(state.most, state.running)
        }
        defer { state.withLock { $0.running -= 1 } }
        do {
            for command in line.split(separator: ";") {
                let words = command.split(separator: " ").map(String.init)
                if try await perform(words, spec, upper) != 0 { return ExitStatus(code: 1) }
            }
        } catch is CancellationError {
            state.withLock { $0.cancelled += 1 }
            throw CancellationError()
        }
        return ExitStatus(code: 0)
    }

    private func perform(_ words: [String], _ spec: SandboxSpec, _ upper: String) async throws -> Int32 {
        switch words.first {
        case "write":
            try WholeFile.write(Array((words[2] + "\n").utf8), to: upper + "/" + words[1], mode: 0o644)
        case "writeRandom":
            try WholeFile.write(
                Array("\(UInt64.random(in: 0 ... .max))\n".utf8), to: upper + "/" + words[1], mode: 0o644)
        case "needSecret":
            let hasFile = spec.mounts.contains { if case .content = $0.source { true } else { false } }
            guard hasFile || spec.environment.contains(where: { $0.hasPrefix("TOKEN=") }) else { return 1 }
        case "meet":
            // Ends when so many processes run at once.
            let count = Int(words[1]) ?? 0
            for _ in 0..<2_000 {
                if most >= count { return 0 }
                try await Task.sleep(for: .milliseconds(5))
            }
            return 1
        case "pause": try await Task.sleep(for: .milliseconds(100))
        case "sleep": try await Task.sleep(for: .seconds(600))
        case "fail": return 1
        default: break
        }
        return 0
    }
}
