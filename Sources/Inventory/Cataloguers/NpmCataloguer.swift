import LayerFormat
import OCI

/// Node's packages: `package.json` at the top of a package.
struct NpmCataloguer: Cataloguer {
    func wants(_ file: FileFacts) -> Bool {
        guard file.name.equals("package.json") else { return false }
        return Self.place(of: file.directory) != .inside
    }

    /// Where a `package.json` is.
    private enum Place {
        /// `node_modules/NAME`, `node_modules/@SCOPE/NAME`.
        case installed
        /// Deeper inside of a package: a helper for the module loader, an example, a test.
        case inside
        /// In no `node_modules`: somebody's own program.
        case own
    }

    private static func place(of directory: ArraySlice<UInt8>) -> Place {
        let segments = directory.split(separator: UInt8(ascii: "/"))
        guard let last = segments.lastIndex(where: { $0.equals("node_modules") }) else { return .own }
        let rest = segments[(last + 1)...]
        guard let first = rest.first else { return .inside }
        let isScoped = first.first == UInt8(ascii: "@")
        return rest.count == (isScoped ? 2 : 1) ? .installed : .inside
    }

    private struct Manifest: Decodable {
        var name: LenientText?
        var version: LenientText?
        var license: Licence?
        var licenses: LenientList<Licence>?
        var dependencies: LenientKeys?
        var optionalDependencies: LenientKeys?
        var peerDependencies: LenientKeys?
        /// Says which of those before need not be there.
        var peerDependenciesMeta: LenientKeys?

        var requirements: PackageRequirements {
            let optional = Set(peerDependenciesMeta?.keys ?? [])
            let peers = (peerDependencies?.keys ?? []).filter { !optional.contains($0) }
            var requirements = PackageRequirements()
            for name in (dependencies?.keys ?? []) + (optionalDependencies?.keys ?? []) + peers {
                requirements.choices.add(name.utf8)
            }
            return requirements
        }
    }

    /// Text, or an object as it was written long ago.
    private struct Licence: Decodable {
        var text: String?

        init(from decoder: any Decoder) throws {
            if let text = try? decoder.singleValueContainer().decode(String.self) {
                self.text = text
            } else {
                text = try? decoder.singleValueContainer().decode([String: LenientText].self)["type"]?.text
            }
        }
    }

    func read(_ content: any RandomAccessBytes, of file: FileFacts) throws -> Finding? {
        let manifest = try JSONFile.decode(Manifest.self, content, what: "package.json")
        guard let name = manifest.name?.text, !name.isEmpty, let version = manifest.version?.text, !version.isEmpty
        else { return nil }
        let licences = ([manifest.license].compactMap { $0 } + (manifest.licenses?.elements ?? [])).compactMap(\.text)
        let isOwn = Self.place(of: file.directory) == .own
        var finding = Finding(claims: [.init(owner: .package(0), files: .siblings)])
        finding.add(
            Package(
                type: .npm, name: name, version: version, path: "", licences: licences,
                marks: isOwn ? [.applicationRoot] : []), manifest.requirements)
        return finding
    }
}
