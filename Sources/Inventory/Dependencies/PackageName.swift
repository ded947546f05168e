import OCI

/// A name by which packages find each other.
struct PackageName: Hashable {
    let type: PackageType
    /// The name in its one spelling, without an architecture.
    let text: String
    /// The directory that the packages have in common which see each other; empty when that is the whole image.
    let place: String

    /// - Parameter package: the one whose record has the name.
    init(_ name: String, of package: RecordedPackage) {
        type = package.package.type
        text = type.spelling(String(type == .deb ? name.prefix { $0 != ":" } : name[...]))
        switch type {
        case .conda: place = PathList.parent(of: package.record[...]).text
        case .pypi: place = PythonPlace(package.record).environment
        default: place = ""
        }
    }

    /// The architecture that dpkg's `name:architecture` asks for.
    static func architecture(in name: String, _ type: PackageType) -> String? {
        guard type == .deb, let colon = name.firstIndex(of: ":") else { return nil }
        return String(name[name.index(after: colon)...])
    }
}

extension PackageType {
    /// The one spelling of a package's name, for ecosystems in which there are several.
    public func spelling(_ name: String) -> String {
        switch self {
        // PEP 503.
        case .pypi: name.lowercased().split(whereSeparator: { "-_.".contains($0) }).joined(separator: "-")
        case .composer, .nuget, .conda: name.lowercased()
        default: name
        }
    }
}
