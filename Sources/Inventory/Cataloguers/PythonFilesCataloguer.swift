import LayerFormat
import OCI

/// The files of Python's distributions: `RECORD`, or `installed-files.txt`.
struct PythonFilesCataloguer: Cataloguer {
    private static let limit = 64 << 20

    func wants(_ file: FileFacts) -> Bool {
        file.name.equals("RECORD") && file.directory.ends(with: ".dist-info")
            || file.name.equals("installed-files.txt") && file.directory.ends(with: ".egg-info")
    }

    func read(_ content: any RandomAccessBytes, of file: FileFacts) throws -> Finding? {
        guard let bytes = try content.whole(limit: Self.limit) else {
            throw InventoryError.tooLarge(what: "list of files", limit: Int64(Self.limit))
        }
        let isRecord = file.name.equals("RECORD")
        let base = isRecord ? PathList.parent(of: file.directory) : file.directory
        var paths = PathList()
        for line in bytes.split(separator: 0x0A) {
            paths.add(isRecord ? Self.firstColumn(line) : line.trimmed, relativeTo: base)
        }
        return Finding(claims: [.init(owner: .neighbour, files: .these(.list(paths.bytes)))])
    }

    /// The first column of a line of comma-separated values.
    private static func firstColumn(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard line.first == UInt8(ascii: "\"") else { return line.prefix { $0 != UInt8(ascii: ",") } }
        return line.dropFirst().prefix { $0 != UInt8(ascii: "\"") }
    }
}
