import BuildContext
import BuildGraph
import DockerfileSyntax
import Glibc
import Sandbox
import Store

/// Turns the mounts of a RUN step into what the sandbox mounts. Keeps what has to live as long as the step runs:
/// locks of cache mounts, ssh agents.
struct MountPreparation: Sendable {
    let session: BuildSession
    let step: Step
    let run: RunStep
    let lowers: [String]
    let sources: [Int: StepSourceState]
    private var agentCount = 0
    private var caches: [CacheMount] = []
    /// Those of ``caches`` that other mounts with their identity share.
    private var sharedCaches: [String: CacheMount] = [:]
    private var agents: [SSHAgent] = []
    private var sockets: [SSHAgentSocket] = []

    init(
        session: BuildSession, step: Step, run: RunStep, lowers: [String], sources: [Int: StepSourceState]
    ) {
        self.session = session
        self.step = step
        self.run = run
        self.lowers = lowers
        self.sources = sources
    }

    /// What one mount turns into.
    struct Prepared: Sendable {
        var mounts: [SandboxMount] = []
        var environment: [String] = []
        /// Overlays made for the mount, to be unmounted after the step.
        var mountedPaths: [String] = []
    }

    /// Gives back what was held for the step.
    func release() {
        for cache in caches { cache.release() }
        for socket in sockets { socket.close() }
        for agent in agents { agent.close() }
    }

    /// A directory that holds the script of a `#!` heredoc.
    func scriptDirectory(_ script: RunStep.Script) throws -> String {
        let directory = try session.scratch.directory("script")
        try WholeFile.write(Array(script.data.utf8), to: directory + "/" + script.name, mode: 0o755)
        return directory
    }

    mutating func prepare(_ mount: StepMount, vertex: VertexID) async throws -> Prepared {
        switch mount {
        case .tmpfs(let target, let size):
            return Prepared(mounts: [
                SandboxMount(.temporary(size: size > 0 ? size : nil), at: target)
            ])
        case .bind(let source, let path, let target, let readOnly):
            return try await bind(source, path, target, readOnly: readOnly, vertex: vertex)
        case .cache(let mount):
            return try await cache(mount, vertex: vertex)
        case .secret(let mount):
            return try secret(mount)
        case .ssh(let mount):
            return try agent(mount)
        }
    }

    // MARK: Bind

    private func tree(_ source: StepSource, vertex: VertexID) async throws -> MountedTree {
        switch source {
        case .context:
            guard let context = session.options.context else {
                throw BuildError.stepFailed(
                    step: FailedStep(step), reason: "there is no build context to read from")
            }
            return .context(context)
        case .stage(let index):
            guard let state = sources[index] else {
                throw BuildError.stepFailed(step: FailedStep(step), reason: "the stage to mount from was not built")
            }
            return try await session.tree(of: state, vertex: vertex)
        }
    }

    private func bind(
        _ source: StepSource, _ path: String, _ target: String, readOnly: Bool, vertex: VertexID
    ) async throws -> Prepared {
        let tree = try await tree(source, vertex: vertex)
        let root: String
        switch tree {
        case .root(let path): root = path
        case .context(let context):
            // A container must see the files that the ignore patterns leave, owned by root, so they are copied.
            root = try await session.contextCopy(of: context, path: path)
        }
        let found = try RootPath.resolve(path, in: root)
        guard !readOnly else { return Prepared(mounts: [SandboxMount(.bind(found), at: target, readOnly: true)]) }
        // Writes are allowed, but thrown away.
        return try await blocking {
            var status = stat()
            guard stat(found, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
                let copy = session.scratch.name("bind")
                try WholeFile.copy(found, to: copy, mode: status.st_mode & 0o7777)
                return Prepared(mounts: [SandboxMount(.bind(copy), at: target)])
            }
            let upper = try session.scratch.directory("bind-upper")
            let work = try session.scratch.directory("bind-work")
            let merged = try session.scratch.directory("bind")
            _ = chown(upper, status.st_uid, status.st_gid)
            _ = chmod(upper, status.st_mode & 0o7777)
            // Overlayfs refuses a lower directory that is itself the root of an overlay only when it is stacked too deep.
            try OverlayMount.mount(lowers: [found], upper: upper, work: work, at: merged)
            return Prepared(mounts: [SandboxMount(.bind(merged), at: target)], mountedPaths: [merged])
        }
    }

    // MARK: Cache

    /// Takes the locks of all cache mounts, in one order for all steps, so that no two wait for each other; two mounts of
    /// one cache take its lock once. To be called before ``prepare(_:vertex:)``.
    mutating func holdCaches(vertex: VertexID) async throws {
        var wanted: [String: StepMount.CacheMount] = [:]
        for case .cache(var mount) in run.mounts where mount.sharing != .private {
            let identity = identity(of: mount)
            if wanted[identity]?.sharing == .locked { mount.sharing = .locked }
            wanted[identity] = mount
        }
        for (identity, mount) in wanted.sorted(by: { $0.key < $1.key }) {
            sharedCaches[identity] = try await hold(mount, vertex: vertex)
        }
    }

