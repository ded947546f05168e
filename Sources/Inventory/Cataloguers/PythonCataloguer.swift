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
        guard let package = Self.package(bytes) else { return nil }
        // The directory of a `.dist-info` belongs to it, listed or not; that of a single `.egg-info` is everybody's.
        let files: Finding.Files = file.name.ends(with: ".egg-info") ? .itself : .siblings
        return Finding(packages: [package], claims: [.init(owner: .package(0), files: files)])
    }

    private static let keys: Set<String> = ["Name", "Version", "License", "License-Expression"]

    /// The body may hold lines that look like headers: it begins after the first empty line.
    static func package(_ bytes: [UInt8]) -> Package? {
        let fields = ControlFile.headers(bytes, keys: keys)
        guard let name = fields["Name"], !name.isEmpty, let version = fields["Version"], !version.isEmpty else {
            return nil
        }
        let licence = fields["License-Expression"] ?? fields["License"]
        let isKnown = licence.map { !$0.isEmpty && $0 != "UNKNOWN" } ?? false
        return Package(
            type: .pypi, name: name, version: version, path: "", licences: isKnown ? [licence ?? ""] : [])
    }
}
