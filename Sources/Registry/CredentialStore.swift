import OCI
#if canImport(Glibc)
    import Glibc
#endif

/// Where credentials are kept: the files of the containers tools and of Docker, and the helpers that those name.
///
/// Looked at in this order, the first that has something counts: `$REGISTRY_AUTH_FILE` (alone, if set),
/// `$XDG_RUNTIME_DIR/containers/auth.json` (or `/run/containers/UID/auth.json`), `~/.config/containers/auth.json`,
/// `$DOCKER_CONFIG/config.json` (`~/.docker`). Nothing is read before a registry asks.
public struct CredentialStore: Sendable {
    private let environment: [String: String]

    /// The store of this user, as the environment describes it.
    public init(environment: [String: String] = RegistryClientOptions.processEnvironment()) {
        self.environment = environment
    }

    /// No credentials at all; nothing can be saved in it.
    public static let empty = CredentialStore(environment: ["REGISTRY_AUTH_FILE": "/dev/null"])

    /// Credentials, or a reason worth telling why there are none.
    public struct Lookup: Sendable {
        /// What was found.
        public let credentials: Credentials?
        /// Why nothing was found, if something stood in the way; told to the user only if the registry insists.
        public let note: String?
    }

    // MARK: Files

    private func files() -> [(path: String, kind: AuthFile.Kind)] {
        if let path = value("REGISTRY_AUTH_FILE") { return [(path, .containers)] }
        var files: [(String, AuthFile.Kind)] = []
        if let runtime = value("XDG_RUNTIME_DIR") {
            files.append((runtime + "/containers/auth.json", .containers))
        } else {
            files.append(("/run/containers/\(getuid())/auth.json", .containers))
        }
        if let configuration = value("XDG_CONFIG_HOME") ?? value("HOME").map({ $0 + "/.config" }) {
            files.append((configuration + "/containers/auth.json", .containers))
        }
        if let docker = value("DOCKER_CONFIG") ?? value("HOME").map({ $0 + "/.docker" }) {
            files.append((docker + "/config.json", .docker))
        }
        return files
    }

    /// The file that ``save(_:host:)`` writes: `$REGISTRY_AUTH_FILE`, else Docker's if `DOCKER_CONFIG` is set, else the
    /// runtime directory's if there is one (as podman does), else `~/.config/containers/auth.json`.
    public var writablePath: String {
        target.path
    }

    private var target: (path: String, kind: AuthFile.Kind) {
        if let path = value("REGISTRY_AUTH_FILE") { return (path, .containers) }
        if let docker = value("DOCKER_CONFIG") { return (docker + "/config.json", .docker) }
        if let runtime = value("XDG_RUNTIME_DIR") { return (runtime + "/containers/auth.json", .containers) }
        let home = value("XDG_CONFIG_HOME") ?? (value("HOME") ?? "/root") + "/.config"
        return (home + "/containers/auth.json", .containers)
    }

