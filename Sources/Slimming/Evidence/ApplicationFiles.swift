import Glibc

/// What of the application's directory the image needs at run time.
struct ApplicationFiles: Sendable {
    /// Something directly in the directory.
    struct Entry: Sendable, Equatable {
        var name: String
        var isDirectory: Bool
        /// Whether it is in the project as it is in the image; otherwise a build step made or changed it.
        var isFromContext: Bool
    }

    private let directory: String
    /// What stays.
    private(set) var kept: [Entry] = []
    /// What goes, by name.
    private(set) var dropped: [String] = []

    /// Names that no program reads when it runs, whatever it is written in.
    private static let deadNames: Set<String> = [
        ".git", ".gitignore", ".gitattributes", ".github", ".gitlab-ci.yml", ".circleci", ".travis.yml",
        ".dockerignore",
        ".editorconfig", ".vscode", ".idea", ".pre-commit-config.yaml", ".devcontainer", "Makefile", "LICENSE",
        "NOTICE",
        "CHANGELOG", ".DS_Store", "Jenkinsfile", "__pycache__", ".pytest_cache", ".mypy_cache", ".coverage",
        ".nyc_output",
    ]
    private static let deadPrefixes = [
        "Dockerfile", ".dockerignore", "README", "docker-compose", "compose.", "CHANGELOG", "CONTRIBUTING", "LICENSE",
    ]
    private static let testNames: Set<String> = [
        "test", "tests", "__tests__", "spec", "e2e", "coverage", "docs", "doc",
    ]

    /// What a recipe knows about a name.
    enum Verdict: Sendable {
        /// Only the build reads it.
        case dead
        /// Only the build reads it, unless code names it.
        case deadUnlessNamed
        /// What it reads lies beside what only the build reads: each part is judged alone.
        case parts
        /// Nothing.
        case unknown
    }

    /// Judges the entries of a directory.
    ///
    /// An entry stays when something in it was opened, when code that stays names it, or when nobody knows it to be dead.
    ///
    /// - Parameters:
    ///   - directory: The application's directory.
    ///   - verdict: What the recipe knows of an entry.
    ///   - excluded: Names that the recipe brings along itself.
    ///   - compilesAtStart: Whether the original compiles itself whenever it starts: then its having opened something that
    ///     is dead says nothing.
    init(
        _ situation: Situation, evidence: Evidence, directory: String, excluding excluded: Set<String> = [],
        compilesAtStart: Bool = false, verdict: (Entry) -> Verdict
    ) {
        self.directory = directory
        let scripts = Self.buildScripts(situation, evidence)
        let code = CodeText(evidence.image, directory: directory, without: scripts)
        var pending = evidence.image.names(directory).filter { !excluded.contains($0) }
        while !pending.isEmpty {
            let name = pending.removeFirst()
            let path = PathText.join(directory, name)
            let last = PathText.name(name)
            if evidence.base.kind(path) != nil, !evidence.added.contains(where: { PathText.isBelow($0, path) }) {
                continue
            }
            let kind = evidence.image.kind(path)
            let entry = Entry(
                name: name, isDirectory: kind == .directory,
                isFromContext: Self.isUnchanged(name, situation.project, evidence.image, path))
            if kind == .directory, let inner = Self.unused(in: path, evidence) {
                dropped += inner.map { name + "/" + $0 }
                pending = evidence.image.names(path).filter { !inner.contains($0) }.map { name + "/" + $0 } + pending
                continue
            }
            var known = verdict(entry)
            if known == .parts {
                pending = evidence.image.names(path).map { name + "/" + $0 } + pending
                continue
            }
            if evidence.opened(below: path), !(compilesAtStart && known == .dead) {
                kept.append(entry)
                continue
            }
            if known == .unknown,
                Self.deadNames.contains(last) || Self.deadPrefixes.contains(where: last.hasPrefix)
                    || last.hasSuffix(".md") || Self.testNames.contains(last)
            {
                known = .deadUnlessNamed
            }
            if scripts.contains(path) || Self.hasOnly(scripts, path, evidence.image) { known = .deadUnlessNamed }
            // Secrets and settings of one machine: those that are read were seen to be opened.
            if known == .unknown, last == ".env" || last.hasPrefix(".env."), evidence.observation.recordedFiles {
                known = .deadUnlessNamed
            }
            if known == .deadUnlessNamed { known = code.names(last) ? .unknown : .dead }
            if known == .dead { dropped.append(name) } else { kept.append(entry) }
        }
    }

    /// Up to which size contents are compared.
    private static let comparedSize: Int64 = 1 << 18

    /// Shell scripts that steps of the build run and that were not opened afterwards.
    private static func buildScripts(_ situation: Situation, _ evidence: Evidence) -> Set<String> {
        let words = situation.view.commands.flatMap { command -> [String] in
            let isShell = ["sh", "bash", "ash", "dash"].contains(command.name)
            return Array(
                isShell ? command.arguments.prefix { !$0.hasPrefix("-") }.prefix(1) : command.program.prefix(1))
        }
        let paths = words.filter { $0.hasSuffix(".sh") }.map {
            PathText.join(situation.applicationDirectory, $0)
        }
        return Set(paths.filter { evidence.image.kind($0) == .file && !evidence.opened(below: $0) })
    }

