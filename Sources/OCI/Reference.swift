/// The name of an image, as Docker reads it: `nginx` is `docker.io/library/nginx`
/// (github.com/distribution/reference, normalize.go; the grammar is in its reference.go).
public struct Reference: Hashable, Sendable, CustomStringConvertible {
    /// The registry, with its port if it has one: `docker.io`, `localhost:5000`.
    public let domain: String
    /// The repository in the registry: `library/nginx`.
    public let path: String
    /// The tag, if one was given.
    public let tag: String?
    /// The digest, if one was given.
    public let digest: Digest?

    /// Reads a name.
    ///
    /// - Throws: ``OCIError/invalidReference(_:reason:)``.
    public init(parsing text: String) throws(OCIError) {
        guard !text.isEmpty else { throw .invalidReference(text, reason: "it is empty") }
        if text.utf8.count == 64, text.utf8.allSatisfy(isLowerHex) {
            throw .invalidReference(text, reason: "64 hexadecimal digits are an image id, not a name")
        }
        var rest = Substring(text)
        var digest: Digest?
        if let at = rest.firstIndex(of: "@") {
            let value = String(rest[rest.index(after: at)...])
            do {
                digest = try Digest(parsing: value)
            } catch {
                throw .invalidReference(text, reason: "\"\(value)\" is no digest")
            }
            rest = rest[..<at]
        }
        var domain = "docker.io"
        if let slash = rest.firstIndex(of: "/"), isDomain(rest[..<slash]) {
            domain = String(rest[..<slash])
            rest = rest[rest.index(after: slash)...]
        }
        if domain == "index.docker.io" { domain = "docker.io" }
        var tag: String?
        if let colon = rest.firstIndex(of: ":") {
            let value = rest[rest.index(after: colon)...]
            guard isTag(value) else { throw .invalidReference(text, reason: "\"\(value)\" is no tag") }
            tag = String(value)
            rest = rest[..<colon]
        }
        guard rest.utf8.allSatisfy({ !(0x41...0x5A).contains($0) }) else {
            throw .invalidReference(text, reason: "the repository name must be lower-case")
        }
        if domain == "docker.io", !rest.isEmpty, !rest.utf8.contains(UInt8(ascii: "/")) { rest = "library/" + rest }
        guard isValidDomain(domain) else {
            throw .invalidReference(text, reason: "\"\(domain)\" is no registry host")
        }
        for component in rest.split(separator: "/", omittingEmptySubsequences: false) where !isPathComponent(component)
        {
            throw .invalidReference(text, reason: "\"\(component)\" cannot be part of a repository name")
        }
        // The limit is on the name as it is written out in full (reference.go, RepositoryNameTotalLengthMax).
        guard rest.utf8.count <= 255 else {
            throw .invalidReference(text, reason: "the repository name is longer than 255 characters")
        }
        self.domain = domain
        self.path = String(rest)
        self.tag = tag
        self.digest = digest
    }

    private init(domain: String, path: String, tag: String?, digest: Digest?) {
        self.domain = domain
        self.path = path
        self.tag = tag
        self.digest = digest
    }

    /// `domain/path`.
    public var name: String { domain + "/" + path }

    /// The full name: `domain/path:tag@digest`.
    public var description: String { name + suffix }

    /// The shortest name that means the same: `nginx` for `docker.io/library/nginx`.
    public var familiar: String {
        guard domain == "docker.io" else { return description }
        let official = "library/"
        let inLibrary = path.hasPrefix(official) && !path.dropFirst(official.count).utf8.contains(UInt8(ascii: "/"))
        return (inLibrary ? String(path.dropFirst(official.count)) : path) + suffix
    }

    private var suffix: String {
        (tag.map { ":" + $0 } ?? "") + (digest.map { "@\($0)" } ?? "")
    }

