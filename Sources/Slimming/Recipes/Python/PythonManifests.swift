/// What the installing commands of Python projects read of the project.
struct PythonManifests: Sendable {
    let project: ProjectTree
    /// Where the project and the commands are.
    let order: ManifestOrder

    /// Files and directories that a command reads; nil when it needs the project itself, or nobody can tell.
    func read(by command: ShellScript.Command) -> Set<String>? {
        var arguments = command.arguments
        var name = command.name
        if name.hasPrefix("python"), arguments.starts(with: ["-m", "pip"]) {
            name = "pip"
            arguments.removeFirst(2)
        }
        if name == "uv", arguments.first == "pip" {
            name = "pip"
            arguments.removeFirst()
        }
        if name.hasPrefix("pip"), name != "pipenv" { return requirements(of: arguments) }
        switch (name, arguments.first) {
        case ("poetry", "install"): return whole(["pyproject.toml", "poetry.lock"], arguments, without: ["--no-root"])
        case ("pdm", "install"), ("pdm", "sync"):
            return whole(["pyproject.toml", "pdm.lock"], arguments, without: ["--no-self", "--no-editable-self"])
        case ("uv", "sync"):
            return whole(
                ["pyproject.toml", "uv.lock", ".python-version"], arguments, without: ["--no-install-project"])
        case ("pipenv", "install"), ("pipenv", "sync"):
            let files = ["Pipfile", "Pipfile.lock"]
            // `pipenv install` without a name installs what the file lists.
            return arguments.dropFirst().allSatisfy { $0.hasPrefix("-") } ? manifests(files) : nil
        default: return nil
        }
    }

    /// Whether `pip`'s arguments are names of packages in an index and nothing of the project.
    static func installsOnlyNames(_ arguments: [String]) -> Bool {
        if ["config", "cache", "--version", "list"].contains(arguments.first) { return true }
        guard arguments.first == "install" else { return false }
        let pip = PipArguments(arguments)
        return pip.files.isEmpty && pip.paths.isEmpty && pip.isUnderstood
    }

    // MARK: Lock files

    /// The manifests of a manager that installs the project as well, unless it is told not to or there is none.
    private func whole(_ files: [String], _ arguments: [String], without flags: [String]) -> Set<String>? {
        let text = order.path("pyproject.toml").flatMap { project.text($0) } ?? ""
        let isPackage =
            text.contains("[build-system]") && !text.contains("package-mode = false")
            && !text.contains("package = false") && !text.contains("distribution = false")
        guard !isPackage || flags.contains(where: arguments.contains) else { return nil }
        return manifests(files)
    }

    private func manifests(_ names: [String]) -> Set<String>? {
        let found = names.compactMap(order.path).filter(project.has)
        // Dependencies in directories, and members of workspaces, are sources.
        let isLocal = found.contains { file in
            let text = project.text(file) ?? ""
            return ["path =", "path=", "file =", "workspace", "editable =", "directory ="].contains(
                where: text.contains)
        }
        return found.isEmpty || isLocal ? nil : Set(found)
    }

    // MARK: Requirements

    private func requirements(of arguments: [String]) -> Set<String>? {
        if Self.installsOnlyNames(arguments) { return [] }
        let pip = PipArguments(arguments)
        guard arguments.first == "install" || arguments.first == "sync", pip.isUnderstood, !pip.files.isEmpty else {
            return nil
        }
        var found: Set<String> = []
        for file in pip.files {
            guard let path = order.path(file), collect(path, into: &found) else { return nil }
        }
        for path in pip.paths {
            guard let place = local(path) else { return nil }
            found.insert(place)
        }
        return found
    }