    private mutating func cache(_ mount: StepMount.CacheMount, vertex: VertexID) async throws -> Prepared {
        var held = mount.sharing == .private ? nil : sharedCaches[identity(of: mount)]
        if held == nil { held = try await hold(mount, vertex: vertex) }
        guard let held else { return Prepared() }
        var path = held.path
        if mount.source == nil, mount.sourcePath != "/" {
            path = try RootPath.resolve(mount.sourcePath, in: held.path)
            guard access(path, F_OK) == 0 else {
                throw BuildError.stepFailed(
                    step: FailedStep(step), reason: "the cache \(mount.id) has no \(mount.sourcePath)")
            }
        }
        return Prepared(mounts: [SandboxMount(.bind(path), at: mount.target, readOnly: mount.readOnly)])
    }

    /// Whether mode and owner of the mount count: with a `source`, what is there counts instead. A cache to which they
    /// count starts empty, even with `from`.
    private func isAttributed(_ mount: StepMount.CacheMount) -> Bool {
        mount.sourcePath == "/" && (mount.mode != nil || mount.uid != nil || mount.gid != nil)
    }

    private mutating func hold(_ mount: StepMount.CacheMount, vertex: VertexID) async throws -> CacheMount {
        var seed: String?
        if !isAttributed(mount), let source = mount.source,
            case .root(let root) = try await tree(source, vertex: vertex)
        {
            seed = try RootPath.resolve(mount.sourcePath, in: root)
        }
        let sharing: CacheMountSharing =
            switch mount.sharing {
            case .shared: .shared
            case .private: .private
            case .locked: .locked
            }
        let seedDirectory = seed
        let mode = isAttributed(mount) ? (mount.mode ?? 0o755) & 0o777 : 0o755
        let store = session.store
        let identity = identity(of: mount)
        let held = try await waitingForLock { keepWaiting in
            try store.cacheMount(
                id: identity, sharing: sharing,
                prepare: { directory in
                    if let seedDirectory {
                        let request = CopyRequest(
                            sources: [.path("/", in: .rootFilesystem(seedDirectory))], destination: "/")
                        try CopyEngine(ownerDatabase: nil, newFileTime: nil)
                            .copy(try CopySelection.resolve(request), into: directory)
                        // A copy leaves the top as it is, but here it is the source's, too.
                        var status = stat()
                        if stat(seedDirectory, &status) == 0 {
                            _ = chown(directory, status.st_uid, status.st_gid)
                            _ = chmod(directory, status.st_mode & 0o7777)
                        }
                    } else {
                        _ = chmod(directory, mode)
                        _ = chown(directory, mount.uid ?? 0, mount.gid ?? 0)
                    }
                }, keepWaiting: keepWaiting)
        }
        caches.append(held)
        return held
    }

    /// Mounts share a directory when they agree in their id and in what a new one starts as.
    private func identity(of mount: StepMount.CacheMount) -> String {
        var text = mount.id
        if isAttributed(mount) {
            text += "\nmode=\(mount.mode ?? 0o755) owner=\(mount.uid ?? 0):\(mount.gid ?? 0)"
        }
        if case .stage(let index)? = mount.source, let source = sources[index] {
            text += "\nfrom=\(source.result.key)\(mount.sourcePath)"
        }
        return text
    }

    // MARK: Secrets and agents

    private func secret(_ mount: StepMount.SecretMount) throws -> Prepared {
        // A secret that is not there is an empty variable, even where ENV says otherwise.
        let absent = Prepared(environment: mount.environmentName.map { ["\($0)="] } ?? [])
        guard let source = session.options.secrets[mount.id] else {
            if mount.required {
                throw BuildError.stepFailed(
                    step: FailedStep(step),
                    reason: "secret \(mount.id): not found: give it with --secret id=\(mount.id),src=FILE")
            }
            return absent
        }
        let value: [UInt8]
        switch source {
        case .file(let path): value = try WholeFile.read(path, limit: 500 << 10)
        case .environment(let name):
            guard let text = getenv(name) else {
                if !mount.required { return absent }
                throw BuildError.stepFailed(
                    step: FailedStep(step), reason: "secret \(mount.id): the variable \(name) is not set")
            }
            value = Array(String(cString: text).utf8)
        }
        var prepared = Prepared()
        if let name = mount.environmentName {
            prepared.environment.append("\(name)=\(String(decoding: value, as: UTF8.self))")
        }
        if let target = mount.target {
            prepared.mounts.append(
                SandboxMount(
                    .content(value, mode: mount.mode & 0o777, uid: mount.uid, gid: mount.gid), at: target,
                    readOnly: true))
        }
        return prepared
    }

    private mutating func agent(_ mount: StepMount.SSHMount) throws -> Prepared {
        guard let source = session.options.agents[mount.id] else {
            if mount.required {
                throw BuildError.stepFailed(
                    step: FailedStep(step), reason: "no SSH key \"\(mount.id)\": give it with --ssh \(mount.id)")
            }
            return Prepared()
        }
        let agent = try SSHAgent(
            SSHAgentSource(id: mount.id, paths: source.paths), scratch: try session.scratch.sandbox())
        let socket = try agent.makeSocket(uid: mount.uid, gid: mount.gid, mode: mount.mode & 0o777)
        agents.append(agent)
        sockets.append(socket)
        let target = mount.target ?? "/run/buildkit/ssh_agent.\(agentCount)"
        agentCount += 1
        return Prepared(
            mounts: [SandboxMount(.bind(socket.path), at: target)],
            environment: ["SSH_AUTH_SOCK=\(target)"])
    }
}
