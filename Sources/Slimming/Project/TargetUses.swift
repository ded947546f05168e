/// Stages that a project's own files ask for by name.
enum TargetUses {
    /// The names, in lower case, that compose files, pipelines, make and scripts give as a target.
    static func names(_ project: ProjectTree) -> Set<String> {
        let files = project.entries.filter { !$0.isDirectory && asksForImages($0.path) }
        return Set(files.flatMap { targets(in: project.text($0.path) ?? "") })
    }

    private static func asksForImages(_ path: String) -> Bool {
        let name = PathText.name(path)
        if ["Makefile", ".gitlab-ci.yml", "Jenkinsfile", "docker-bake.hcl", "docker-bake.json"].contains(name) {
            return true
        }
        if name.hasSuffix(".sh") { return true }
        guard name.hasSuffix(".yml") || name.hasSuffix(".yaml") else { return false }
        return name.contains("compose") || path.hasPrefix(".github/workflows/") || path.hasPrefix(".circleci/")
    }

    /// Words behind `--target`, `target:` and `target =`.
    private static func targets(in text: String) -> [String] {
        text.split(whereSeparator: \.isNewline).flatMap { line -> [String] in
            let words = line.split { " \t,\"'".contains($0) }.map(String.init)
            return words.indices.compactMap { index in
                let word = words[index]
                if word.hasPrefix("--target=") { return word.dropFirst("--target=".count).lowercased() }
                guard ["--target", "target:", "target"].contains(word) else { return nil }
                return words[(index + 1)...].first { $0 != "=" && $0 != ":" }?.lowercased()
            }
        }
    }
}
