/// How a Python project is started.
enum PythonStart {
    /// The words of the command; nil when nothing tells.
    static func words(_ project: ProjectTree) -> [String]? {
        let dependencies = PythonScaffold.dependencies(project)
        let files = project.files(ending: ".py").filter { !$0.hasPrefix("test") }
        let script = ["main.py", "app.py", "server.py", "run.py"].first(where: project.has)
        if dependencies.contains("uvicorn"), let found = application(of: ["FastAPI(", "Starlette("], files, project) {
            let place = found.isInSources ? ["--app-dir", "src"] : []
            return ["uvicorn"] + place + [found.name, "--host", "0.0.0.0"]
        }
        if dependencies.contains("flask"), let found = application(of: ["Flask("], files, project), !found.startsItself
        {
            let place = found.isInSources ? ["--chdir", "src"] : []
            if dependencies.contains("gunicorn") {
                return ["gunicorn"] + place + ["--bind", "0.0.0.0:8000", found.name]
            }
            if script == nil || !found.isInSources {
                return ["flask", "--app", found.module, "run", "--host", "0.0.0.0"]
            }
        }
        if let script { return ["python", script] }
        if let manifest = project.text("pyproject.toml"), let program = program(manifest) { return [program] }
        guard project.has("manage.py") else { return nil }
        if dependencies.contains("gunicorn"), let file = files.first(where: { PathText.name($0) == "wsgi.py" }) {
            return ["gunicorn", "--bind", "0.0.0.0:8000", module(file)]
        }
        return ["python", "manage.py", "runserver", "0.0.0.0:8000"]
    }

    /// An application of a framework.
    private struct Application {
        var module: String
        /// The variable that it is in, or the call that makes it.
        var object: String
        /// Whether its module is below `src`.
        var isInSources: Bool
        /// Whether its file starts a server when it is run.
        var startsItself: Bool

        /// As servers name it.
        var name: String { module + ":" + object }
    }

    /// The first file that makes one.
    private static func application(of calls: [String], _ files: [String], _ project: ProjectTree) -> Application? {
        for file in files {
            guard let text = project.text(file) else { continue }
            for line in text.split(whereSeparator: \.isNewline) {
                guard calls.contains(where: { line.firstRange(of: "= " + $0) != nil }) else { continue }
                let variable = line.prefix { $0 != "=" && $0 != ":" }.filter { !$0.isWhitespace }
                let isInFunction = line.first?.isWhitespace ?? false
                let factory = ["create_app", "make_app"].first { text.contains("def \($0)():") }
                guard !isInFunction || factory != nil else { continue }
                return Application(
                    module: module(file), object: isInFunction ? "\(factory ?? "")()" : variable,
                    isInSources: file.hasPrefix("src/"), startsItself: text.contains("\(variable).run("))
            }
        }
        return nil
    }

    /// The name by which a file is imported.
    private static func module(_ path: String) -> String {
        var parts = path.dropLast(".py".count).split(separator: "/")
        if parts.first == "src" { parts.removeFirst() }
        if parts.last == "__init__", parts.count > 1 { parts.removeLast() }
        return parts.joined(separator: ".")
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
