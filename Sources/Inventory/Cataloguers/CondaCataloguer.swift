import LayerFormat
import OCI

/// conda's packages: a file for each in `conda-meta`.
struct CondaCataloguer: Cataloguer {
    func wants(_ file: FileFacts) -> Bool {
        guard file.name.ends(with: ".json") else { return false }
        return file.directory.ends(with: "/conda-meta") || file.directory.equals("conda-meta")
    }

    private struct Record: Decodable {
        var name: String?
        var version: String?
        var license: LenientText?
        var files: LenientList<String>?
        var depends: LenientList<String>?
    }

    func read(_ content: any RandomAccessBytes, of file: FileFacts) throws -> Finding? {
        let record = try JSONFile.decode(Record.self, content, what: "conda record")
        guard let name = record.name, !name.isEmpty, let version = record.version, !version.isEmpty else { return nil }
        let prefix = PathList.parent(of: file.directory)
        var paths = PathList()
        for name in record.files?.elements ?? [] { paths.add(name.utf8, relativeTo: prefix) }
        let licences = record.license?.text.map { [$0] } ?? []
        var finding = Finding(claims: [.init(owner: .package(0), files: .these(.list(paths.bytes)))])
        // `python >=3.9,<3.10.0a0`
        let requirements = record.depends.map { depends in
            var requirements = PackageRequirements()
            for name in depends.elements { requirements.choices.add(name.utf8.prefix { !" <>=!".utf8.contains($0) }) }
            return requirements
        }
        finding.add(Package(type: .conda, name: name, version: version, path: "", licences: licences), requirements)
        return finding
    }
}