    /// The same name with `:latest` when it has neither tag nor digest.
    public var withDefaultTag: Reference {
        tag == nil && digest == nil ? Reference(domain: domain, path: path, tag: "latest", digest: nil) : self
    }

    /// The same repository with another tag and no digest.
    ///
    /// - Throws: ``OCIError/invalidReference(_:reason:)`` for what is no tag.
    public func withTag(_ tag: String) throws(OCIError) -> Reference {
        guard isTag(Substring(tag)) else { throw .invalidReference(tag, reason: "it is no tag") }
        return Reference(domain: domain, path: path, tag: tag, digest: nil)
    }

    /// The same name pinned to a digest.
    public func withDigest(_ digest: Digest) -> Reference {
        Reference(domain: domain, path: path, tag: tag, digest: digest)
    }

    /// The repository alone, without tag and digest.
    public var repository: Reference { Reference(domain: domain, path: path, tag: nil, digest: nil) }

    /// Does the text leave the registry out, so that short names and search registries apply?
    public static func isShortName(_ text: String) -> Bool {
        guard let slash = text.firstIndex(of: "/") else { return true }
        return !isDomain(text[..<slash])
    }
}

extension Reference: Codable {
    /// Reads the string form.
    public init(from decoder: any Decoder) throws {
        try self.init(parsing: decoder.singleValueContainer().decode(String.self))
    }

    /// Writes the full name.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// Is the part before the first slash a registry? Docker takes it for one when it could be no user name.
private func isDomain(_ part: Substring) -> Bool {
    part == "localhost" || part.utf8.contains { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") }
        || part.utf8.contains { (0x41...0x5A).contains($0) }
}

private func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "A")...UInt8(ascii: "Z"):
        true
    default: false
    }
}

/// `host[:port]`; the host is a name, an IPv4 address, or an IPv6 address in brackets.
private func isValidDomain(_ text: String) -> Bool {
    var host = Substring(text)
    if host.hasPrefix("[") {
        guard let end = host.firstIndex(of: "]") else { return false }
        let address = host[host.index(after: host.startIndex)..<end].utf8
        let isAddress = address.allSatisfy {
            isAlphanumeric($0) && (isLowerHex($0) || isLowerHex($0 | 0x20)) || $0 == UInt8(ascii: ":")
        }
        guard isAddress, !address.isEmpty else { return false }
        let tail = host[host.index(after: end)...]
        return tail.isEmpty || tail.hasPrefix(":") && isPort(tail.dropFirst())
    }
    if let colon = host.firstIndex(of: ":") {
        guard isPort(host[host.index(after: colon)...]) else { return false }
        host = host[..<colon]
    }
    return host.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
        guard let first = label.first, let last = label.last else { return false }
        return isAlphanumeric(first) && isAlphanumeric(last)
            && label.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    }
}

private func isPort(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
}

/// A letter, digit or underscore, then up to 127 of those, dots and dashes.
private func isTag(_ text: Substring) -> Bool {
    guard let first = text.utf8.first, text.utf8.count <= 128 else { return false }
    return (isAlphanumeric(first) || first == UInt8(ascii: "_"))
        && text.utf8.allSatisfy {
            isAlphanumeric($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
        }
}

/// Runs of letters and digits, joined by one dot, one or two underscores, or any number of dashes.
private func isPathComponent(_ text: Substring) -> Bool {
    var separator: [UInt8] = []
    var seenAlphanumeric = false
    for byte in text.utf8 {
        if isAlphanumeric(byte) {
            if !separator.isEmpty {
                guard seenAlphanumeric else { return false }
                let dashes = separator.allSatisfy { $0 == UInt8(ascii: "-") }
                guard dashes || separator == [0x2E] || separator == [0x5F] || separator == [0x5F, 0x5F] else {
                    return false
                }
                separator = []
            }
            seenAlphanumeric = true
        } else {
            separator.append(byte)
        }
    }
    return seenAlphanumeric && separator.isEmpty
}
