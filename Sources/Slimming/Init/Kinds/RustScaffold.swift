/// Cargo packages and workspaces.
enum RustScaffold {
    static let kind = ScaffoldKind(marks: ["Cargo.toml"], make: make)

    private static func make(_ project: ProjectTree) throws(SlimmingError) -> Scaffold? {
        guard project.has("Cargo.toml") else { return nil }
        // The package of the root, else the first member with a program.
        let roots = project.files(ending: "Cargo.toml").filter { path in
            path == "Cargo.toml" || path.hasSuffix("/Cargo.toml")
        }.map { String($0.dropLast("Cargo.toml".count)) }.filter { directory in
            !directory.split(separator: "/").contains { ["vendor", "target", "examples"].contains($0) }
        }
        guard let directory = roots.first(where: { project.has($0 + "src/main.rs") || !programs(project, $0).isEmpty }),
            let manifest = project.text(directory + "Cargo.toml"), let package = value("name", in: "package", manifest)
        else {
            throw SlimmingError.incompleteProject(kind: "Rust", reason: "there is no src/main.rs in it")
        }
        let program =
            value("default-run", in: "package", manifest) ?? value("name", in: "[bin]", manifest)
            ?? (project.has(directory + "src/main.rs") ? package : programs(project, directory).first ?? package)
        let selection = directory.isEmpty ? "" : " -p \(package)"
        return Scaffold(
            kind: "rust", bases: ["rust:1", "rust:latest"],
            body: "WORKDIR /src\nCOPY . .\nRUN cargo build --release\(selection)\n"
                + ScaffoldKind.command(["./target/release/\(program)"]))
    }

    /// Names of programs in `src/bin`.
    private static func programs(_ project: ProjectTree, _ directory: String) -> [String] {
        project.files(ending: ".rs").filter { $0.hasPrefix(directory + "src/bin/") }.compactMap {
            $0.dropFirst((directory + "src/bin/").count).split(separator: "/").first.map(String.init)
        }.map { $0.hasSuffix(".rs") ? String($0.dropLast(3)) : $0 }
    }

    /// A quoted value of a table.
    private static func value(_ key: String, in table: String, _ manifest: String) -> String? {
        var isInTable = false
        for line in manifest.split(whereSeparator: \.isNewline) {
            let line = line.drop { $0 == " " || $0 == "\t" }
            if line.hasPrefix("[") {
                isInTable = line.hasPrefix("[\(table)]")
                continue
            }
            let parts = line.split(separator: "=", maxSplits: 1)
            guard isInTable, parts.count == 2, parts[0].filter({ $0 != " " }) == key else { continue }
            return parts[1].split(separator: "\"").dropFirst().first.map(String.init)
        }
        return nil
    }
}
