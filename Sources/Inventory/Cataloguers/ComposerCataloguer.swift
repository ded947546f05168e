import LayerFormat
import OCI

/// PHP's packages: Composer's list of what is installed, of both its forms.
struct ComposerCataloguer: Cataloguer {
    func wants(_ file: FileFacts) -> Bool {
        guard file.name.equals("installed.json") else { return false }
        return file.directory.ends(with: "/composer") || file.directory.equals("composer")
    }

    private struct Entry: Decodable {
        var name: String
        var version: String
        var license: LenientList<String>?
        var installPath: LenientText?
        var require: LenientKeys?
        /// What it stands for.
        var replace: LenientKeys?
        var provide: LenientKeys?

        enum CodingKeys: String, CodingKey {
            case name, version, license, require, replace, provide
            case installPath = "install-path"
        }
    }

    /// An object since Composer 2, a bare list before.
    private struct Installed: Decodable {
        var packages: [Entry]
        var development: Set<String>

        private struct Object: Decodable {
            var packages: LenientList<Entry>?
            var development: LenientList<String>?

            enum CodingKeys: String, CodingKey {
                case packages
                case development = "dev-package-names"
            }
        }

        init(from decoder: any Decoder) throws {
            if let object = try? decoder.singleValueContainer().decode(Object.self) {
                packages = object.packages?.elements ?? []
                development = Set(object.development?.elements ?? [])
            } else {
                packages = try decoder.singleValueContainer().decode(LenientList<Entry>.self).elements
                development = []
            }
        }
    }

    func read(_ content: any RandomAccessBytes, of file: FileFacts) throws -> Finding? {
        let installed = try JSONFile.decode(Installed.self, content, what: "list of Composer's packages")
        var finding = Finding()
        let entries = installed.packages.filter { !$0.name.isEmpty && !$0.version.isEmpty }
        let positions = Self.positions(entries)
        for entry in entries {
            var place = PathList()
            if let path = entry.installPath?.text {
                place.add(path.utf8, relativeTo: file.directory)
            } else {
                place.add(entry.name.utf8, relativeTo: PathList.parent(of: file.directory))
            }
            let files = Finding.Files.these(.directories(place.bytes))
            finding.claims.append(.init(owner: .package(finding.packages.count), files: files))
            let requirements = PackageRequirements(
                packages: (entry.require?.keys ?? []).compactMap { positions[PackageType.composer.spelling($0)] })
            finding.add(
                Package(
                    type: .composer, name: entry.name, version: Self.plain(entry.version), path: "",
                    licences: entry.license?.elements ?? [],
                    marks: installed.development.contains(entry.name) ? [.development] : []), requirements)
        }
        return finding
    }

    /// Where in the list the packages are that go by a name: by their own before those that they stand for.
    private static func positions(_ entries: [Entry]) -> [String: Int] {
        let own = entries.enumerated().map { ($1.name, $0) }
        let others = entries.enumerated().flatMap { position, entry in
            ((entry.replace?.keys ?? []) + (entry.provide?.keys ?? [])).map { ($0, position) }
        }
        return Dictionary(
            (own + others).map { (PackageType.composer.spelling($0), $1) }, uniquingKeysWith: { first, _ in first })
    }

    /// Without the letter that many put in front of a tag.
    private static func plain(_ version: String) -> String {
        let rest = version.dropFirst()
        return (version.first == "v" || version.first == "V") && rest.first?.isNumber == true ? String(rest) : version
    }
}
