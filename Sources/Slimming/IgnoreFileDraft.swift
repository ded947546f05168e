import BuildContext
import DockerfileSyntax

/// A `.dockerignore` for a project that has none, or lines to be added to the one that it has.
enum IgnoreFileDraft {
    private static let candidates = [
        ".git", ".gitignore", ".github", ".vscode", ".idea", "node_modules", "**/node_modules", "npm-debug.log",
        "**/__pycache__", "**/*.pyc", ".venv", "venv", ".pytest_cache",
        ".mypy_cache", ".coverage", "coverage", "Dockerfile*", ".dockerignore", "docker-compose*.yml", ".env",
        ".DS_Store", "target", "*.log",
    ]

    /// The file's text: what is there, and what is missing of what no build reads; nil when nothing is missing.
    ///
    /// Nothing is ignored that an instruction copies by name, or that a build step may ask for.
    static func text(_ view: StageView, _ project: ProjectTree, existing: String?) -> String? {
        let copied = Set(
            view.parsed.stages.flatMap(\.instructions).flatMap { instruction -> [String] in
                switch instruction.kind {
                case .copy(let copy) where copy.from == nil: copy.paths.sources
                case .add(let add): add.paths.sources
                default: []
                }
            }.map { $0.hasPrefix("./") ? String($0.dropFirst(2)) : $0 })
        let scripts = view.runs.map { $0.instruction.original }.joined(separator: "\n")
        let manifests = [
            "pyproject.toml", "setup.py", "setup.cfg", "Cargo.toml", "package.json", "vite.config.js", "vite.config.ts",
        ].compactMap(project.text).joined(separator: "\n")
        let known = Set(IgnoreFile.parse(Array((existing ?? "").utf8)))
        var lines: [String] = []
        for candidate in candidates where !known.contains(candidate) {
            let name = candidate.hasPrefix("**/") ? String(candidate.dropFirst(3)) : candidate
            if copied.contains(where: { $0 == name || $0.hasPrefix(name + "/") || matches(name, $0) }) { continue }
            switch name {
            case ".git", ".gitignore":
                // Versions are often taken from the history.
                if scripts.contains("git ") || manifests.contains("setuptools_scm")
                    || manifests.contains("setuptools-scm") || manifests.contains("vcs")
                    || manifests.contains("git describe") || manifests.contains("buildInfo")
                {
                    continue
                }
                if name == ".git", project.text("go.mod") != nil, scripts.contains("buildvcs") { continue }
            case "target":
                if !project.has("pom.xml"), !project.has("Cargo.toml") { continue }
            case ".env":
                // Front ends are built with its values, and applications may read it.
                continue
            case "node_modules": if candidate == name { continue }
            case "coverage", "venv", ".venv": if !project.has(name) { continue }
            default: break
            }
            if scripts.contains(name), !name.contains("*") { continue }
            lines.append(candidate)
        }
        guard !lines.isEmpty else { return nil }
        var text = existing ?? ""
        if !text.isEmpty, !text.hasSuffix("\n") { text += "\n" }
        return text + lines.map { $0 + "\n" }.joined()
    }

    private static func matches(_ pattern: String, _ path: String) -> Bool {
        guard pattern.hasSuffix("*") else { return false }
        return path.hasPrefix(pattern.dropLast())
    }
}
