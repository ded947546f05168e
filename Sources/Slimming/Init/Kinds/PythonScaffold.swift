/// Python.
enum PythonScaffold {
    static let kind = ScaffoldKind(
        marks: ["requirements.txt", "requirements/production.txt", "pyproject.toml", "setup.py", "*.py"], make: make)

    private static func make(_ project: ProjectTree) throws(SlimmingError) -> Scaffold? {
        let hasScript = project.topLevel.contains { !$0.isDirectory && $0.path.hasSuffix(".py") }
        let requirements = lists.first(where: project.has)
        let hasPackage = project.has("pyproject.toml") || project.has("setup.py")
        guard hasScript || hasPackage || requirements != nil else { return nil }
        var install = ""
        if let requirements {
            install = "RUN pip install -r \(requirements)\n"
        } else if project.has("uv.lock") {
            install = "RUN pip install uv && uv sync --frozen --no-dev\nENV PATH=/app/.venv/bin:$PATH\n"
        } else if hasPackage {
            install = "RUN pip install .\n"
        }
        guard let words = PythonStart.words(project) else {
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

    /// Where projects list what they need when they run.
    private static let lists = [
        "requirements.txt", "requirements/production.txt", "requirements/prod.txt", "requirements/base.txt",
    ]

    /// What is named in such lists, or in a manifest, in lower case.
    static func dependencies(_ project: ProjectTree) -> String {
        (lists + ["pyproject.toml", "Pipfile", "setup.py"]).compactMap(project.text).joined(separator: "\n")
            .lowercased()
    }
}
