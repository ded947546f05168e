/// Maven projects with one archive.
enum MavenScaffold {
    static let kind = ScaffoldKind(marks: ["pom.xml"], make: make)

    private static func make(_ project: ProjectTree) throws(SlimmingError) -> Scaffold? {
        guard let whole = project.text("pom.xml") else { return nil }
        let pom = MavenModel(whole)
        guard pom.packaging == "jar" else {
            throw SlimmingError.incompleteProject(
                kind: "Maven", reason: "its packaging is \(pom.packaging), and only a jar can be started by itself")
        }
        guard let artifact = pom.artifact else {
            throw SlimmingError.incompleteProject(kind: "Maven", reason: "pom.xml names no artifactId")
        }
        let archive: String
        if let name = pom.finalName ?? pom.version.map({ "\(artifact)-\($0)" }), !name.contains("$") {
            archive = "target/\(name).jar"
        } else {
            throw SlimmingError.incompleteProject(kind: "Maven", reason: "the archive's name is made of variables")
        }
        let start: [String]
        if pom.namesMainClass {
            start = ["java", "-jar", archive]
        } else if let main = JavaMain.find(project) {
            start = ["java", "-cp", archive, main]
        } else {
            throw SlimmingError.incompleteProject(kind: "Maven", reason: "no class has a main method")
        }
        let version = pom.javaVersion ?? "21"
        if project.has("mvnw") {
            return Scaffold(
                kind: "java", bases: ["eclipse-temurin:\(version)", "eclipse-temurin:21"],
                body: "WORKDIR /src\nCOPY . .\nRUN sh mvnw -q package -DskipTests\n" + ScaffoldKind.command(start))
        }
        return Scaffold(
            kind: "java",
            bases: ["maven:3.9-eclipse-temurin-\(version)", "maven:3.9-eclipse-temurin-21", "maven:3.9"],
            body: "WORKDIR /src\nCOPY . .\nRUN mvn -q package -DskipTests\n" + ScaffoldKind.command(start))
    }
}

/// What of a pom.xml says how the archive is called and started.
struct MavenModel: Sendable {
    let artifact: String?
    let version: String?
    let packaging: String
    let finalName: String?
    let javaVersion: String?
    /// Whether a plugin writes the main class into the archive.
    let namesMainClass: Bool

    init(_ text: String) {
        func content(_ name: String, _ text: String) -> String? {
            guard let open = Substring(text).firstRange(of: "<\(name)>"),
                let close = text[open.upperBound...].firstRange(of: "</\(name)>")
            else { return nil }
            return String(text[open.upperBound..<close.lowerBound])
        }
        func without(_ name: String, _ text: String) -> String {
            guard let open = Substring(text).firstRange(of: "<\(name)>"),
                let close = text[open.upperBound...].firstRange(of: "</\(name)>")
            else { return text }
            return without(name, String(text[..<open.lowerBound]) + String(text[close.upperBound...]))
        }
        func word(_ name: String, _ text: String) -> String? {
            content(name, text).map { String($0.filter { !$0.isWhitespace }) }
        }
        let parent = content("parent", text) ?? ""
        var own = text
        for part in ["parent", "dependencyManagement", "dependencies", "build", "profiles", "reporting"] {
            own = without(part, own)
        }
        artifact = word("artifactId", own)
        version = word("version", own) ?? word("version", parent)
        packaging = word("packaging", own) ?? "jar"
        let build = content("build", text) ?? ""
        finalName = word("finalName", build)
        javaVersion =
            ["java.version", "maven.compiler.release", "maven.compiler.target", "release"].lazy
            .compactMap { word($0, text) }.first { !$0.isEmpty && $0.allSatisfy(\.isNumber) }
        namesMainClass = build.contains("spring-boot-maven-plugin") || build.contains("<mainClass>")
    }
}

/// The class that is started.
enum JavaMain {
    /// The name of the first class with a main method.
    static func find(_ project: ProjectTree) -> String? {
        for path in project.files(ending: ".java") where !path.contains("src/test/") {
            guard let text = project.text(path), text.contains("static void main(") else { continue }
            let package = text.split(whereSeparator: \.isNewline).first { $0.hasPrefix("package ") }.map {
                $0.dropFirst("package ".count).prefix { $0 != ";" }.filter { !$0.isWhitespace }
            }
            let name = PathText.name(path).dropLast(".java".count)
            return package.map { "\($0).\(name)" } ?? String(name)
        }
        return nil
    }
}
