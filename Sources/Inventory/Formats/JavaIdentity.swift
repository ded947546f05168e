/// What a Java archive is.
struct JavaIdentity: Hashable {
    /// `group:artifact`, or the artifact alone when nothing says the group.
    let name: String
    let version: String

    /// From Maven's `pom.properties`.
    init?(properties bytes: [UInt8]) {
        var values: [String: String] = [:]
        for line in bytes.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
            let line = line.trimmed
            guard line.first != UInt8(ascii: "#"), let equals = line.firstIndex(of: UInt8(ascii: "=")) else { continue }
            values[line[..<equals].trimmed.text] = line[(equals + 1)...].trimmed.text
        }
        guard let group = values["groupId"], let artifact = values["artifactId"], let version = values["version"],
            !group.isEmpty, !artifact.isEmpty, !version.isEmpty
        else { return nil }
        name = group + ":" + artifact
        self.version = version
    }

    /// From the manifest and the file's name, which together say it for most archives that Maven did not make.
    init?(manifest bytes: [UInt8], fileName: ArraySlice<UInt8>) {
        let fields = JavaManifest.fields(bytes)
        func word(_ keys: String...) -> String? {
            for key in keys {
                if let value = fields[key], !value.isEmpty, !value.contains(" "), !value.contains("$") { return value }
            }
            return nil
        }
        // Directives may follow it.
        let symbolic = fields["Bundle-SymbolicName"].map { String($0.prefix { $0 != ";" && $0 != " " }) }
        let file = Self.split(fileName)
        guard
            let artifact = file?.artifact ?? word("Implementation-Title") ?? symbolic,
            !artifact.isEmpty,
            let version = file?.version
                ?? word("Implementation-Version", "Bundle-Version", "Specification-Version", "Plugin-Version")
        else { return nil }
        // A bundle's name begins with the group or is it, or neither: nothing is guessed from it.
        name = (word("Implementation-Vendor-Id").map { $0 + ":" } ?? "") + artifact
        self.version = version
    }

    /// `ARTIFACT-VERSION.jar`: the version begins with a digit after the last such hyphen.
    private static func split(_ fileName: ArraySlice<UInt8>) -> (artifact: String, version: String)? {
        guard let dot = fileName.lastIndex(of: UInt8(ascii: ".")) else { return nil }
        let stem = fileName[..<dot]
        for index in stem.indices.reversed().dropFirst()
        where stem[index] == UInt8(ascii: "-") && (0x30...0x39).contains(stem[index + 1]) && index > stem.startIndex {
            return (stem[..<index].text, stem[(index + 1)...].text)
        }
        return nil
    }
}
