/// The parts of a package URL while its type's rule is applied.
struct PackageURLParts {
    var type: String
    var namespace: String?
    var name: String
    var version: String?
    var qualifiers: [String: String]
}

/// What a type demands of its parts.
struct PackageURLRule: Sendable {
    /// What is turned into lower case.
    enum Folding: Sendable { case none, name, namespaceAndName, all }
    /// Is there a namespace?
    enum Namespace: Sendable { case optional, required, prohibited }

    var folding = Folding.none
    var namespace = Namespace.optional
    var requiredQualifiers: [String] = []
    /// Is the namespace the first segment only, and the name all the others?
    var nameIsPath = false
    var further: @Sendable (inout PackageURLParts) throws(PackageURLError) -> Void = { _ in }

    /// The rules that differ from "anything goes", by type.
    private static let rules: [String: PackageURLRule] = [
        "alpm": PackageURLRule(folding: .namespaceAndName),
        "apk": PackageURLRule(folding: .namespaceAndName),
        "bitbucket": PackageURLRule(folding: .namespaceAndName),
        "bitnami": PackageURLRule(folding: .name),
        "brew": PackageURLRule(folding: .namespaceAndName),
        "chrome-extension": PackageURLRule(namespace: .prohibited, further: chromeExtension),
        "composer": PackageURLRule(folding: .namespaceAndName),
        "cpan": PackageURLRule(further: cpan),
        "deb": PackageURLRule(folding: .namespaceAndName),
        "git": PackageURLRule(folding: .namespaceAndName, nameIsPath: true),
        "github": PackageURLRule(folding: .namespaceAndName),
        "hex": PackageURLRule(folding: .namespaceAndName),
        "huggingface": PackageURLRule(further: lowerVersion),
        "julia": PackageURLRule(namespace: .prohibited, requiredQualifiers: ["uuid"]),
        "luarocks": PackageURLRule(folding: .name, further: lowerVersion),
        "mlflow": PackageURLRule(further: mlflow),
        "npm": PackageURLRule(folding: .namespaceAndName),
        "oci": PackageURLRule(folding: .name, namespace: .prohibited),
        "opam": PackageURLRule(namespace: .prohibited),
        "otp": PackageURLRule(folding: .name, namespace: .prohibited),
        "pub": PackageURLRule(folding: .name),
        "pypi": PackageURLRule(folding: .name, further: pypi),
        "rpm": PackageURLRule(further: lowerNamespace),
        "swift": PackageURLRule(namespace: .required),
        "vcpkg": PackageURLRule(namespace: .prohibited),
        "vscode-extension": PackageURLRule(folding: .all, namespace: .required),
    ]

    static func rule(for type: String) -> PackageURLRule { rules[type] ?? PackageURLRule() }

    func normalise(_ parts: inout PackageURLParts) throws(PackageURLError) {
        switch namespace {
        case .optional: break
        case .required where parts.namespace == nil: throw .notAllowed(type: parts.type, reason: "needs a namespace")
        case .prohibited where parts.namespace != nil: throw .notAllowed(type: parts.type, reason: "has no namespace")
        default: break
        }
        for key in requiredQualifiers where parts.qualifiers[key] == nil {
            throw .notAllowed(type: parts.type, reason: "needs the qualifier \(key)")
        }
        if folding != .none { parts.name = parts.name.lowercased() }
        if folding == .namespaceAndName || folding == .all { parts.namespace = parts.namespace?.lowercased() }
        if folding == .all { parts.version = parts.version?.lowercased() }
        try further(&parts)
    }

    @Sendable private static func lowerVersion(_ parts: inout PackageURLParts) {
        parts.version = parts.version?.lowercased()
    }

    @Sendable private static func lowerNamespace(_ parts: inout PackageURLParts) {
        parts.namespace = parts.namespace?.lowercased()
    }

    /// PEP 503 has one spelling for a project's name; a package URL keeps dots, though.
    @Sendable private static func pypi(_ parts: inout PackageURLParts) {
        parts.name = String(parts.name.map { $0 == "_" ? "-" : $0 })
        parts.version = parts.version?.lowercased()
    }

    /// Azure's registry distinguishes case, Databricks' does not.
    @Sendable private static func mlflow(_ parts: inout PackageURLParts) {
        guard parts.qualifiers["repository_url"]?.contains("databricks") == true else { return }
        parts.name = parts.name.lowercased()
    }

    /// An author is in upper case, and modules are no distributions.
    @Sendable private static func cpan(_ parts: inout PackageURLParts) throws(PackageURLError) {
        guard !parts.name.contains("::") else {
            throw .notAllowed(type: parts.type, reason: "names a distribution, not a module")
        }
        parts.namespace = parts.namespace?.uppercased()
    }

    @Sendable private static func chromeExtension(_ parts: inout PackageURLParts) throws(PackageURLError) {
        guard parts.name.utf8.count == 32, parts.name.utf8.allSatisfy({ $0 >= 0x61 && $0 <= 0x70 }) else {
            throw .notAllowed(type: parts.type, reason: "is named by 32 letters from a to p")
        }
        guard let version = parts.version else { return }
        let numbers = version.split(separator: ".", omittingEmptySubsequences: false)
        guard numbers.count <= 4, numbers.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(PackageURLSyntax.isDigit) })
        else { throw .notAllowed(type: parts.type, reason: "has a version of one to four numbers") }
    }
}
