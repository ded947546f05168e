/// What the packages of dpkg's list require of each other.
struct DpkgRequirements {
    static let keys: Set<String> = ["Depends", "Pre-Depends", "Provides", "Essential", "Protected", "Priority"]

    private var requirements = PackageRequirements()
    /// The packages that have a name, their own or one that they provide.
    private var holders: [String: [String]] = [:]
    private var wanted: [(package: String, names: [String])] = []

    /// Notes a package that is installed.
    mutating func add(_ name: String, _ fields: ControlFile.Fields) {
        holders[name, default: []].append(name)
        for provided in Self.names(fields["Provides"]) where provided != name {
            holders[provided, default: []].append(name)
        }
        wanted.append((name, Self.names(fields["Depends"]) + Self.names(fields["Pre-Depends"])))
        if fields["Essential"] == "yes" || fields["Protected"] == "yes"
            || fields["Priority"].map({ ["required", "important"].contains($0) }) == true
        {
            requirements.essential.insert(name)
        }
    }

    /// Of alternatives, all that are installed count as required.
    var resolved: PackageRequirements {
        var resolved = requirements
        for (package, names) in wanted {
            resolved.needs[package, default: []].formUnion(names.flatMap { holders[$0] ?? [] })
        }
        return resolved
    }

    /// The names in `a (>= 1), b:any | c [amd64]`.
    private static func names(_ field: String?) -> [String] {
        guard let field else { return [] }
        return field.split(whereSeparator: { $0 == "," || $0 == "|" }).compactMap { part in
            part.drop { $0 == " " }.prefix { $0 != " " && $0 != ":" && $0 != "(" && $0 != "[" }
        }.filter { !$0.isEmpty }.map(String.init)
    }
}