    /// Adds a file of requirements with all that it names; false when that cannot be told.
    private func collect(_ path: String, into found: inout Set<String>) -> Bool {
        guard found.insert(path).inserted else { return true }
        guard found.count < 200, project[path]?.isDirectory == false, let text = project.text(path) else {
            return false
        }
        let directory = path.split(separator: "/").dropLast().joined(separator: "/")
        for line in text.split(whereSeparator: \.isNewline) {
            var words = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
            if let comment = words.firstIndex(where: { $0.hasPrefix("#") }) { words.removeSubrange(comment...) }
            guard !words.isEmpty else { continue }
            let pip = PipArguments(["install"] + words)
            for file in pip.files {
                // These are relative to the file that names them.
                let inside = PathText.join("/" + directory, file).dropFirst()
                guard !file.hasPrefix("/"), collect(String(inside), into: &found) else { return false }
            }
            for path in pip.paths {
                guard let place = local(path) else { return false }
                found.insert(place)
            }
        }
        return true
    }

    /// The place in the project of a requirement that is a path; nil for the project itself and for what is not there.
    private func local(_ path: String) -> String? {
        var path = path
        if let range = Substring(path).firstRange(of: "file:") {
            path = String(path[range.upperBound...].drop { $0 == "/" })
            path = "/" + (path.split(separator: "@").first.map(String.init) ?? "")
        }
        path = String(path.prefix { $0 != "[" && $0 != "#" })
        guard let place = order.path(path), project.has(place) else { return nil }
        return place
    }
}

/// The arguments of `pip install`, or a line of a file of requirements.
struct PipArguments: Sendable {
    /// Files of requirements and constraints.
    private(set) var files: [String] = []
    /// Requirements that are paths, and directories with packages.
    private(set) var paths: [String] = []
    /// Names of packages, with their versions.
    private(set) var names: [String] = []
    /// Whether nothing is left to variables.
    private(set) var isUnderstood = true

    private static let withValue: Set<String> = [
        "-i", "--index-url", "--extra-index-url", "--trusted-host", "-t", "--target", "--prefix", "--root", "--python",
        "--cache-dir", "--progress-bar", "--no-binary", "--only-binary", "--use-feature", "--retries", "--timeout",
        "--upgrade-strategy", "--python-version", "--abi", "--implementation", "--platform", "--hash",
        "--config-settings", "--global-option", "--proxy", "--cert", "--client-cert", "--log",
    ]

    init(_ arguments: [String]) {
        var rest = arguments.dropFirst()
        while let word = rest.popFirst() {
            var (option, value): (String, String?) = (word, nil)
            if word.hasPrefix("--"), let equals = word.firstIndex(of: "=") {
                (option, value) = (String(word[..<equals]), String(word[word.index(after: equals)...]))
            } else if !word.hasPrefix("--"), word.count > 2, ["-r", "-c", "-f", "-e"].contains(String(word.prefix(2))) {
                (option, value) = (String(word.prefix(2)), String(word.dropFirst(2)))
            }
            switch option {
            case "-r", "--requirement", "-c", "--constraint":
                if let file = value ?? rest.popFirst() { note(file, in: \.files) }
            case "-e", "--editable":
                if let path = value ?? rest.popFirst(), !path.contains("+") || path.contains("file:") {
                    note(path, in: \.paths)
                }
            case "-f", "--find-links":
                if let path = value ?? rest.popFirst(), !path.contains("://") || path.hasPrefix("file:") {
                    note(path, in: \.paths)
                }
            case let option where option.hasPrefix("-"):
                if value == nil, Self.withValue.contains(option) { _ = rest.popFirst() }
            // The second half of `name @ url`, and markers of environments.
            case "@": continue
            case ";": return
            case let name where name.hasPrefix(";"): return
            default: note(word, in: Self.isPath(word) ? \.paths : \.names)
            }
        }
    }

    private mutating func note(_ text: String, in list: WritableKeyPath<PipArguments, [String]>) {
        if text.contains("$") { isUnderstood = false }
        self[keyPath: list].append(text)
    }

    private static func isPath(_ word: String) -> Bool {
        if word.contains("file:") { return true }
        if word.contains("://") { return false }
        return word.hasPrefix(".") || word.contains("/") || word.hasSuffix(".whl") || word.hasSuffix(".tar.gz")
            || word.hasSuffix(".zip")
    }
}
