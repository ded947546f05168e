import OCI

/// What registries.conf(5), version 2, says: where an image's bytes come from.
///
/// A value that was read; ``load(environment:systemDirectory:)`` reads the files of this machine and user.
public struct RegistriesConfiguration: Sendable, Equatable {
    /// One `[[registry]]` table.
    public struct Registry: Sendable, Equatable {
        /// What it applies to: a host, a namespace, a repository, a reference, or `*.example.com`.
        public var prefix: String
        /// What the prefix is replaced by; empty leaves the reference as it is.
        public var location: String
        /// Unverified TLS and plain HTTP are allowed.
        public var insecure: Bool
        /// Nothing is pulled from it.
        public var blocked: Bool
        /// Mirrors are used for references with a digest only.
        public var mirrorByDigestOnly: Bool
        /// Tried in this order before the location itself.
        public var mirrors: [Mirror]
        /// The file it is in.
        public var file: String
    }

    /// One `[[registry.mirror]]` table.
    public struct Mirror: Sendable, Equatable {
        /// What the prefix is replaced by.
        public var location: String
        /// Unverified TLS and plain HTTP are allowed.
        public var insecure: Bool
        /// What it is used for.
        public var pulls: Pulls

        /// `pull-from-mirror`.
        public enum Pulls: String, Sendable {
            /// Everything.
            case all
            /// References with a digest.
            case digestOnly = "digest-only"
            /// References with a tag and no digest.
            case tagOnly = "tag-only"
        }
    }

    /// Prefixes, in no order.
    public var registries: [Registry]
    /// Hosts a name without one is looked for at.
    public var searchRegistries: [String]
    /// Short name to full name; an empty value takes an alias of a file read earlier away.
    public var aliases: [String: String]

    /// Nothing configured: every registry is what its name says.
    public init(registries: [Registry] = [], searchRegistries: [String] = [], aliases: [String: String] = [:]) {
        self.registries = registries
        self.searchRegistries = searchRegistries
        self.aliases = aliases
    }

    // MARK: Sources

    /// Where to pull `reference` from, in order: mirrors, then the registry itself.
    ///
    /// - Throws: ``RegistryError/blocked(reference:prefix:file:)``, ``RegistryError/configuration(file:line:reason:)``
    ///   for a location that makes no reference.
    public func sources(for reference: Reference) throws(RegistryError) -> [RegistrySource] {
        guard let (registry, matched) = match(reference) else {
            return [RegistrySource(host: reference.domain, repository: reference.path)]
        }
        if registry.blocked {
            throw .blocked(reference: reference.familiar, prefix: registry.prefix, file: registry.file)
        }
        var sources: [RegistrySource] = []
        for mirror in registry.mirrors where use(mirror, of: registry, for: reference) {
            sources.append(try source(mirror.location, matched, mirror.insecure, true, reference, registry))
        }
        return sources + [try source(registry.location, matched, registry.insecure, false, reference, registry)]
    }

    /// Where to push `reference` to.
    public func destination(for reference: Reference) throws(RegistryError) -> RegistrySource {
        guard let (registry, matched) = match(reference) else {
            return RegistrySource(host: reference.domain, repository: reference.path)
        }
        if registry.blocked {
            throw .blocked(reference: reference.familiar, prefix: registry.prefix, file: registry.file)
        }
        return try source(registry.location, matched, registry.insecure, false, reference, registry)
    }

    /// A host as such, for login and the catalogue.
    func registry(_ host: String) throws(RegistryError) -> RegistrySource {
        let name = host == "index.docker.io" || host == "registry-1.docker.io" ? "docker.io" : host
        let insecure = registries.contains { registry in
            Self.matchedLength(of: registry.prefix, in: name) != nil && registry.insecure
                && (registry.location.isEmpty
                    || registry.location == registry.prefix)
        }
        return RegistrySource(host: name, repository: "", insecure: insecure)
    }

