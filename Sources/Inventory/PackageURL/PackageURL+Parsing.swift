extension PackageURL {
    /// How exactly a text must be written.
    public enum Strictness: Sendable {
        /// As the specification demands.
        case strict
        /// Qualifiers' keys may begin with a capital, too.
        case lenient
    }

    /// Reads a package URL; one that is not in its canonical spelling is brought into it.
    ///
    /// - Throws: ``PackageURLError``.
    public init(parsing text: String, _ strictness: Strictness = .strict) throws(PackageURLError) {
        guard text.utf8.count >= 4, text.prefix(4).lowercased() == "pkg:" else { throw .missingScheme }
        var rest = text.dropFirst(4)
        while rest.first == "/" { rest.removeFirst() }

        var subpath: String?
        if let hash = rest.lastIndex(of: "#") {
            subpath = try Self.decodedSegments(rest[rest.index(after: hash)...]).joined(separator: "/")
            rest = rest[..<hash]
        }
        var qualifiers: [String: String] = [:]
        if let mark = rest.lastIndex(of: "?") {
            for pair in rest[rest.index(after: mark)...].split(separator: "&") {
                let equals = pair.firstIndex(of: "=") ?? pair.endIndex
                let key = String(pair[..<equals])
                let value = try PackageURLSyntax.decoded(pair[equals...].dropFirst())
                // The specification's suites refuse "Arch" but take "repositorY_url".
                if strictness == .strict, let first = key.first, first.isUppercase { throw .invalidQualifier(key) }
                qualifiers[key.lowercased()] = value
            }
            rest = rest[..<mark]
        }
        guard let slash = rest.firstIndex(of: "/") else {
            try PackageURLSyntax.check(type: String(rest))
            throw .missingName
        }
        let type = String(rest[..<slash])
        try PackageURLSyntax.check(type: type)
        rest = rest[rest.index(after: slash)...]

        var version: String?
        // A scope such as "@babel" begins with the sign, too, but a slash follows.
        if let at = rest.lastIndex(of: "@"), !rest[at...].contains("/") {
            version = try PackageURLSyntax.decoded(rest[rest.index(after: at)...])
            rest = rest[..<at]
            guard rest.last != "/" else { throw .missingName }
        }
        let segments = try Self.decodedSegments(rest)
        guard !segments.isEmpty else { throw .missingName }
        let split =
            PackageURLRule.rule(for: type.lowercased()).nameIsPath ? min(1, segments.count - 1) : segments.count - 1
        try self.init(
            type: type, namespace: segments[..<split].joined(separator: "/"),
            name: segments[split...].joined(separator: "/"), version: version, qualifiers: qualifiers, subpath: subpath)
    }

    private static func decodedSegments(_ path: Substring) throws(PackageURLError) -> [String] {
        var segments: [String] = []
        for segment in path.split(separator: "/") { segments.append(try PackageURLSyntax.decoded(segment)) }
        return segments
    }
}
