/// A package URL: the name of a package across ecosystems, `pkg:type/namespace/name@version?qualifiers#subpath`.
///
/// A value is always in its type's canonical spelling, so that two that mean the same are equal and print the same.
public struct PackageURL: Hashable, Sendable, CustomStringConvertible {
    /// The ecosystem, in lower case.
    public let type: String
    /// What the name is unique within: a group, an owner, a distribution. Segments are separated by slashes.
    public let namespace: String?
    /// The package's name.
    public let name: String
    /// The version, as the ecosystem writes it.
    public let version: String?
    /// Further facts by their lower-case key; none is empty.
    public let qualifiers: [String: String]
    /// A path inside of the package.
    public let subpath: String?

    /// A package URL of these parts, normalised as the type demands.
    ///
    /// Empty parts and qualifiers count as absent.
    ///
    /// - Throws: ``PackageURLError`` for a part that the type requires, forbids or spells otherwise.
    public init(
        type: String, namespace: String? = nil, name: String, version: String? = nil,
        qualifiers: [String: String] = [:], subpath: String? = nil
    ) throws(PackageURLError) {
        try PackageURLSyntax.check(type: type)
        let type = type.lowercased()
        var kept: [String: String] = [:]
        for (key, value) in qualifiers where !value.isEmpty {
            try PackageURLSyntax.check(qualifier: key)
            kept[key] = value
        }
        let namespace = PackageURLSyntax.segments(of: namespace).joined(separator: "/")
        let subpath = PackageURLSyntax.segments(of: subpath).filter { $0 != "." && $0 != ".." }.joined(separator: "/")
        var parts = PackageURLParts(
            type: type, namespace: namespace.isEmpty ? nil : namespace,
            name: PackageURLSyntax.trimmingSlashes(name), version: version?.isEmpty == true ? nil : version,
            qualifiers: kept)
        guard !parts.name.isEmpty else { throw .missingName }
        try PackageURLRule.rule(for: type).normalise(&parts)
        self.type = type
        self.namespace = parts.namespace
        self.name = parts.name
        self.version = parts.version
        self.qualifiers = parts.qualifiers
        self.subpath = subpath.isEmpty ? nil : subpath
    }

    /// The canonical text.
    public var description: String {
        var text = "pkg:" + type
        for segment in PackageURLSyntax.segments(of: namespace) { text += "/" + PackageURLSyntax.encoded(segment) }
        let isPath = PackageURLRule.rule(for: type).nameIsPath
        for segment in isPath ? PackageURLSyntax.segments(of: name) : [name] {
            text += "/" + PackageURLSyntax.encoded(segment)
        }
        if let version { text += "@" + PackageURLSyntax.encoded(version) }
        if !qualifiers.isEmpty {
            let pairs = qualifiers.sorted { $0.key < $1.key }.map { $0.key + "=" + PackageURLSyntax.encoded($0.value) }
            text += "?" + pairs.joined(separator: "&")
        }
        if let subpath {
            text += "#" + PackageURLSyntax.segments(of: subpath).map(PackageURLSyntax.encoded).joined(separator: "/")
        }
        return text
    }
}

extension PackageURL: Codable {
    /// Reads the text form.
    public init(from decoder: any Decoder) throws {
        try self.init(parsing: try decoder.singleValueContainer().decode(String.self))
    }

    /// Writes the text form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// Why something is no package URL.
public enum PackageURLError: Error, Hashable, Sendable, CustomStringConvertible {
    /// It does not begin with `pkg:`.
    case missingScheme
    /// The type is missing or has characters that no type has.
    case invalidType(String)
    /// There is no name.
    case missingName
    /// A qualifier's key has characters that no key has.
    case invalidQualifier(String)
    /// A percent sign is not followed by two hexadecimal digits, or what they encode is no text.
    case invalidEncoding(String)
    /// The type does not take this.
    case notAllowed(type: String, reason: String)

    /// One line, in lower case.
    public var description: String {
        switch self {
        case .missingScheme: "a package url begins with \"pkg:\""
        case .invalidType(let text): "\"\(text)\" is no type of a package url"
        case .missingName: "a package url needs a name"
        case .invalidQualifier(let text): "\"\(text)\" is no qualifier of a package url"
        case .invalidEncoding(let text): "\"\(text)\" is not encoded correctly"
        case .notAllowed(let type, let reason): "a package url of type \(type) \(reason)"
        }
    }
}
