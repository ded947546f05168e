extension PackageURL {
    /// The package URL of a package in an image of that distribution; nil for what is in no registry, and for names that
    /// its type does not allow.
    init?(of package: Package, distribution: Distribution?) {
        guard !package.isApplicationRoot || package.type == .golang else { return nil }
        var namespace: String?
        var name = package.name
        var version = package.version
        var qualifiers: [String: String] = [:]
        switch package.type {
        case .deb, .apk, .rpm:
            namespace = Self.namespace(of: package.type, distribution)
            qualifiers["arch"] = package.architecture
            qualifiers["distro"] = distribution?.qualifier
            qualifiers["upstream"] = Self.upstream(of: package)
            if package.type == .rpm, let epoch = package.epoch, epoch != 0 {
                qualifiers["epoch"] = String(epoch)
                if let colon = version.firstIndex(of: ":") { version = String(version[version.index(after: colon)...]) }
            }
            if package.type == .rpm { qualifiers["modularity"] = package.modularity }
        case .maven:
            let parts = name.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { (namespace, name) = (String(parts[0]), String(parts[1])) }
        case .npm, .golang, .composer:
            if let slash = name.lastIndex(of: "/") {
                namespace = String(name[..<slash])
                name = String(name[name.index(after: slash)...])
            }
        case .pypi: name = package.canonicalName
        case .gem, .cargo, .nuget, .conda: break
        }
        guard
            let url = try? PackageURL(
                type: package.type.rawValue, namespace: namespace, name: name, version: version,
                qualifiers: qualifiers)
        else { return nil }
        self = url
    }

    private static func namespace(of type: PackageType, _ distribution: Distribution?) -> String {
        switch (type, distribution?.id) {
        case (.deb, nil): "debian"
        case (.apk, nil): "alpine"
        case (_, "rhel"?): "redhat"
        case (_, "sles"?), (_, "sled"?): "suse"
        case (_, let id?): id.hasPrefix("opensuse") ? "opensuse" : id
        case (_, nil): "unknown"
        }
    }

    /// The source package where it is not what the binary's name and version say already.
    private static func upstream(of package: Package) -> String? {
        guard let source = package.source else { return nil }
        if source.version != package.version, !source.version.isEmpty { return source.name + "@" + source.version }
        return source.name == package.name ? nil : source.name
    }
}

extension Package {
    /// The name in the one spelling that the ecosystem compares: PEP 503's for Python, in lower case where case does not
    /// count; otherwise the name.
    public var canonicalName: String {
        switch type {
        case .pypi: name.lowercased().split(whereSeparator: { "-_.".contains($0) }).joined(separator: "-")
        case .composer, .nuget: name.lowercased()
        default: name
        }
    }
}
