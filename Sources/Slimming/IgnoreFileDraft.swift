import BuildContext
import DockerfileSyntax
import Glibc

/// A `.dockerignore` for a project that has none, or lines to be added to the one that it has.
enum IgnoreFileDraft {
    private static let candidates = [
        ".git", ".gitignore", ".github", ".vscode", ".idea", "**/node_modules", "npm-debug.log", "**/__pycache__",
        "**/*.pyc", ".venv", "venv", ".pytest_cache", ".mypy_cache", ".coverage", "coverage", "Dockerfile*",
        ".dockerignore", "docker-compose*.yml", ".DS_Store", "target", "*.log",
    ]

    /// The file's text: what is there, and what is missing of what no build reads; nil when nothing is missing.
    ///
    /// Nothing is ignored that an instruction selects by name, or that a build step may ask for. Files named `.env` are
    /// left: front ends are built with their values, and applications read them.
    static func text(_ view: StageView, _ project: ProjectTree, existing: String?) -> String? {
        let selected = SelectedPaths(view.parsed, project)
        let scripts = view.parsed.stages.flatMap(\.instructions).compactMap { instruction -> String? in
            if case .run = instruction.kind { instruction.original } else { nil }
        }.joined(separator: "\n")
        let known = Set(IgnoreFile.parse(Array((existing ?? "").utf8)))
        let lines = candidates.filter { candidate in
            let name = candidate.hasPrefix("**/") ? String(candidate.dropFirst(3)) : candidate
            return !known.contains(candidate) && isDead(name, project, scripts)
                && !selected.areHidden(by: candidate)
        }
        guard !lines.isEmpty else { return nil }
        var text = existing ?? ""
        if !text.isEmpty, !text.hasSuffix("\n") { text += "\n" }
        return text + lines.map { $0 + "\n" }.joined()
    }

    /// Whether no build step reads what is called so.
    private static func isDead(_ name: String, _ project: ProjectTree, _ scripts: String) -> Bool {
        if scripts.contains(name), !name.contains("*") { return false }
        switch name {
        case ".git", ".gitignore": return !HistoryUse.isLikely(in: project, scripts: scripts)
        case "target": return project.has("pom.xml") || project.has("Cargo.toml")
        case "venv", ".venv": return project.text(name + "/pyvenv.cfg") != nil
        case "coverage": return project.has("coverage/lcov.info") || project.has("coverage/lcov-report")
        default: return true
        }
    }
}

/// The paths of the context that instructions select by name: sources of COPY, ADD and bind mounts. What selects all that
/// there is selects nothing by name.
private struct SelectedPaths {
    private var paths: Set<String> = []

    init(_ parsed: ParsedDockerfile, _ project: ProjectTree) {
        for instruction in parsed.stages.flatMap(\.instructions) {
            for source in Self.sources(of: instruction) { add(source, project) }
        }
    }

    private static func sources(of instruction: Instruction) -> [String] {
        switch instruction.kind {
        case .copy(let copy): copy.from == nil ? copy.paths.sources : []
        case .add(let add): add.paths.sources
        case .run(let run):
            run.mounts.compactMap { mount in
                guard let parsed = try? mount.parse(expanding: { $0 }), parsed.kind == .bind, parsed.from == nil else {
                    return nil
                }
                return parsed.source
            }
        default: []
        }
    }

    private mutating func add(_ source: String, _ project: ProjectTree) {
        var parts: [String] = []
        for part in source.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(String(part)) }
        }
        guard !parts.isEmpty else { return }
        let literal = parts.prefix { part in !part.contains { "*?[\\".contains($0) } }
        if !literal.isEmpty { paths.insert(literal.joined(separator: "/")) }
        guard literal.count < parts.count, parts.last != "*", parts.last != "**" else { return }
        let pattern = parts.joined(separator: "/")
        for entry in project.entries where fnmatch(pattern, entry.path, FNM_PATHNAME) == 0 { paths.insert(entry.path) }
    }

    /// Whether a pattern of an ignore file would hide one of them.
    func areHidden(by pattern: String) -> Bool {
        guard let matcher = try? IgnoreMatcher(patterns: [pattern]) else { return true }
        return paths.contains { path in
            var state = matcher.root
            var place = ""
            for part in path.split(separator: "/") {
                place += (place.isEmpty ? "" : "/") + part
                let (isExcluded, next) = matcher.enter(PathBytes(place.utf8), below: state)
                if isExcluded { return true }
                state = next
            }
            return false
        }
    }
}
