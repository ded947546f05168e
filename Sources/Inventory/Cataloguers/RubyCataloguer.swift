import LayerFormat
import OCI

/// Ruby's gems: the specifications of those that are installed. One elsewhere is a gem's source.
struct RubyCataloguer: Cataloguer {
    private static let limit = 4 << 20

    func wants(_ file: FileFacts) -> Bool {
        guard file.name.ends(with: ".gemspec") else { return false }
        return file.directory.split(separator: UInt8(ascii: "/")).suffix(2).contains { $0.equals("specifications") }
    }

    func read(_ content: any RandomAccessBytes, of file: FileFacts) throws -> Finding? {
        guard let bytes = try content.whole(limit: Self.limit) else {
            throw InventoryError.tooLarge(what: "gem specification", limit: Int64(Self.limit))
        }
        var stub: (name: String, version: String)?
        var name: String?
        var version: String?
        var licences: [String] = []
        var requirements = PackageRequirements()
        var isRepeated = false
        for line in bytes.split(separator: 0x0A) {
            let line = line.trimmed
            if stub == nil, line.begins(with: "# stub: ") {
                let words = line.dropFirst(8).split(separator: UInt8(ascii: " "))
                if words.count >= 2 { stub = (words[0].text, words[1].text) }
            }
            // What follows is for a RubyGems of long ago, and calls what is for development a dependency like the others.
            if line.equals("else") { isRepeated = true }
            if !isRepeated, let name = Self.dependency(line) { requirements.choices.add(name) }
            guard let (attribute, values) = Self.assignment(line) else { continue }
            switch attribute {
            case "name": name = name ?? values.first
            case "version": version = version ?? values.first
            case "license", "licenses": licences = values
            default: break
            }
        }
        guard let name = stub?.name ?? name, let version = stub?.version ?? version, !name.isEmpty,
            !version.isEmpty
        else { return nil }
        let files = Finding.Files.these(.directories(Self.directory(of: file)))
        var finding = Finding(claims: [.init(owner: .package(0), files: files)])
        finding.add(Package(type: .gem, name: name, version: version, path: "", licences: licences), requirements)
        return finding
    }

    /// The name in `s.add_runtime_dependency(%q<rack>.freeze, ["~> 2.0"])` or `s.add_dependency("rack".freeze, …)`.
    private static func dependency(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard line.begins(with: "s.add_runtime_dependency") || line.begins(with: "s.add_dependency"),
            let open = line.firstIndex(where: { "\"'<".utf8.contains($0) })
        else { return nil }
        let end = line[open] == UInt8(ascii: "<") ? UInt8(ascii: ">") : line[open]
        return line[(open + 1)...].prefix { $0 != end }
    }

    /// `s.name = "x".freeze`: the attribute, and the quoted texts after the equals sign.
    private static func assignment(_ line: ArraySlice<UInt8>) -> (attribute: String, values: [String])? {
        guard line.begins(with: "s."), let equals = line.firstIndex(of: UInt8(ascii: "=")) else { return nil }
        let attribute = line[(line.startIndex + 2)..<equals].trimmed.text
        var values: [String] = []
        var rest = line[(equals + 1)...]
        while let open = rest.firstIndex(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "'") }),
            let close = rest[(open + 1)...].firstIndex(of: rest[open])
        {
            values.append(rest[(open + 1)..<close].text)
            rest = rest[(close + 1)...]
        }
        return values.isEmpty ? nil : (attribute, values)
    }

    /// Its files are in `gems/NAME-VERSION` beside `specifications`.
    private static func directory(of file: FileFacts) -> [UInt8] {
        var base = file.directory
        while !base.isEmpty, !base.ends(with: "/specifications"), !base.equals("specifications") {
            base = PathList.parent(of: base)
        }
        var list = PathList()
        list.add(Array("gems/".utf8) + file.name.dropLast(8), relativeTo: PathList.parent(of: base))
        return list.bytes
    }
}