    /// Whether there is nothing in a directory but some of these files.
    private static func hasOnly(_ paths: Set<String>, _ directory: String, _ image: RootView) -> Bool {
        guard paths.contains(where: { PathText.isBelow($0, directory) }) else { return false }
        return image.files(below: directory, limit: 1_000).allSatisfy(paths.contains)
    }

    /// Takes an entry out that is brought in another way.
    mutating func leaveOut(_ path: String) { kept.removeAll { PathText.join(directory, $0.name) == path } }

    /// Parts of a directory that only a build has used, when there are any: then the rest is looked at one by one.
    private static func unused(in path: String, _ evidence: Evidence) -> [String]? {
        guard evidence.observation.recordedFiles, !["node_modules", "vendor"].contains(PathText.name(path)) else {
            return nil
        }
        // Dependencies of a front end that is built here, and what its compiler keeps for the next time.
        let candidates = [".next": ["cache"]][PathText.name(path)] ?? ["node_modules"]
        let found = candidates.filter { name in
            let inner = PathText.join(path, name)
            return evidence.image.kind(inner) == .directory && !evidence.opened(below: inner)
        }
        return found.isEmpty ? nil : found
    }

    /// Whether every file that the image has below the path is in the project, with the same content and permissions.
    private static func isUnchanged(_ name: String, _ project: ProjectTree, _ image: RootView, _ path: String) -> Bool {
        guard let entry = project[name], !ProjectTree.opaqueDirectories.contains(PathText.name(name)) else {
            return false
        }
        guard let host = image.host(path) else { return false }
        func isSame(_ entry: ProjectTree.Entry, _ path: String) -> Bool {
            var status = stat()
            guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, Int64(status.st_size) == entry.size,
                UInt32(status.st_mode & 0o7777) == entry.mode
            else { return false }
            guard entry.size <= comparedSize else { return true }
            let own = SmallFile.read(project.root + "/" + entry.path, limit: Int(comparedSize))
            return own != nil && own == SmallFile.read(path, limit: Int(comparedSize))
        }
        guard entry.isDirectory else { return isSame(entry, host) }
        let files = image.files(below: path, limit: 20_000)
        return files.allSatisfy { file in
            let inside = name + file.dropFirst(path.count)
            return project[inside].map { !$0.isDirectory && isSame($0, image.directory + file) } ?? false
        }
    }

    /// COPY instructions that bring what stays to where it is in the original: from the project what is there as it is, all
    /// else from where it was made.
    func copies(_ situation: Situation, _ origins: CopyOrigins) -> [String] {
        let isWorking = directory == situation.workingDirectory
        let destination = isWorking ? "./" : directory == "/" ? "/" : directory + "/"
        var lines: [String] = []
        func grouped(_ entries: [Entry]) -> [(directory: String, names: [String])] {
            Dictionary(grouping: entries.map(\.name)) { String($0.dropLast(PathText.name($0).count)) }
                .sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        }
        for group in grouped(kept.filter { $0.isFromContext && !$0.isDirectory }) {
            lines.append(CopyLines.line(group.names.map(CopyLines.literal), to: destination + group.directory))
        }
        for entry in kept where entry.isFromContext && entry.isDirectory {
            lines.append(CopyLines.line([CopyLines.literal(entry.name) + "/"], to: "\(destination)\(entry.name)/"))
        }
        func origin(_ entry: Entry) -> (stage: String, path: String) {
            origins.origin(of: PathText.join(directory, entry.name))
        }
        // What is built changes most often, what is installed seldom: dependencies first.
        let order = ["node_modules", "vendor"]
        let built = kept.filter { !$0.isFromContext && $0.isDirectory }
        func line(_ entry: Entry) -> String {
            let origin = origin(entry)
            return CopyLines.line(from: origin.stage, [origin.path], to: destination + entry.name)
        }
        for entry in built.filter({ order.contains($0.name) }) { lines.insert(line(entry), at: 0) }
        for entry in built where !order.contains(entry.name) { lines.append(line(entry)) }
        var stages: [(name: String, directory: String, files: [String])] = []
        for entry in kept where !entry.isFromContext && !entry.isDirectory {
            let (stage, path) = origin(entry)
            let name = PathText.name(entry.name)
            guard PathText.name(path) == name else {
                lines.append(line(entry))
                continue
            }
            let directory = String(entry.name.dropLast(name.count))
            if let last = stages.last, last.name == stage, last.directory == directory {
                stages[stages.count - 1].files.append(path)
            } else {
                stages.append((stage, directory, [path]))
            }
        }
        for stage in stages {
            let (name, directory) = (stage.name, stage.directory)
            lines.append(CopyLines.line(from: name, stage.files, to: destination + directory))
        }
        return lines
    }
}
