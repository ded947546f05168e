import DockerfileSyntax

/// Front ends of files only: a static server takes the place of the one in Node.
struct StaticSite: Sendable {
    /// Where the files are in the image, from the root.
    let directory: String
    /// The port that is served now.
    let port: UInt16
    /// Whether unknown paths answer with the start page.
    let fallsBack: Bool

    private static let servers: Set<String> = [
        "serve", "http-server", "vite", "live-server", "sirv", "local-web-server", "ws",
    ]

    /// Recognises a command that serves a directory of files with a well-known server; nil for everything else.
    init?(_ situation: Situation, _ evidence: Evidence, _ package: PackageManifest) {
        var words = situation.view.commandWords
        // npm start, npm run NAME, yarn NAME: what the script says, if no hooks run with it.
        for _ in 0..<3 {
            guard let first = words.first, ["npm", "yarn", "pnpm"].contains(first) else { break }
            var rest = Array(words.dropFirst())
            if rest.first == "run" { rest.removeFirst() }
            guard let name = rest.first, let script = package.scripts[name], package.scripts["pre" + name] == nil,
                package.scripts["post" + name] == nil
            else { return nil }
            let commands = ShellScript(script).commands
            guard commands.count == 1, let command = commands.first else { return nil }
            words = command.words
        }
        if words.first == "npx" { words = words.dropFirst().drop { $0.hasPrefix("-") }.map { $0 } }
        guard let server = words.first.map(PathText.name), Self.servers.contains(server) else { return nil }
        var arguments = Array(words.dropFirst())
        if server == "vite" {
            guard arguments.first == "preview" else { return nil }
            arguments.removeFirst()
        }
        guard !arguments.contains(where: { ["-c", "--config", "--ssl", "-S", "--proxy", "-P", "--cors"].contains($0) })
        else { return nil }
        let observed = evidence.observation.ports
        guard observed.count == 1, let port = observed.first else { return nil }
        self.port = port
        fallsBack = server == "vite" || arguments.contains("-s") || arguments.contains("--single")
        var positional: [String] = []
        var index = 0
        while index < arguments.count {
            let word = arguments[index]
            if ["-l", "--listen", "-p", "--port", "-a", "--host", "--outDir"].contains(word) {
                if word == "--outDir", index + 1 < arguments.count { positional.append(arguments[index + 1]) }
                index += 2
                continue
            }
            if !word.hasPrefix("-") { positional.append(word) }
            index += 1
        }
        let name = positional.first ?? (server == "vite" ? "dist" : ".")
        let path = PathText.join(situation.workingDirectory, name)
        guard evidence.image.kind(path + "/index.html") == .file, path != situation.workingDirectory else { return nil }
        directory = path
    }

    /// A last stage with nginx that any account can run.
    func plan(_ situation: Situation) -> RuntimePlan? {
        guard let command = situation.view.commandNode, situation.view.command.entrypoint == nil else { return nil }
        var plan = RuntimePlan(name: "static-nginx", bases: ["nginx:alpine", "nginx:latest"])
        plan.changesServer = true
        let build = Composer.buildName(situation.view)
        plan.setup = Self.configuration(port: port, fallsBack: fallsBack)
        plan.copies = ["COPY --from=\(build) \(directory)/ /usr/share/nginx/html/"]
        plan.commands[command] = "CMD [\"nginx\", \"-g\", \"daemon off;\"]"
        plan.user = RuntimeUser(ids: Account.application.ids, setup: [], writable: [])
        plan.hasShell = false
        plan.steps = [
            situation.step(
                "static-server", at: situation.fromNode,
                "only files are served: nginx does that without Node, on the same port\(fallsBack ? ", with the start page for unknown paths" : "")"
            ),
            situation.step("non-root-user", at: situation.fromNode, "the server runs as an account without rights"),
        ]
        return plan
    }

    /// The instruction that configures nginx for any account.
    static func configuration(port: UInt16, fallsBack: Bool) -> [String] {
        [
            "COPY <<'EOF' /etc/nginx/nginx.conf",
            "# Runs as any account: nothing is written outside of /tmp.",
            "pid /tmp/nginx.pid;",
            "error_log /dev/stderr;",
            "events {}",
            "http {",
            "    include /etc/nginx/mime.types;",
            "    default_type application/octet-stream;",
            "    access_log /dev/stdout;",
            "    sendfile on;",
            "    gzip on;",
            "    gzip_types text/css application/javascript application/json image/svg+xml;",
            "    client_body_temp_path /tmp/client_body;",
            "    proxy_temp_path /tmp/proxy;",
            "    fastcgi_temp_path /tmp/fastcgi;",
            "    uwsgi_temp_path /tmp/uwsgi;",
            "    scgi_temp_path /tmp/scgi;",
            "    server {",
            "        listen \(port);",
            "        root /usr/share/nginx/html;",
            "        location / {",
            "            try_files $uri $uri.html $uri/ \(fallsBack ? "/index.html" : "=404");",
            "        }",
            "    }",
            "}",
            "EOF",
        ]
    }
}
