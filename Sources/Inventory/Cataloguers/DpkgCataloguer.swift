import LayerFormat
import OCI

/// dpkg's list of packages: one file, or a file for each package in images without dpkg.
struct DpkgCataloguer: Cataloguer {
    /// Larger lists are no honest ones: that of all of Debian's archive is smaller.
    static let limit = 256 << 20

    func wants(_ file: FileFacts) -> Bool {
        guard file.path.begins(with: "var/lib/dpkg/status") else { return false }
        if file.path.equals("var/lib/dpkg/status") { return true }
        return file.directory.equals("var/lib/dpkg/status.d") && !file.name.ends(with: ".md5sums")
    }

    private static let keys: Set<String> = ["Package", "Version", "Status", "Source", "Architecture", "Maintainer"]

    func read(_ content: any RandomAccessBytes, of file: FileFacts) throws -> Finding? {
        guard let bytes = try content.whole(limit: Self.limit) else {
            throw InventoryError.tooLarge(what: "list of packages", limit: Int64(Self.limit))
        }
        var finding = Finding()
        let keys = Self.keys.union(DpkgRequirements.keys)
        ControlFile.read(bytes, keys: keys, whole: DpkgRequirements.whole) { fields in
            if let package = Self.package(fields) { finding.add(package, DpkgRequirements.read(fields)) }
            return true
        }
        return finding
    }

    private static func package(_ fields: ControlFile.Fields) -> Package? {
        guard let name = fields["Package"], !name.isEmpty, let version = fields["Version"], !version.isEmpty else {
            return nil
        }
        // Packages that were removed but for their configuration stay listed. A file for one package has no such field.
        if let status = fields["Status"],
            status.split(separator: " ").dropFirst(2).first.map(String.init) != "installed"
        {
            return nil
        }
        let maintainer = fields["Maintainer"]
        return Package(
            type: .deb, name: name, version: version, path: "", source: source(fields["Source"], name, version),
            architecture: fields["Architecture"], vendor: maintainer,
            marks: maintainer.map({ ThirdPartyMaintainers.includes(maintainer: $0) }) == true ? [.thirdParty] : [])
    }

    /// `NAME (VERSION)`; what is missing is the binary package's.
    private static func source(_ field: String?, _ name: String, _ version: String) -> Package.SourcePackage {
        guard let field, let first = field.split(separator: " ").first else {
            return Package.SourcePackage(name: name, version: version)
        }
        var sourceVersion = version
        if let open = field.firstIndex(of: "("), let close = field[open...].firstIndex(of: ")") {
            sourceVersion = String(field[field.index(after: open)..<close])
        }
        return Package.SourcePackage(name: String(first), version: sourceVersion)
    }
}
