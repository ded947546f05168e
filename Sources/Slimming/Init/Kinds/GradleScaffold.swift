/// Gradle projects of one archive, or with the application plugin.
enum GradleScaffold {
    static let kind = ScaffoldKind(marks: ["build.gradle", "build.gradle.kts"], make: make)

    private static func make(_ project: ProjectTree) throws(SlimmingError) -> Scaffold? {
        guard let script = project.text("build.gradle") ?? project.text("build.gradle.kts") else { return nil }
        let settings = project.text("settings.gradle") ?? project.text("settings.gradle.kts") ?? ""
        guard let name = quoted(after: "rootProject.name", settings) else {
            throw SlimmingError.incompleteProject(
                kind: "Gradle", reason: "settings.gradle does not name the project (rootProject.name)")
        }
        let version = quoted(after: "version", script).map { "-" + $0 } ?? ""
        let isBoot = script.contains("org.springframework.boot")
        let task: String
        let start: [String]
        if isBoot {
            task = "bootJar"
            start = ["java", "-jar", "build/libs/\(name)\(version).jar"]
        } else if script.contains("application") {
            task = "installDist"
            start = ["build/install/\(name)/bin/\(name)"]
        } else if let main = JavaMain.find(project) {
            task = "jar"
            start = ["java", "-cp", "build/libs/\(name)\(version).jar", main]
        } else {
            throw SlimmingError.incompleteProject(kind: "Gradle", reason: "no class has a main method")
        }
        let hasWrapper = project.has("gradlew")
        return Scaffold(
            kind: "java", bases: hasWrapper ? ["eclipse-temurin:21"] : ["gradle:8-jdk21", "gradle:latest"],
            body: "WORKDIR /src\nCOPY . .\nRUN \(hasWrapper ? "sh gradlew" : "gradle") --no-daemon \(task)\n"
                + ScaffoldKind.command(start))
    }

    /// The first quoted text behind a name at the beginning of a line.
    private static func quoted(after name: String, _ text: String) -> String? {
        let line = text.split(whereSeparator: \.isNewline).first { line in
            line.hasPrefix(name) && (line.dropFirst(name.count).first.map { " =".contains($0) } ?? false)
        }
        let parts = line?.split(omittingEmptySubsequences: false) { $0 == "'" || $0 == "\"" } ?? []
        return parts.count > 1 && !parts[1].isEmpty && !parts[1].contains("$") ? String(parts[1]) : nil
    }
}
