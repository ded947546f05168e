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
