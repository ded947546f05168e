import OCI
import TOMLKit
#if canImport(Glibc)
    import Glibc
#endif

extension RegistriesConfiguration {
    /// Reads the configuration of this machine and user.
    ///
    /// `$CONTAINERS_REGISTRIES_CONF`, else `$XDG_CONFIG_HOME/containers/registries.conf` (`~/.config`), else
    /// `SYSTEM/registries.conf`. Then, unless the variable names the file, `*.conf` in `SYSTEM/registries.conf.d` and
    /// in the user's `registries.conf.d`, in the order of their names; a later table for the same prefix replaces an
    /// earlier one. A machine without any of them has an empty configuration.
    ///
    /// - Parameter systemDirectory: where the machine's files are.
    public static func load(
        environment: [String: String] = RegistryClientOptions.processEnvironment(),
        systemDirectory: String = "/etc/containers"
    ) throws(RegistryError) -> RegistriesConfiguration {
        var configuration = RegistriesConfiguration()
        if let named = environment["CONTAINERS_REGISTRIES_CONF"], !named.isEmpty {
            guard let text = try read(named) else {
                throw .configuration(
                    file: named, line: nil, reason: "there is no such file (named by CONTAINERS_REGISTRIES_CONF)")
            }
            try configuration.merge(text, file: named)
            if let extra = environment["CONTAINERS_REGISTRIES_CONF_DIR"], !extra.isEmpty {
                try configuration.mergeDirectory(extra)
            }
            return configuration
        }
        let userDirectory = (environment["XDG_CONFIG_HOME"] ?? environment["HOME"].map { $0 + "/.config" }).map {
            $0 + "/containers"
        }
        for directory in [userDirectory, systemDirectory].compactMap({ $0 }) {
            let file = directory + "/registries.conf"
            if let text = try read(file) {
                try configuration.merge(text, file: file)
                break
            }
        }
        try configuration.mergeDirectory(systemDirectory + "/registries.conf.d")
        if let userDirectory { try configuration.mergeDirectory(userDirectory + "/registries.conf.d") }
        return configuration
    }

    private mutating func mergeDirectory(_ directory: String) throws(RegistryError) {
        for name in TrustSettings.files(in: directory) ?? [] where name.hasSuffix(".conf") {
            let file = directory + "/" + name
            if let text = try Self.read(file) { try merge(text, file: file) }
        }
    }

    private static func read(_ path: String) throws(RegistryError) -> String? {
        do { return try ConfigurationFile.read(path).map { String(decoding: $0, as: UTF8.self) } } catch {
            throw .configuration(file: path, line: nil, reason: error.reason)
        }
    }

    // MARK: One file

    /// Reads `text` on top of what is there: search registries are replaced, tables with the same prefix too, aliases
    /// one by one.
    public mutating func merge(_ text: String, file: String) throws(RegistryError) {
        if let line = Self.lineOfBrokenHeader(text) {
            throw .configuration(file: file, line: line, reason: "a table's name is expected after [")
        }
        let document: Document
        do {
            document = try TOMLDecoder().decode(Document.self, from: text)
        } catch let error as TOMLParseError {
            throw .configuration(file: file, line: error.source.begin.line, reason: error.description)
        } catch {
            throw .configuration(file: file, line: nil, reason: Self.reason(error))
        }
        if document.registries != nil {
            throw .configuration(
                file: file, line: nil,
                reason: "[registries.…] tables are version 1 of the format, which is not supported")
        }
        for host in document.searchRegistries ?? [] {
            guard WebAddress(scheme: .https, authority: host.prefix { $0 != "/" }) != nil else {
                throw .configuration(
                    file: file, line: nil, reason: "unqualified-search-registries has '\(host)', which is no registry")
            }
        }
        if let search = document.searchRegistries { searchRegistries = search.map(Self.withoutSlash) }
        for (name, target) in document.aliases ?? [:] {
            guard target.isEmpty || !Reference.isShortName(target),
                target.isEmpty || (try? Reference(parsing: target)) != nil
            else {
                throw .configuration(
                    file: file, line: nil, reason: "alias '\(name)' stands for '\(target)', which is no full name")
            }
            aliases[name] = target
        }
        var own: Set<String> = []
        for table in document.registry ?? [] {
            let registry = try table.registry(file: file)
            guard own.insert(registry.prefix).inserted else {
                throw .configuration(
                    file: file, line: nil, reason: "two [[registry]] tables have the prefix '\(registry.prefix)'")
            }
            registries.removeAll { $0.prefix == registry.prefix }
            registries.append(registry)
        }
    }

