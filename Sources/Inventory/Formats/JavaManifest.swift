/// `META-INF/MANIFEST.MF`.
enum JavaManifest {
    /// The main section; a line that begins with a blank goes on with the one before.
    static func fields(_ bytes: [UInt8]) -> [String: String] {
        var fields: [String: String] = [:]
        var last: String?
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            let line = line.last == 0x0D ? line.dropLast() : line
            if line.isEmpty { break }
            if line.first == UInt8(ascii: " ") {
                if let last { fields[last]? += line.dropFirst().text }
                continue
            }
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let key = line[..<colon].text
            fields[key] = line[(colon + 1)...].trimmed.text
            last = key
        }
        return fields
    }
}
