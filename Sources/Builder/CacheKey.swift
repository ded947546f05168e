import BuildGraph
import OCI

/// The parts of a cache key, by name, in a fixed order.
///
/// The digest covers every name and value; the parts are kept with the record so that a miss can name what changed.
struct CacheKey: Sendable {
    private(set) var parts: [Part] = []

    struct Part: Codable, Hashable, Sendable {
        var name: String
        var value: String
    }

    /// Raised when the meaning of keys changes, so that old records are not found.
    private static let version = "1"

    init(kind: String) {
        add("version", Self.version)
        add("kind", kind)
    }

    mutating func add(_ name: String, _ value: String) { parts.append(Part(name: name, value: value)) }

    mutating func add(_ name: String, _ value: String?) { if let value { add(name, value) } }

    mutating func add(_ name: String, _ values: [String]) {
        for (index, value) in values.enumerated() { add("\(name)[\(index)]", value) }
    }

    /// SHA-256 over length-prefixed names and values, so that no two lists of parts share a digest.
    var digest: Digest {
        var digester = Digester()
        for part in parts {
            for text in [part.name, part.value] {
                let bytes = Array(text.utf8)
                withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { digester.update($0) }
                digester.update(bytes)
            }
        }
        return digester.finish()
    }
}

extension Step {
    /// What the instruction itself contributes to the key; files and parents are added by the caller.
    func keyParts(platform: Platform, runtime: RunDefaults) -> CacheKey {
        switch kind {
        case .run(let run):
            var key = CacheKey(kind: "run")
            key.add("platform", platform.description)
            key.add("argument", run.arguments)
            key.add("environment", run.environment)
            key.add("directory", run.workingDirectory)
            key.add("user", run.user)
            key.add("network", (run.network == .default ? runtime.network : run.network).rawValue)
            key.add("security", run.security.rawValue)
            key.add("hostname", run.hostname)
            key.add("script", run.script.map { "\($0.name)\n\($0.data)" })
            key.add("host", runtime.extraHosts)
            key.add("ulimit", runtime.ulimits.map { "\($0.name)=\($0.soft):\($0.hard)" })
            if runtime.sharedMemorySize > 0 { key.add("shm", String(runtime.sharedMemorySize)) }
            for (index, mount) in run.mounts.enumerated() { key.add("mount[\(index)]", mount.keyText) }
            return key
        case .copy(let copy):
            var key = CacheKey(kind: copy.isAdd ? "add" : "copy")
            key.add("destination", copy.destination)
            key.add("chown", copy.chown)
            key.add("chmod", copy.chmod)
            key.add("link", copy.link ? "true" : nil)
            key.add("parents", copy.parents ? "true" : nil)
            key.add("exclude", copy.excludes)
            key.add("unpack", copy.unpack.map(String.init))
            key.add("checksum", copy.checksum)
            key.add("keep-git-dir", copy.keepGitDirectory.map(String.init))
            for (index, source) in copy.sources.enumerated() { key.add("source[\(index)]", source.keyText) }
            return key
        case .workdir(let workdir):
            var key = CacheKey(kind: "workdir")
            key.add("path", workdir.path)
            key.add("user", workdir.user)
            return key
        }
    }
}

extension CopyStep.Source {
    fileprivate var keyText: String {
        switch self {
        case .path(let path): "path \(path)"
        case .http(let url): "http \(url)"
        case .git(let url): "git \(url)"
        case .inline(let name, let data): "inline \(name)\n\(data)"
        }
    }
}

extension StepMount {
    /// Everything about the mount that can change the result, separated by what no path contains; secrets by id, never by
    /// value; caches by id, never by content.
    fileprivate var keyText: String {
        switch self {
        case .bind(_, let path, let target, let readOnly): "bind \(path)\0\(target)\0\(readOnly)"
        case .cache(let mount):
            "cache \(mount.id)\0\(mount.target)\0\(mount.sourcePath)\0\(mount.sharing.rawValue) \(mount.readOnly)"
                + " \(mount.mode.map(String.init) ?? "-") \(mount.uid.map(String.init) ?? "-")"
                + " \(mount.gid.map(String.init) ?? "-")"
        case .tmpfs(let target, let size): "tmpfs \(target) \(size)"
        case .secret(let mount):
            "secret \(mount.id)\0\(mount.target ?? "")\0\(mount.environmentName ?? "")\0\(mount.required)"
                + " \(mount.mode) \(mount.uid) \(mount.gid)"
        case .ssh(let mount):
            "ssh \(mount.id)\0\(mount.target ?? "")\0\(mount.required) \(mount.mode) \(mount.uid) \(mount.gid)"
        }
    }

    /// The stage or context that the mount reads.
    var source: StepSource? {
        switch self {
        case .bind(let source, _, _, _): source
        case .cache(let mount): mount.source
        case .tmpfs, .secret, .ssh: nil
        }
    }
}
