import LayerFormat
import OCI

/// .NET's packages: what a program's `.deps.json` says that it was built with.
struct DotNetCataloguer: Cataloguer {
    func wants(_ file: FileFacts) -> Bool { file.name.ends(with: ".deps.json") }

    private struct Dependencies: Decodable {
        var libraries: [String: Library]?
        var runtimeTarget: RuntimeTarget?
        var targets: LenientTable<LenientTable<Target>>?

        /// What each library depends on in what the program is made for, by `name/version`.
        var requirements: [String: Target] {
            let names = runtimeTarget?.name?.text.map { [$0] } ?? targets?.values.keys.sorted() ?? []
            return names.compactMap { targets?.values[$0]?.values }.reduce(into: [:]) { result, target in
                result.merge(target) { first, _ in first }
            }
        }
    }

    private struct RuntimeTarget: Decodable {
        var name: LenientText?
    }

    private struct Target: Decodable {
        /// Versions by name.
        var dependencies: LenientTable<String>?
    }

    private struct Library: Decodable {
        var type: LenientText?
    }

    func read(_ content: any RandomAccessBytes, of file: FileFacts) throws -> Finding? {
        let dependencies = try JSONFile.decode(Dependencies.self, content, what: "list of .NET dependencies")
        let libraries = (dependencies.libraries ?? [:]).sorted { $0.key < $1.key }.compactMap { key, library in
            let parts = key.split(separator: "/", maxSplits: 1).map(String.init)
            return library.type?.text == "package" && parts.count == 2
                ? (key: key, name: parts[0], version: parts[1]) : nil
        }
        let places = Dictionary(libraries.enumerated().map { ($1.key.lowercased(), $0) }) { first, _ in first }
        let requirements = dependencies.requirements
        var finding = Finding()
        for library in libraries {
            // The versions that are stated here are those that were chosen.
            let targets = requirements[library.key].map { target in
                (target.dependencies?.values ?? [:]).compactMap { places["\($0)/\($1)".lowercased()] }.sorted()
            }
            finding.add(
                Package(type: .nuget, name: library.name, version: library.version, path: ""),
                targets.map { PackageRequirements(packages: $0) })
        }
        return finding
    }
}
