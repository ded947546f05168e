/// What the packages of dpkg's list require of each other.
struct DpkgRequirements {
    static let keys: Set<String> = ["Depends", "Pre-Depends", "Provides", "Essential", "Protected", "Priority"]

    private(set) var requirements = PackageRequirements()

    /// Notes a package that is installed.
    ///
    /// Of alternatives, all count as required. A name that packages provide requires all of them, which keeps the work in
    /// proportion to the text.
    mutating func add(_ name: String, _ fields: ControlFile.Fields) {
        let wanted = Self.names(fields["Depends"]) + Self.names(fields["Pre-Depends"])
        requirements.needs[name, default: []].formUnion(wanted)
        for provided in Self.names(fields["Provides"]) { requirements.needs[provided, default: []].insert(name) }
        if fields["Essential"] == "yes" || fields["Protected"] == "yes"
            || fields["Priority"].map({ ["required", "important"].contains($0) }) == true
        {
            requirements.essential.insert(name)
        }
    }

    /// The names in `a (>= 1), b:any | c [amd64]`.
    private static func names(_ field: String?) -> [String] {
        guard let field else { return [] }
        return field.split { $0 == "," || $0 == "|" }.map { part in
            part.drop { $0 == " " }.prefix { $0 != " " && $0 != ":" && $0 != "(" && $0 != "[" }
        }.filter { !$0.isEmpty }.map(String.init)
    }
}
