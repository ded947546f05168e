/// Whether a build takes something, mostly its version, from the history of the project.
enum HistoryUse {
    /// Files that build steps run or that configure them, by how their names end.
    private static let files = [
        "Makefile", "makefile", ".mk", "CMakeLists.txt", ".cmake", "meson.build", ".sh", "build.rs", "Cargo.toml",
        "build.gradle", "build.gradle.kts", "pom.xml", ".mvn/extensions.xml", "setup.py", "setup.cfg", "pyproject.toml",
        "package.json", ".config.js", ".config.ts", ".config.mjs", "Rakefile", ".gemspec", "Taskfile.yml", ".csproj",
        "Directory.Build.props", "Directory.Packages.props", ".go",
    ]
    private static let fileLimit = 4_000

    /// Commands, and tools that ask git for the version.
    private static let signs = [
        "git describe", "git rev-parse", "git rev-list", "git log", "git show", "git tag", "git status", "git diff",
        "git branch", "git ls-files", "git archive", "git submodule", "git config", "vcs.revision", "buildvcs",
        "setuptools_scm", "setuptools-scm", "hatch-vcs", "vcs-versioning", "versioningit", "versioneer", "dunamai",
        "dynamic-versioning", "pbr", "pdm-backend-scm", "source = \"vcs\"", "source = \"scm\"", "git-commit-id",
        "git-properties", "buildnumber-maven", "jgitver", "jgit", "axion-release", "nebula.release", "git-version",
        "gitversion", "GitVersion", "Nerdbank.GitVersioning", "MinVer", "vergen", "shadow-rs", "git2", "buildInfo",
    ]

    /// Whether a script of the Dockerfile or a file of the project says so.
    static func isLikely(in project: ProjectTree, scripts: String) -> Bool {
        if scripts.contains("git ") || scripts.contains(".git") { return true }
        let candidates = project.entries.lazy.filter { entry in
            !entry.isDirectory && files.contains { entry.path.hasSuffix($0) }
        }
        return candidates.prefix(fileLimit).contains { entry in
            guard let text = project.text(entry.path) else { return false }
            if entry.path.hasSuffix(".go") { return text.contains("vcs.revision") }
            if text.contains("child_process"), text.contains("git") { return true }
            return signs.contains { text.contains($0) }
        }
    }
}
