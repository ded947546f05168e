/// What a package of dpkg's list requires.
enum DpkgRequirements {
    static let keys: Set<String> = ["Depends", "Pre-Depends", "Provides", "Essential", "Protected", "Priority"]
    /// Those of them that may go on for more lines.
    static let whole: Set<String> = ["Depends", "Pre-Depends", "Provides"]

    static func read(_ fields: ControlFile.Fields) -> PackageRequirements {
        var requirements = PackageRequirements()
        for key in ["Pre-Depends", "Depends"] {
            for choice in elements(fields[key]) { requirements.choices.add(choice.split(separator: "|").map(name)) }
        }
        for provided in elements(fields["Provides"]) { requirements.provides.add(name(provided)) }
        requirements.isEssential =
            fields["Essential"] == "yes" || fields["Protected"] == "yes"
            || fields["Priority"].map({ ["required", "important"].contains($0) }) == true
        return requirements
    }

    private static func elements(_ field: String?) -> [Substring] { field?.split(separator: ",") ?? [] }

    /// `name:arch` of ` name:arch (>= 1) [amd64]`, without an architecture that leaves it open.
    private static func name(_ part: Substring) -> Substring.UTF8View {
        var name = part.drop(while: \.isWhitespace).prefix { !$0.isWhitespace && $0 != "(" && $0 != "[" }
        for open in [":any", ":native"] where name.hasSuffix(open) { name = name.dropLast(open.count) }
        return name.utf8
    }
}
