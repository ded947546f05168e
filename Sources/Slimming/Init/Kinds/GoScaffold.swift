/// Go modules.
enum GoScaffold {
    static let kind = ScaffoldKind(marks: ["go.mod"], make: make)

    private static func make(_ project: ProjectTree) throws(SlimmingError) -> Scaffold? {
        guard let manifest = project.text("go.mod") else { return nil }
        let lines = manifest.split(whereSeparator: \.isNewline)
        let version = lines.first { $0.hasPrefix("go ") }.map {
            $0.dropFirst(3).split(separator: ".").prefix(2).joined(separator: ".")
        }
        let module = lines.first { $0.hasPrefix("module ") }?.split(separator: "/").last.map(String.init) ?? ""
        guard let package = mainPackage(project, module: module) else {
            throw SlimmingError.incompleteProject(kind: "Go", reason: "there is no package main in it")
        }
        return Scaffold(
            kind: "go", bases: [version.map { "golang:" + $0 }, "golang:1", "golang:latest"].compactMap(\.self),
            body: "WORKDIR /src\nCOPY . .\nRUN go mod download\nRUN go build -o /usr/local/bin/app \(package)\n"
                + ScaffoldKind.command(["app"]))
    }

    /// The package that most likely is the application: the root, what is called like the module, a server, or the first.
    private static func mainPackage(_ project: ProjectTree, module: String) -> String? {
        let mains = project.files(ending: ".go").filter { path in
            let parts = path.split(separator: "/")
            guard !path.hasSuffix("_test.go"),
                !parts.contains(where: {
                    ["vendor", "testdata", "examples", "tools"].contains($0) || $0.hasPrefix("_")
                })
            else { return false }
            let lines = (project.text(path) ?? "").split(whereSeparator: \.isNewline)
            return lines.contains { $0 == "package main" || $0.hasPrefix("package main ") }
                && !lines.contains { $0.hasPrefix("//go:build ignore") }
        }
        let directories = mains.map { $0.split(separator: "/").dropLast().joined(separator: "/") }
        func rank(_ directory: String) -> Int {
            let name = directory.split(separator: "/").last.map(String.init) ?? ""
            if directory.isEmpty { return 0 }
            if name == module { return 1 }
            return ["server", "api", "app", "web", "main"].firstIndex(of: name).map { $0 + 2 } ?? 10
        }
        let ranked = directories.enumerated().min { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }
        return ranked.map { $0.element.isEmpty ? "." : "./" + $0.element }
    }
}
