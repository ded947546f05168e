import OCI

/// What of `package.json` matters here.
struct PackageManifest: Sendable {
    private let root: [String: JSONValue]

    init(_ text: String) {
        let value = try? CanonicalJSON.decode(JSONValue.self, from: Array(text.utf8), what: "package.json")
        if case .object(let fields)? = value { root = fields } else { root = [:] }
    }

    private func object(_ name: String) -> [String: String] {
        guard case .object(let fields)? = root[name] else { return [:] }
        return fields.compactMapValues { if case .string(let text) = $0 { text } else { nil } }
    }

    /// Names and versions.
    var dependencies: [String: String] { object("dependencies") }
    /// Names and versions of what only development needs.
    var developmentDependencies: [String: String] { object("devDependencies") }
    /// The scripts.
    var scripts: [String: String] { object("scripts") }

    /// The file that is the package's own.
    var main: String? { if case .string(let text)? = root["main"] { text } else { nil } }

    /// Whether there are no workspaces.
    var isSelfContained: Bool { root["workspaces"] == nil }

    /// Paths of `file:` and `link:` dependencies.
    var fileDependencies: [String] {
        (Array(dependencies.values) + Array(developmentDependencies.values)).compactMap { version in
            for prefix in ["file:", "link:", "portal:"] where version.hasPrefix(prefix) {
                let path = version.dropFirst(prefix.count)
                return path.hasPrefix("./") ? String(path.dropFirst(2)) : String(path)
            }
            return nil
        }
    }

    /// Whether the running application opened files of a dependency of development.
    func needsDevelopment(_ evidence: Evidence, _ directory: String) -> Bool {
        developmentDependencies.keys.contains { name in
            dependencies[name] == nil && evidence.opened(below: PathText.join(directory, "node_modules/" + name))
        }
    }
}
