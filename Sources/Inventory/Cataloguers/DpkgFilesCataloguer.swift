import LayerFormat
import OCI

/// dpkg's lists of files, one for each package.
struct DpkgFilesCataloguer: Cataloguer {
    private static let limit = 64 << 20

    func wants(_ file: FileFacts) -> Bool {
        guard file.path.begins(with: "var/lib/dpkg/") else { return false }
        return file.directory.equals("var/lib/dpkg/info") && file.name.ends(with: ".list")
            || file.directory.equals("var/lib/dpkg/status.d") && file.name.ends(with: ".md5sums")
    }

    func read(_ content: any RandomAccessBytes, of file: FileFacts) throws -> Finding? {
        guard let bytes = try content.whole(limit: Self.limit) else {
            throw InventoryError.tooLarge(what: "list of files", limit: Int64(Self.limit))
        }
        let isList = file.name.ends(with: ".list")
        var paths = PathList()
        for line in bytes.split(separator: 0x0A) {
            // In the other form a digest and two blanks are in front of the path.
            let path = line.dropFirst(isList ? 0 : 34).drop { $0 == UInt8(ascii: "/") }
            if !path.isEmpty, !path.equals(".") { paths.add(path) }
        }
        let owner: Finding.Owner = isList ? .dpkg(file.name.dropLast(5).text) : .withoutSuffix(8)
        return Finding(claims: [.init(owner: owner, files: .these(.list(paths.bytes)))])
    }
}
