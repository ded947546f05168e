/// Python.
enum PythonScaffold {
    static let kind = ScaffoldKind(marks: ["requirements.txt", "pyproject.toml", "setup.py", "*.py"], make: make)

    private static func make(_ project: ProjectTree) throws(SlimmingError) -> Scaffold? {
        let scripts = project.topLevel.filter { !$0.isDirectory && $0.path.hasSuffix(".py") }.map(\.path)
        let requirements = project.text("requirements.txt") ?? ""
        let hasPackage = project.has("pyproject.toml") || project.has("setup.py")
        guard !scripts.isEmpty || hasPackage || project.has("requirements.txt") else { return nil }
        var install = ""
        if project.has("requirements.txt") {
            install += "RUN pip install -r requirements.txt\n"
        } else if hasPackage {
            install += "RUN pip install .\n"
        }
        let files = project.files(ending: ".py").filter { !$0.hasPrefix("test") }
        func module(_ path: String) -> String { path.dropLast(3).split(separator: "/").joined(separator: ".") }
        var words: [String]?
        if requirements.lowercased().contains("uvicorn"),
            let file = files.first(where: { (project.text($0) ?? "").contains("FastAPI(") })
        {
            words = ["uvicorn", module(file) + ":app", "--host", "0.0.0.0"]
        } else if let file = ["main.py", "app.py", "server.py", "run.py"].first(where: project.has) {
            words = ["python", file]
        } else if requirements.lowercased().contains("flask"),
            let file = files.first(where: { (project.text($0) ?? "").contains("Flask(") })
        {
            words = ["flask", "--app", module(file), "run", "--host", "0.0.0.0"]
        }
        if words == nil, let manifest = project.text("pyproject.toml"), let program = program(manifest) {
            words = [program]
        }
        if words == nil, project.has("manage.py") { words = ["python", "manage.py", "runserver", "0.0.0.0:8000"] }
        guard let words else {
            throw SlimmingError.incompleteProject(
                kind: "Python",
                reason:
                    "there is no main.py, app.py, server.py, run.py or manage.py, no FastAPI or Flask application, and no program in pyproject.toml"
            )
        }
        return Scaffold(
            kind: "python", bases: ["python:3.13", "python:3.12", "python:latest"],
            body: "WORKDIR /app\nCOPY . .\n\(install)" + ScaffoldKind.command(words))
    }

    /// The only program that the project installs, or the one that is called like the project.
    private static func program(_ manifest: String) -> String? {
        let lines = manifest.split(separator: "\n").map { $0.filter { !$0.isWhitespace } }
        guard let start = lines.firstIndex(where: { ["[project.scripts]", "[tool.poetry.scripts]"].contains($0) })
        else {
            return nil
        }
        let names = lines[(start + 1)...].prefix { !$0.hasPrefix("[") }.compactMap { line in
            line.contains("=") ? line.prefix { $0 != "=" }.filter { $0 != "\"" } : nil
        }
        let own = lines.first { $0.hasPrefix("name=") }?.dropFirst(5).filter { $0 != "\"" && $0 != "'" }
        return names.count == 1 ? names[0] : names.first { $0 == own }
    }
}
