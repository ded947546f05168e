/// Front ends that a tool of Node builds and that are nothing but files then.
enum FrontEnd {
    /// Tools, by the package that brings them, and where they put what they build.
    private static let tools = [
        ("vite", "dist"), ("react-scripts", "build"), ("@vue/cli-service", "dist"), ("parcel", "dist"),
    ]

    /// Where the project's build script puts the files; nil when it is not known to be a front end of files only.
    static func output(_ project: ProjectTree, _ package: PackageManifest) -> String? {
        guard let build = package.scripts["build"] else { return nil }
        let dependencies = package.dependencies.merging(package.developmentDependencies) { first, _ in first }
        let words = ShellScript(build).commands
        let tool = tools.first { name, _ in
            dependencies[name] != nil || words.contains { $0.name == PathText.name(name) }
        }
        guard let tool, project.has("index.html") || project.has("public/index.html") || project.has("src/index.html")
        else { return nil }
        let arguments = words.last?.arguments ?? []
        for flag in ["--outDir", "--dist-dir", "--dest"] {
            if let index = arguments.firstIndex(of: flag), index + 1 < arguments.count { return arguments[index + 1] }
        }
        let settings = ["vite.config.js", "vite.config.ts", "vite.config.mjs"].compactMap(project.text).first ?? ""
        guard let range = Substring(settings).firstRange(of: "outDir") else { return tool.1 }
        let value = settings[range.upperBound...].drop { $0 == ":" || $0 == " " }
        guard let quote = value.first, "'\"`".contains(quote) else { return nil }
        return String(value.dropFirst().prefix { $0 != quote })
    }

    /// Whether a script starts a server that is there for development alone.
    static func isDevelopmentServer(_ script: String) -> Bool {
        ShellScript(script).commands.contains { command in
            switch command.name {
            case "vite": command.arguments.first != "preview"
            case "react-scripts": command.arguments.first == "start"
            case "vue-cli-service": command.arguments.first == "serve"
            case "parcel": command.arguments.first != "build"
            default: false
            }
        }
    }

    /// The name of the stage that builds.
    static let stage = "build"

    /// The last stage: a server that any account can run.
    static func server(_ output: String) -> String {
        let source = PathText.join("/app", output)
        let lines =
            ["", "FROM nginx:alpine"] + StaticSite.configuration(port: 8080, fallsBack: true)
            + [
                "COPY --from=\(stage) \(source)/ /usr/share/nginx/html/", "EXPOSE 8080",
                "USER \(Account.application.ids)",
            ]
        return lines.map { $0 + "\n" }.joined()
    }
}
