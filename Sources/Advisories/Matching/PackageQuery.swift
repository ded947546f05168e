import Inventory

/// Under which names, and in which version, advisories would mention a package.
struct PackageQuery {
    /// A name, and the version that goes with it.
    struct Name: Hashable {
        var name: String
        var version: String
    }

    /// Whose advisories.
    var ecosystem: Ecosystem
    /// How versions are ordered.
    var order: VersionOrder
    /// The source package's name; for rpm, where errata list packages of either kind, also the package's own.
    var names: [Name]

    /// What to ask about a package.
    ///
    /// - Throws: ``Uncovered`` when there is nobody to ask.
    init(_ package: Package, distribution: Distribution?) throws(Uncovered) {
        if package.isApplicationRoot { throw .applicationRoot }
        if package.version.isEmpty { throw .noVersion }
        guard package.type.isOfDistribution else {
            guard let ecosystem = Ecosystem.language(package.type), let order = ecosystem.versionOrder else {
                throw .unknownType
            }
            self.ecosystem = ecosystem
            self.order = order
            names = [
                Name(
                    name: Ecosystem.normalizedName(package.name, in: ecosystem.name), version: package.version)
            ]
            return
        }
        if package.marks.contains(.thirdParty) { throw .thirdParty }
        guard let distribution, let ecosystem = Ecosystem.distribution(distribution),
            let order = ecosystem.versionOrder, order.rawValue == package.type.rawValue
        else { throw .unknownDistribution }
        self.ecosystem = ecosystem
        self.order = order
        let source = package.source.map { Name(name: $0.name, version: $0.version) }
        let own = Name(name: package.name, version: package.version)
        names = package.type == .rpm ? [own] : [source ?? own]
        if package.type == .rpm, let source, source != own { names.append(source) }
    }
}

/// Why no advisories are asked about a package.
public enum Uncovered: String, Error, Hashable, Sendable {
    /// It is the application itself.
    case applicationRoot
    /// It has no version.
    case noVersion
    /// It comes from a repository that is not the distribution's.
    case thirdParty
    /// Nobody publishes advisories for the distribution's release in a form that is known.
    case unknownDistribution
    /// Nobody publishes advisories for packages of this type in a form that is known.
    case unknownType
}

extension Ecosystem {
    /// The ecosystems whose advisories are about these packages, in order.
    public static func ecosystems(of packages: [Package], distribution: Distribution?) -> [Ecosystem] {
        var found: Set<Ecosystem> = []
        for package in packages {
            if let query = try? PackageQuery(package, distribution: distribution) { found.insert(query.ecosystem) }
        }
        return found.sorted { $0.key < $1.key }
    }

    /// What OSV's export with it is called.
    public var exportName: String {
        switch name {
        case "Ubuntu":
            // Releases of April of even years have long-term support.
            guard let release, let year = Int(release.prefix { $0 != "." }), year % 2 == 0, release.hasSuffix(".04")
            else {
                return key
            }
            return key + ":LTS"
        case "Red Hat", "SUSE", "openSUSE", "openEuler": return name
        default: return key
        }
    }
}
