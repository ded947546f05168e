/// What a Python package requires: the fields `Requires-Dist` of its metadata.
enum PythonRequirements {
    static let key = "Requires-Dist"

    /// - Parameter field: the fields, a line each.
    static func read(_ field: String, at place: PythonPlace) -> PackageRequirements {
        var requirements = PackageRequirements()
        for line in field.split(separator: "\n") {
            let parts = line.split(separator: ";", maxSplits: 1)
            guard let first = parts.first, parts.count < 2 || PythonMarker.holds(parts[1], at: place) else { continue }
            let name = first.drop(while: \.isWhitespace).utf8.prefix {
                UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20
                    || "-_.".utf8.contains($0)
            }
            requirements.choices.add(name)
        }
        return requirements
    }
}