    /// The first line whose `[` or `[[` is not followed by a name. The parser below ends the program for these rather
    /// than refuse them: it asserts what it has not checked. Nothing valid in this format begins a line with `[` and
    /// something else.
    static func lineOfBrokenHeader(_ text: String) -> Int? {
        let isBlank = { (byte: UInt8) in byte == 32 || byte == 9 }
        for (number, line) in text.utf8.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
            var rest = line.drop(while: isBlank)
            if number == 0, rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3).drop(while: isBlank) }
            guard rest.first == UInt8(ascii: "[") else { continue }
            rest = rest.dropFirst().drop(while: isBlank)
            if rest.first == UInt8(ascii: "[") { rest = rest.dropFirst().drop(while: isBlank) }
            guard let first = rest.first, isKeyByte(first) else { return number + 1 }
        }
        return nil
    }

    private static func isKeyByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122: true
        default: "_-\"'".utf8.contains(byte)
        }
    }

    private static func reason(_ error: any Error) -> String {
        func path(_ context: DecodingError.Context) -> String {
            context.codingPath.map(\.stringValue).joined(separator: ".")
        }
        return switch error {
        case DecodingError.typeMismatch(let type, let context), DecodingError.valueNotFound(let type, let context):
            "\(path(context)) is not a \(type)"
        case DecodingError.keyNotFound(let key, let context): "\(path(context)) lacks \(key.stringValue)"
        case DecodingError.dataCorrupted(let context): "\(path(context)): \(context.debugDescription)"
        default: "\(error)"
        }
    }

    fileprivate static func withoutSlash(_ text: String) -> String {
        var text = text
        while text.hasSuffix("/") { text.removeLast() }
        return text
    }

    private struct Document: Decodable {
        let searchRegistries: [String]?
        let registry: [Table]?
        let aliases: [String: String]?
        let registries: Anything?

        enum CodingKeys: String, CodingKey {
            case searchRegistries = "unqualified-search-registries"
            case registry, aliases, registries
        }
    }

    private struct Anything: Decodable {
        init(from decoder: any Decoder) {}
    }

    private struct Table: Decodable {
        let prefix: String?
        let location: String?
        let insecure: Bool?
        let blocked: Bool?
        let mirrorByDigestOnly: Bool?
        let mirror: [MirrorTable]?

        enum CodingKeys: String, CodingKey {
            case prefix, location, insecure, blocked, mirror
            case mirrorByDigestOnly = "mirror-by-digest-only"
        }

        func registry(file: String) throws(RegistryError) -> Registry {
            let location = RegistriesConfiguration.withoutSlash(location ?? "")
            var prefix = RegistriesConfiguration.withoutSlash(prefix ?? "")
            if prefix.isEmpty { prefix = location }
            func fail(_ reason: String) -> RegistryError {
                .configuration(file: file, line: nil, reason: "[[registry]] '\(prefix)': \(reason)")
            }
            guard !prefix.isEmpty else { throw fail("neither prefix nor location is set") }
            if prefix.hasPrefix("*."), prefix.contains("/") { throw fail("a prefix with * is a host without a path") }
            if prefix.dropFirst(prefix.hasPrefix("*.") ? 1 : 0).contains("*") {
                throw fail("* is only allowed at the beginning, as *.")
            }
            try Self.check(prefix.hasPrefix("*.") ? String(prefix.dropFirst(2)) : prefix, "prefix", fail)
            if !location.isEmpty { try Self.check(location, "location", fail) }
            var mirrors: [Mirror] = []
            for table in mirror ?? [] {
                let place = RegistriesConfiguration.withoutSlash(table.location ?? "")
                guard !place.isEmpty else { throw fail("a mirror has no location") }
                try Self.check(place, "mirror location", fail)
                guard let pulls = Mirror.Pulls(rawValue: table.pulls ?? "all") else {
                    throw fail("pull-from-mirror is '\(table.pulls ?? "")', expected all, digest-only or tag-only")
                }
                if mirrorByDigestOnly == true, table.pulls != nil, pulls != .all {
                    throw fail("pull-from-mirror cannot be set where mirror-by-digest-only is")
                }
                mirrors.append(Mirror(location: place, insecure: table.insecure ?? false, pulls: pulls))
            }
            return Registry(
                prefix: prefix, location: location, insecure: insecure ?? false, blocked: blocked ?? false,
                mirrorByDigestOnly: mirrorByDigestOnly ?? false, mirrors: mirrors, file: file)
        }

        private static func check(_ text: String, _ what: String, _ fail: (String) -> RegistryError)
            throws(RegistryError)
        {
            if text.contains("://") { throw fail("\(what) '\(text)' has a scheme; write host[:port][/path]") }
            if text.utf8.contains(where: { $0 <= 32 || $0 == 127 }) {
                throw fail("\(what) '\(text)' has a space in it")
            }
            guard WebAddress(scheme: .https, authority: text.prefix { $0 != "/" && $0 != "@" }) != nil else {
                throw fail("\(what) '\(text)' does not begin with a host")
            }
        }
    }

    private struct MirrorTable: Decodable {
        let location: String?
        let insecure: Bool?
        let pulls: String?

        enum CodingKeys: String, CodingKey {
            case location, insecure
            case pulls = "pull-from-mirror"
        }
    }
}