    private func use(_ mirror: Mirror, of registry: Registry, for reference: Reference) -> Bool {
        switch mirror.pulls {
        case .all: reference.digest != nil || !registry.mirrorByDigestOnly
        case .digestOnly: reference.digest != nil
        case .tagOnly: reference.digest == nil
        }
    }

    private func source(
        _ location: String, _ matched: Int, _ insecure: Bool, _ isMirror: Bool, _ reference: Reference,
        _ registry: Registry
    ) throws(RegistryError) -> RegistrySource {
        let name =
            location.isEmpty ? reference.name : location + reference.name.dropFirst(min(matched, reference.name.count))
        guard let slash = name.firstIndex(of: "/"), slash > name.startIndex, name.index(after: slash) < name.endIndex
        else {
            throw .configuration(
                file: registry.file, line: nil,
                reason:
                    "location '\(location)' for prefix '\(registry.prefix)' makes '\(name)' of \(reference.familiar)")
        }
        return RegistrySource(
            host: String(name[..<slash]), repository: String(name[name.index(after: slash)...]), insecure: insecure,
            isMirror: isMirror)
    }

    // MARK: Prefixes

    /// The registry with the longest prefix that matches, and how much of the reference's name the prefix covers.
    private func match(_ reference: Reference) -> (Registry, Int)? {
        let text = reference.description
        var best: (registry: Registry, length: Int)?
        for registry in registries {
            guard let length = Self.matchedLength(of: registry.prefix, in: text) else { continue }
            if registry.prefix.count > best?.registry.prefix.count ?? -1 { best = (registry, length) }
        }
        return best.map { ($0.registry, $0.length) }
    }

    /// How many characters of `text` the prefix covers, or nil. A prefix ends where a part of the name ends;
    /// `*.example.com` covers the whole host of any subdomain.
    static func matchedLength(of prefix: String, in text: String) -> Int? {
        var literal = prefix[...]
        var rest = text[...]
        var covered = 0
        if prefix.hasPrefix("*.") {
            literal = prefix.dropFirst()
            let host = text.prefix { $0 != "/" }
            guard let place = host.firstRange(of: literal), place.lowerBound > text.startIndex else { return nil }
            covered = text.distance(from: text.startIndex, to: place.lowerBound)
            rest = text[place.lowerBound...]
        }
        guard rest.hasPrefix(literal) else { return nil }
        let next = rest.dropFirst(literal.count).first
        guard next == nil || next == "/" || next == ":" || next == "@" else { return nil }
        return covered + literal.count
    }

    // MARK: Short names

    /// What a name typed without a registry may mean, in the order to try: an alias, else each search registry, else
    /// Docker Hub. A name with a registry means itself.
    public func candidates(forName text: String) throws(OCIError) -> [Reference] {
        guard Reference.isShortName(text) else { return [try Reference(parsing: text)] }
        let hub = try Reference(parsing: text)
        let end = text.firstIndex { $0 == ":" || $0 == "@" } ?? text.endIndex
        if let target = aliases[String(text[..<end])], !target.isEmpty {
            return [try Reference(parsing: target + text[end...])]
        }
        guard !searchRegistries.isEmpty else { return [hub] }
        var candidates: [Reference] = []
        for host in searchRegistries { candidates.append(try Reference(parsing: "\(host)/\(text)")) }
        return candidates
    }
}

extension RegistriesConfiguration {
    /// The same, but these hosts may be reached without TLS, or with any certificate, whatever the files say.
    public func trustingInsecurely(_ hosts: some Sequence<String>) -> RegistriesConfiguration {
        var result = self
        for host in hosts {
            if let known = result.registries.firstIndex(where: { $0.prefix == host }) {
                result.registries[known].insecure = true
            } else {
                result.registries.append(
                    Registry(
                        prefix: host, location: host, insecure: true, blocked: false, mirrorByDigestOnly: false,
                        mirrors: [], file: "the command line"))
            }
        }
        return result
    }
}
