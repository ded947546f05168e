import LayerFormat
import OCI

/// Python's eggs that are one file.
struct PythonEggCataloguer: Cataloguer {
    var dependsOnPath: Bool { false }

    func wants(_ file: FileFacts) -> Bool { file.name.ends(with: ".egg") }

    func read(_ content: any RandomAccessBytes, of file: FileFacts) throws -> Finding? {
        guard let archive = try ZipArchive(content) else { return nil }
        guard let entry = archive.entries.first(where: { $0.name.equals("EGG-INFO/PKG-INFO") }) else { return nil }
        let bytes = try archive.content(of: entry, limit: 16 << 20)
        guard let package = PythonCataloguer.package(bytes) else { return nil }
        return Finding(packages: [package], claims: [.init(owner: .package(0), files: .itself)])
    }
}
