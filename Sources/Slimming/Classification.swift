import DockerfileSyntax

/// Whether a Dockerfile is one to make a separate run-time stage for.
enum Classification {
    /// Why the stages have to stay as they are; nil when they need not.
    static func reasonToLeaveAlone(_ view: StageView, _ project: ProjectTree, name: String) -> String? {
        if name.contains(".devcontainer") { return "it describes a development container" }
        if project.entries.contains(where: { $0.path == ".devcontainer/devcontainer.json" && isUsed(project, by: name) }
        ) {
            return "it is the image of a development container (.devcontainer/devcontainer.json)"
        }
        let words = view.commandWords
        let program = words.first.map(PathText.name) ?? ""
        if program == "sleep" || words.contains("infinity") {
            return "its command only keeps a container alive for people to work in"
        }
        if program == "tail", words.contains("/dev/null") {
            return "its command only keeps a container alive for people to work in"
        }
        if buildTools.contains(program) { return "its command is \(program): its tools are its purpose" }
        for instruction in view.final.instructions {
            if case .onbuild = instruction.kind { return "it is a base for other images (ONBUILD)" }
        }
        let base = BaseImages.split(view.baseName(of: view.parsed.stages.count - 1)).short
        if databases.contains(base) { return "\(base) keeps data and starts by itself; there is nothing to build" }
        if servers.contains(program) { return "\(program) keeps data and belongs to no build of this project" }
        if let volume = mountedSources(view) {
            return "its sources are mounted from outside (VOLUME \(volume)): people work in it"
        }
        if program == "" || shells.contains(program), words.count <= 1, !copiesAnything(view) {
            return "its tools are its purpose: nothing is copied into it"
        }
        // A shell and nothing for it to do: who starts the image says what runs in it.
        if shells.contains(program), words.dropFirst().allSatisfy({ ["-l", "-i", "--login"].contains($0) }) {
            return "its command is a shell: its tools are its purpose"
        }
        let installed = view.commands.flatMap(SystemPackages.names)
        let interactive = installed.filter(editors.contains)
        if !interactive.isEmpty, !copiesAnything(view) || ["bash", "zsh", "sh"].contains(program) {
            return "people work in it: \(interactive.sorted().joined(separator: ", "))"
        }
        if !copiesAnything(view) { return "its tools are its purpose: nothing is copied into it" }
        return nil
    }

    /// Programs that build what others bring.
    private static let buildTools: Set<String> = [
        "cmake", "ninja", "meson", "gcc", "g++", "cc", "clang", "clang++", "rustc", "javac", "bazel", "protoc",
    ]
    private static let shells: Set<String> = ["bash", "sh", "zsh", "fish", "ash", "dash"]
    /// Programs of databases, whatever image they are installed in.
    private static let servers: Set<String> = [
        "postgres", "pg_ctl", "mysqld", "mysqld_safe", "mariadbd", "mongod", "redis-server", "valkey-server",
        "memcached",
        "influxd", "cassandra", "rabbitmq-server", "etcd",
    ]

    /// A volume that hides what the Dockerfile copies: the directory of the sources, or one above it.
    private static func mountedSources(_ view: StageView) -> String? {
        var place = view.place()
        var copied: [String] = []
        var volumes: [String] = []
        for instruction in view.final.instructions {
            place.follow(instruction)
            if case .volume(let paths) = instruction.kind { volumes += paths }
            if let paths = instruction.wholeContext { copied.append(place.path(paths.destination)) }
        }
        return volumes.first { volume in
            volume.hasPrefix("/") && copied.contains { PathText.isBelow($0, PathText.join("/", volume)) }
        }
    }

    private static let databases: Set<String> = [
        "postgres", "mysql", "mariadb", "mongo", "redis", "elasticsearch", "cassandra", "influxdb", "couchdb",
        "rabbitmq", "memcached", "zookeeper", "kafka", "neo4j",
    ]
    private static let editors: Set<String> = [
        "vim", "nano", "emacs", "gdb", "zsh", "tmux", "lldb", "valgrind", "sudo", "man-db", "bash-completion",
    ]

    private static func isUsed(_ project: ProjectTree, by name: String) -> Bool {
        guard let text = project.text(".devcontainer/devcontainer.json") else { return false }
        return text.contains("../" + name) || text.contains("\"\(name)\"")
    }

    private static func copiesAnything(_ view: StageView) -> Bool {
        view.parsed.stages.contains { stage in
            stage.instructions.contains { instruction in
                switch instruction.kind {
                case .copy, .add: true
                default: false
                }
            }
        }
    }
}
