import LayerFormat
import OCI

/// Python's eggs that are one file.
struct PythonEggCataloguer: Cataloguer {
    func wants(_ file: FileFacts) -> Bool { file.name.ends(with: ".egg") }

    func read(_ content: any RandomAccessBytes, of file: FileFacts) throws -> Finding? {
        guard let archive = try ZipArchive(content) else { return nil }
        guard let entry = archive.entries.first(where: { $0.name.equals("EGG-INFO/PKG-INFO") }) else { return nil }
        let bytes = try archive.content(of: entry, limit: 16 << 20)
        return PythonCataloguer.finding(bytes, of: file, files: .itself)
    }
}
