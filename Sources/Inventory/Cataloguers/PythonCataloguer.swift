import LayerFormat
import OCI

/// Python's distributions: the headers of `METADATA` or `PKG-INFO`.
struct PythonCataloguer: Cataloguer {
    private static let limit = 16 << 20

    func wants(_ file: FileFacts) -> Bool {
        if file.name.equals("METADATA") {
            return file.directory.ends(with: ".dist-info") || file.directory.ends(with: ".egg-info")
        }
        if file.name.equals("PKG-INFO") {
            return file.directory.ends(with: ".egg-info") || file.directory.ends(with: "EGG-INFO")
        }
        return file.name.ends(with: ".egg-info")
    }

    func read(_ content: any RandomAccessBytes, of file: FileFacts) throws -> Finding? {
        guard let bytes = try content.whole(limit: Self.limit) else {
            throw InventoryError.tooLarge(what: "Python metadata", limit: Int64(Self.limit))
        }
        // The directory of a `.dist-info` belongs to it, listed or not; that of a single `.egg-info` is everybody's.
        return Self.finding(bytes, of: file, files: file.name.ends(with: ".egg-info") ? .itself : .siblings)
    }

    private static let keys: Set<String> = ["Name", "Version", "License", "License-Expression", PythonRequirements.key]

    /// The body may hold lines that look like headers: it begins after the first empty line.
    static func finding(_ bytes: [UInt8], of file: FileFacts, files: Finding.Files) -> Finding? {
        let fields = ControlFile.headers(bytes, keys: keys, whole: [PythonRequirements.key])
        guard let name = fields["Name"], !name.isEmpty, let version = fields["Version"], !version.isEmpty else {
            return nil
        }
        let licence = fields["License-Expression"] ?? fields["License"]
        let isKnown = licence.map { !$0.isEmpty && $0 != "UNKNOWN" } ?? false
        let package = Package(
            type: .pypi, name: name, version: version, path: "", licences: isKnown ? [licence ?? ""] : [])
        var finding = Finding(claims: [.init(owner: .package(0), files: files)])
        // Only in the form of today is nothing required where nothing is stated: an egg has a file of its own for it.
        let field = fields[PythonRequirements.key] ?? (file.directory.ends(with: ".dist-info") ? "" : nil)
        finding.add(package, field.map { PythonRequirements.read($0, at: PythonPlace(file.path)) })
        return finding
    }
}
