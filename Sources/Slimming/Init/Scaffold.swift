import DockerfileSyntax

/// A first Dockerfile for a project that has none: what a person would write without much thought. It is then slimmed and
/// proved like any other.
public struct Scaffold: Sendable {
    /// What kind of project it is.
    public let kind: String
    /// Images to build in, best first.
    public let bases: [String]
    private let body: String

    /// The text on one of the bases.
    public func dockerfile(base: String) -> String { "FROM \(base)\n" + body }

    /// The scaffold for the project in a directory; nil when no kind is recognised.
    public static func find(in directory: String) -> Scaffold? {
        let project = ProjectTree(root: directory)
        for make in kinds { if let scaffold = make(project) { return scaffold } }
        return nil
    }

    /// Every kind that is known, the most particular first.
    private static let kinds: [@Sendable (ProjectTree) -> Scaffold?] = [go, rust, java, node, python, site]

    private static func command(_ words: [String]) -> String {
        "CMD \(ExecForm.json(words))\n"
    }

    // MARK: Kinds

    private static let go: @Sendable (ProjectTree) -> Scaffold? = { project in
        guard let manifest = project.text("go.mod") else { return nil }
        let version = manifest.split(separator: "\n").first { $0.hasPrefix("go ") }.map {
            $0.dropFirst(3).split(separator: ".").prefix(2).joined(separator: ".")
        }
        let mains = project.files(ending: ".go").filter {
            !$0.hasSuffix("_test.go") && (project.text($0) ?? "").contains("package main")
        }
        guard let main = mains.first else { return nil }
        let package = main.contains("/") ? "./" + main.split(separator: "/").dropLast().joined(separator: "/") : "."
        return Scaffold(
            kind: "go", bases: [version.map { "golang:" + $0 }, "golang:1", "golang:latest"].compactMap(\.self),
            body: "WORKDIR /src\nCOPY . .\nRUN go mod download\nRUN go build -o /usr/local/bin/app \(package)\n"
                + command(["app"]))
    }

    private static let rust: @Sendable (ProjectTree) -> Scaffold? = { project in
        guard let manifest = project.text("Cargo.toml"), project.has("src/main.rs") else { return nil }
        let line = manifest.split(separator: "\n").first { $0.hasPrefix("name") }
        guard let name = line?.split(separator: "\"").dropFirst().first else { return nil }
        return Scaffold(
            kind: "rust", bases: ["rust:1", "rust:latest"],
            body: "WORKDIR /src\nCOPY . .\nRUN cargo build --release\n" + command(["./target/release/\(name)"]))
    }

    private static let java: @Sendable (ProjectTree) -> Scaffold? = { project in
        guard let manifest = project.text("pom.xml") else { return nil }
        func value(_ name: String) -> String? {
            guard let open = Substring(manifest).firstRange(of: "<\(name)>"),
                let close = manifest[open.upperBound...].firstRange(of: "</\(name)>")
            else { return nil }
            return String(manifest[open.upperBound..<close.lowerBound])
        }
        guard let artifact = value("artifactId"), let version = value("version"), value("packaging") ?? "jar" == "jar",
            !artifact.contains("$"), !version.contains("$")
        else { return nil }
        let archive = (value("finalName") ?? "\(artifact)-\(version)") + ".jar"
        return Scaffold(
            kind: "java", bases: ["maven:3.9-eclipse-temurin-21", "maven:3.9"],
            body: "WORKDIR /src\nCOPY . .\nRUN mvn -q package -DskipTests\n"
                + command(["java", "-jar", "target/\(archive)"]))
    }

    private static let node: @Sendable (ProjectTree) -> Scaffold? = { project in
        guard let text = project.text("package.json") else { return nil }
        let package = PackageManifest(text)
        let install: String
        if project.has("yarn.lock") {
            install = "yarn install --frozen-lockfile"
        } else if project.has("pnpm-lock.yaml") {
            install = "corepack enable && pnpm install --frozen-lockfile"
        } else if project.has("package-lock.json") {
            install = "npm ci"
        } else {
            install = "npm install"
        }
        let main =
            package.main
            ?? ["server.js", "index.js", "app.js", "src/index.js", "src/server.js"].first(where: project.has)
        let start: [String]
        if package.scripts["start"] != nil {
            start = ["npm", "start"]
        } else if let main {
            start = ["node", main]
        } else {
            return nil
        }
        let version = project.text(".nvmrc")?.drop { $0 == "v" }.prefix { $0.isNumber }
        let build = package.scripts["build"] == nil ? "" : "RUN npm run build\n"
        return Scaffold(
            kind: "node",
            bases: (version.map { $0.isEmpty ? [] : ["node:\($0)"] } ?? []) + ["node:22", "node:20", "node:latest"],
            body: "WORKDIR /app\nCOPY . .\nRUN \(install)\n\(build)" + command(start))
    }

    private static let python: @Sendable (ProjectTree) -> Scaffold? = { project in
        let scripts = project.topLevel.filter { !$0.isDirectory && $0.path.hasSuffix(".py") }.map(\.path)
        let requirements = project.text("requirements.txt") ?? ""
        let hasPackage = project.has("pyproject.toml") || project.has("setup.py")
        guard !scripts.isEmpty || hasPackage || project.has("requirements.txt") else { return nil }
        var install = ""
        if project.has("requirements.txt") {
            install += "RUN pip install -r requirements.txt\n"
        } else if hasPackage {
            install += "RUN pip install .\n"
        }
        let files = project.files(ending: ".py").filter { !$0.hasPrefix("test") }
        func module(_ path: String) -> String { path.dropLast(3).split(separator: "/").joined(separator: ".") }
        var words: [String]?
        if requirements.lowercased().contains("uvicorn"),
            let file = files.first(where: { (project.text($0) ?? "").contains("FastAPI(") })
        {
            words = ["uvicorn", module(file) + ":app", "--host", "0.0.0.0"]
        } else if let file = ["main.py", "app.py", "server.py", "run.py"].first(where: project.has) {
            words = ["python", file]
        } else if requirements.lowercased().contains("flask"),
            let file = files.first(where: { (project.text($0) ?? "").contains("Flask(") })
        {
            words = ["flask", "--app", module(file), "run", "--host", "0.0.0.0"]
        }
        guard let words else { return nil }
        return Scaffold(
            kind: "python", bases: ["python:3.13", "python:3.12", "python:latest"],
            body: "WORKDIR /app\nCOPY . .\n\(install)" + command(words))
    }

    private static let site: @Sendable (ProjectTree) -> Scaffold? = { project in
        guard project.has("index.html") else { return nil }
        return Scaffold(
            kind: "site", bases: ["nginx:alpine", "nginx:latest"],
            body: "COPY . /usr/share/nginx/html/\nEXPOSE 80\n")
    }
}
