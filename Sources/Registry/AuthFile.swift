import FoundationEssentials
import OCI

/// A credentials file: containers-auth.json(5), or Docker's config.json, which has more in it. What is not understood
/// is kept.
struct AuthFile: Sendable {
    /// Who else uses the file, which decides what Docker Hub is called in it.
    enum Kind: Sendable { case containers, docker }

    let path: String
    let kind: Kind
    private(set) var document: [String: JSONValue]

    /// The file at `path`; nil if there is none.
    static func read(_ path: String, kind: Kind) throws(RegistryError) -> AuthFile? {
        let bytes: [UInt8]?
        do { bytes = try ConfigurationFile.read(path) } catch {
            throw .credentialFile(path: path, reason: error.reason)
        }
        guard let bytes else { return nil }
        if bytes.allSatisfy({ $0 == 10 || $0 == 13 || $0 == 32 || $0 == 9 }) { return AuthFile(path: path, kind: kind) }
        guard case .object(let document)? = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes)) else {
            throw .credentialFile(path: path, reason: "not a JSON object")
        }
        return AuthFile(path: path, kind: kind, document: document)
    }

    /// An empty file.
    init(path: String, kind: Kind) { self.init(path: path, kind: kind, document: [:]) }

    private init(path: String, kind: Kind, document: [String: JSONValue]) {
        self.path = path
        self.kind = kind
        self.document = document
    }

    func write() throws(RegistryError) {
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try ConfigurationFile.replace(path, with: Array(try encoder.encode(JSONValue.object(document))) + [10])
        } catch {
            throw .credentialFile(path: path, reason: (error as? ConfigurationFile.Failure)?.reason ?? "\(error)")
        }
    }

    // MARK: Entries

    /// The credentials for the most exact of the keys that match: `host/path/…`, shorter paths, `host`, and the ways in
    /// which older versions of Docker wrote a host.
    func credentials(host: String, repository: String?) throws(RegistryError) -> Credentials? {
        let entries = object("auths")
        for key in Self.keys(host: host, repository: repository) {
            if let entry = entries[key], let credentials = try credentials(entry, key: key) { return credentials }
        }
        // Keys with a scheme or an API version: https://index.docker.io/v1/, https://host/v2/.
        for (key, entry) in entries.sorted(by: { $0.key < $1.key }) where Self.legacyHost(key) == host {
            if let credentials = try credentials(entry, key: key) { return credentials }
        }
        return nil
    }

    /// The helper named for the host, or for all hosts.
    func helper(for host: String) -> (host: String?, all: String?) {
        let helpers = object("credHelpers")
        let own = [host, RegistrySource.networkHost(host), serverKey(host)].lazy.compactMap { helpers[$0]?.text }.first
        return (own, document["credsStore"]?.text)
    }

    /// What a helper, and this file, call the host.
    func serverKey(_ host: String) -> String {
        kind == .docker && host == "docker.io" ? Self.dockerHubKey : host
    }

    private static let dockerHubKey = "https://index.docker.io/v1/"

    mutating func set(_ credentials: Credentials, for key: String) {
        var entries = object("auths")
        switch credentials {
        case .basic(let username, let password):
            entries[key] = .object(["auth": .string(Base64.encode(Array("\(username):\(password.reveal())".utf8)))])
        case .identityToken(let token): entries[key] = .object(["identitytoken": .string(token.reveal())])
        case .bearer(let token): entries[key] = .object(["registrytoken": .string(token.reveal())])
        }
        document["auths"] = .object(entries)
    }

    /// Removes what is stored for exactly this host, however it is written. Returns whether there was something.
    mutating func remove(_ host: String) -> Bool {
        var entries = object("auths")
        let keys = entries.keys.filter { $0 == host || Self.legacyHost($0) == host }
        for key in keys { entries[key] = nil }
        document["auths"] = .object(entries)
        return !keys.isEmpty
    }

    private func object(_ name: String) -> [String: JSONValue] {
        if case .object(let value)? = document[name] { value } else { [:] }
    }

    private func credentials(_ entry: JSONValue, key: String) throws(RegistryError) -> Credentials? {
        guard case .object(let fields) = entry else {
            throw .credentialFile(path: path, reason: "the entry of '\(key)' is not an object")
        }
        if let token = fields["registrytoken"]?.text, !token.isEmpty { return .bearer(Secret(token)) }
        if let token = fields["identitytoken"]?.text, !token.isEmpty { return .identityToken(Secret(token)) }
        if let encoded = fields["auth"]?.text, !encoded.isEmpty {
            guard let bytes = Base64.decode(encoded) else {
                throw .credentialFile(path: path, reason: "the entry of '\(key)' is not base64")
            }
            let pair = String(decoding: bytes, as: UTF8.self)
            guard let colon = pair.firstIndex(of: ":"), colon > pair.startIndex else {
                throw .credentialFile(path: path, reason: "the entry of '\(key)' is not user:password in base64")
            }
            // Docker has padded passwords with zero bytes.
            let password = pair[pair.index(after: colon)...].prefix { $0 != "\0" }
            return .basic(username: String(pair[..<colon]), password: Secret(String(password)))
        }
        if let username = fields["username"]?.text, !username.isEmpty, let password = fields["password"]?.text {
            return .basic(username: username, password: Secret(password))
        }
        return nil
    }

    // MARK: Keys

    /// `host/a/b/c`, `host/a/b`, `host/a`, `host`.
    static func keys(host: String, repository: String?) -> [String] {
        var key = host + (repository.map { "/" + $0 } ?? "")
        var keys = [key]
        while key.count > host.count, let slash = key.lastIndex(of: "/") {
            key = String(key[..<slash])
            keys.append(key)
        }
        return keys
    }

    /// The host of a key with a scheme or an API version in it; nil if it is a key of the present form (a host, or a
    /// host with a path).
    static func legacyHost(_ key: String) -> String? {
        var rest = key[...]
        let hadScheme = rest.hasPrefix("https://") || rest.hasPrefix("http://")
        if hadScheme, let range = rest.firstRange(of: "://") { rest = rest[range.upperBound...] }
        let host = String(rest.prefix { $0 != "/" })
        let path = rest.dropFirst(host.count)
        let isVersion = ["/v1", "/v1/", "/v2", "/v2/"].contains(String(path))
        let name =
            ["index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"].contains(host) ? "docker.io" : host
        guard hadScheme || isVersion || (name != host && path.isEmpty), isVersion || path.isEmpty || path == "/" else {
            return nil
        }
        return name
    }
}

extension JSONValue {
    var text: String? {
        if case .string(let text) = self { text } else { nil }
    }
}