    private func value(_ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    // MARK: Reading

    /// The credentials for a repository on `host` (for the host itself if `repository` is nil).
    ///
    /// A helper that is missing or fails is no error here, as most pulls need no credentials: the reason goes into the
    /// note.
    ///
    /// - Throws: ``RegistryError/credentialFile(path:reason:)``.
    public func lookup(host: String, repository: String?) async throws -> Lookup {
        var notes: [String] = []
        for (path, kind) in files() {
            guard let file = try AuthFile.read(path, kind: kind) else { continue }
            let helpers = file.helper(for: host)
            if let name = helpers.host, let found = await ask(name, file, host, &notes) {
                return Lookup(credentials: found, note: nil)
            }
            if let found = try file.credentials(host: host, repository: repository) {
                return Lookup(credentials: found, note: nil)
            }
            if let name = helpers.all, name != helpers.host, let found = await ask(name, file, host, &notes) {
                return Lookup(credentials: found, note: nil)
            }
        }
        return Lookup(credentials: nil, note: notes.isEmpty ? nil : notes.joined(separator: "; "))
    }

    private func ask(_ name: String, _ file: AuthFile, _ host: String, _ notes: inout [String]) async -> Credentials? {
        do {
            return try await CredentialHelper(name: name, environment: environment).get(file.serverKey(host))
        } catch {
            notes.append(Self.describe(error, name, file.path).description)
            return nil
        }
    }

    private static func describe(_ error: any Error, _ name: String, _ path: String) -> RegistryError {
        switch error {
        case let error as RegistryError: error
        case CredentialHelper.Failure.notInstalled:
            .credentialHelper(name: name, reason: "docker-credential-\(name), named in \(path), is not installed")
        case CredentialHelper.Failure.failed(let message): .credentialHelper(name: name, reason: message)
        default: .credentialHelper(name: name, reason: "\(error)")
        }
    }

    // MARK: Writing

    /// Stores credentials for `key`, a host or `host/path`: with the helper that the file names for it, else in the
    /// file (mode 0600).
    ///
    /// - Returns: where they are now, for the user: a path or `helper NAME`.
    @discardableResult
    public func save(_ credentials: Credentials, host key: String) async throws -> String {
        let (path, kind) = target
        var file = try AuthFile.read(path, kind: kind) ?? AuthFile(path: path, kind: kind)
        let host = key.prefix { $0 != "/" }
        let helpers = file.helper(for: String(host))
        if let name = helpers.host ?? helpers.all {
            do {
                try await CredentialHelper(name: name, environment: environment).store(file.serverKey(key), credentials)
            } catch { throw Self.describe(error, name, path) }
            return "helper \(name)"
        }
        file.set(credentials, for: file.serverKey(key))
        try file.write()
        return path
    }

    /// What ``erase(host:)`` did.
    public struct Erased: Sendable, Equatable {
        /// Files and helpers that had credentials for the host and have them no more.
        public let removed: [String]
        /// Files that other programs keep, which still have some.
        public let remaining: [String]
    }

    /// Removes the credentials for `key` from the file that ``save(_:host:)`` writes, and from its helper. Other files
    /// are left alone and named.
    public func erase(host key: String) async throws -> Erased {
        let own = target
        var removed: [String] = []
        var remaining: [String] = []
        let candidates = files()
        for (path, kind) in candidates.contains(where: { $0.path == own.path }) ? candidates : [own] + candidates {
            guard var file = try AuthFile.read(path, kind: kind) else { continue }
            guard path == own.path else {
                if try file.credentials(host: key, repository: nil) != nil { remaining.append(path) }
                continue
            }
            let helpers = file.helper(for: key)
            if let name = helpers.host ?? helpers.all {
                let helper = CredentialHelper(name: name, environment: environment)
                do {
                    if try await helper.get(file.serverKey(key)) != nil {
                        try await helper.erase(file.serverKey(key))
                        removed.append("helper \(name)")
                    }
                } catch { throw Self.describe(error, name, path) }
            }
            if file.remove(key) {
                try file.write()
                removed.append(path)
            }
        }
        return Erased(removed: removed, remaining: remaining)
    }
}

extension RegistryClient {
    /// Checks the credentials with the registry and then stores them.
    ///
    /// - Parameter key: a host, or `host/path` for credentials that are only for what is below it.
    /// - Returns: where they are now: a path or `helper NAME`.
    /// - Throws: ``RegistryError/authenticationRefused(host:username:_:detail:)`` if the registry refuses them.
    @discardableResult
    public func login(to key: String, _ new: Credentials) async throws -> String {
        let name = CredentialStore.normalised(key)
        try await ping(host: String(name.prefix { $0 != "/" }), credentials: new)
        return try await credentials.save(new, host: name)
    }
}

extension CredentialStore {
    /// Removes stored credentials; see ``erase(host:)``. A scheme, or Docker Hub's other names, in `key` do not matter.
    @discardableResult
    public func logout(from key: String) async throws -> Erased {
        try await erase(host: Self.normalised(key))
    }

    /// People paste addresses.
    static func normalised(_ key: String) -> String {
        if let host = AuthFile.legacyHost(key) { return host }
        var key = key[...]
        if let scheme = key.firstRange(of: "://") { key = key[scheme.upperBound...] }
        while key.hasSuffix("/") { key = key.dropLast() }
        return String(key)
    }
}
