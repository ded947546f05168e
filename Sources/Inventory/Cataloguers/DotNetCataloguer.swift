import LayerFormat
import OCI

/// .NET's packages: what a program's `.deps.json` says that it was built with.
struct DotNetCataloguer: Cataloguer {
    func wants(_ file: FileFacts) -> Bool { file.name.ends(with: ".deps.json") }

    private struct Dependencies: Decodable {
        var libraries: [String: Library]?
    }

    private struct Library: Decodable {
        var type: LenientText?
    }

    func read(_ content: any RandomAccessBytes, of file: FileFacts) throws -> Finding? {
        let dependencies = try JSONFile.decode(Dependencies.self, content, what: "list of .NET dependencies")
        var finding = Finding()
        for (key, library) in (dependencies.libraries ?? [:]).sorted(by: { $0.key < $1.key }) {
            let parts = key.split(separator: "/", maxSplits: 1)
            guard library.type?.text == "package", parts.count == 2, !parts[1].isEmpty else { continue }
            finding.packages.append(
                Package(type: .nuget, name: String(parts[0]), version: String(parts[1]), path: ""))
        }
        return finding
    }
}
