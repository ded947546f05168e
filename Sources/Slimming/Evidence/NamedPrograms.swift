import OCI

/// Programs that a test need not have started but that the image names: in its health check, in its scripts, in code.
enum NamedPrograms {
    /// Programs that applications start and that a small base may lack.
    private static let known = [
        "git", "curl", "wget", "ffmpeg", "ffprobe", "convert", "magick", "identify", "tesseract", "pdftotext",
        "pdftoppm", "gs", "pg_dump", "psql", "mysqldump",
        "mysql", "sqlite3", "redis-cli", "rsync", "ssh", "scp", "zip", "unzip", "file", "wkhtmltopdf", "pandoc",
        "soffice", "dot", "node", "python3", "python", "jq", "java", "perl", "ps", "bash",
        "openssl", "gpg", "nice", "nslookup", "dig", "ping", "xz", "bzip2", "gzip", "tar", "hg", "svn", "make", "gcc",
    ]
    /// What shells do themselves.
    private static let builtins: Set<String> = [
        "echo", "printf", "cd", "set", "export", "exec", "test", "[", "[[", "true", "false", "exit", "return", "shift",
        "read", "eval", "source", ".", "trap", "unset",
        "local", "declare", "case", "esac", "for", "in", "wait", "umask", "type", "command", "break", "continue",
        "function",
    ]

    /// Paths of such programs in the image.
    static func find(
        _ image: RootView, config: ContainerConfig, observation: Observed, added: Set<String>, directory: String,
        path: String
    ) -> Set<String> {
        var found: Set<String> = []
        func add(_ word: String) {
            if let program = image.program(word, workingDirectory: directory, path: path) { found.insert(program) }
        }
        if let test = config.healthcheck?.test, test.count > 1 {
            if test[0] == "CMD" { add(test[1]) }
            if test[0] == "CMD-SHELL" {
                add("/bin/sh")
                for command in ShellScript(test[1]).commands { add(command.name) }
            }
        }
        // Scripts that the Dockerfile brought and that ran: their other branches count as well.
        for file in observation.opened where added.contains(file) {
            guard let text = image.text(file, limit: 1 << 18), text.hasPrefix("#!"),
                let first = text.split(separator: "\n").first, first.hasSuffix("sh") || first.contains("sh ")
            else { continue }
            for command in ShellScript(text).commands
            where !builtins.contains(command.name) && !command.name.contains("$") {
                add(command.name)
                if command.name == "exec", let word = command.arguments.first { add(word) }
            }
        }
        let code = CodeText(image, directory: directory == "/" ? "/nonexistent" : directory)
        for name in known where code.starts(name) { add(name) }
        return found
    }

    /// What of an observation is looked at.
    struct Observed {
        var opened: Set<String>
    }
}

extension CodeText {
    /// Whether a string of the code is the name, or a command line that begins with it.
    func starts(_ name: String) -> Bool {
        ["\"\(name)\"", "'\(name)'", "\"\(name) -", "'\(name) -", "`\(name) -", "/bin/\(name)\"", "/bin/\(name)'"]
            .contains(where: contains)
    }
}
