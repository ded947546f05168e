/// What of a Java project's directory the image needs.
struct JavaFiles: Sendable {
    /// The directory's own entries; those that a build writes to, and modules, are looked into.
    let application: ApplicationFiles
    /// Paths in directories that a build writes to.
    private let built: [String]
    private let directory: String

    private static let outputs: Set<String> = ["target", "build"]
    private static let manifests: Set<String> = ["pom.xml", "build.gradle", "build.gradle.kts"]
    private static let dead: Set<String> = [
        "pom.xml", "mvnw", "mvnw.cmd", ".mvn", "build.gradle", "build.gradle.kts", "settings.gradle",
        "settings.gradle.kts", "gradlew", "buildSrc", "build.xml", "ivy.xml", "build.sbt", "project",
        "gradlew.bat", "gradle", "gradle.properties", ".gradle", "src", "out", "classes", "manifest.txt",
        "MANIFEST.MF", "META-INF",
    ]

    init(_ situation: Situation, _ evidence: Evidence) {
        let directory = situation.applicationDirectory
        let image = evidence.image
        self.directory = directory
        let isClassPath = situation.view.commandWords.contains {
            ["-cp", "-classpath", "--class-path", "-p", "--module-path"].contains($0)
        }
        var built: [String] = []
        var excluded: Set<String> = []
        for name in image.names(directory) {
            let path = PathText.join(directory, name)
            guard image.kind(path) == .directory, !name.hasPrefix(".") else { continue }
            if Self.outputs.contains(name) {
                guard evidence.opened(below: path) else { continue }
                excluded.insert(name)
                built += Self.needed(in: path, evidence, isClassPath: isClassPath)
            } else if name != "src", !Self.manifests.isDisjoint(with: image.names(path)) {
                excluded.insert(name)
                built += Self.module(path, evidence, isClassPath: isClassPath)
            }
        }
        self.built = built.sorted()
        let isOnlyForBuild = situation.isOnlyForBuild(directory)
        application = ApplicationFiles(situation, evidence: evidence, directory: directory, excluding: excluded) {
            if isOnlyForBuild { return .dead }
            return Self.isDead($0.name) || Self.isSource(PathText.join(directory, $0.name), image)
                ? .deadUnlessNamed : .unknown
        }
    }

    private static func isDead(_ name: String) -> Bool {
        dead.contains(name) || name.hasSuffix(".java") || name.hasSuffix(".class")
    }

    /// Whether it is a directory with nothing but sources.
    private static func isSource(_ path: String, _ image: RootView) -> Bool {
        guard image.kind(path) == .directory else { return false }
        let files = image.files(below: path, limit: 5_000)
        return !files.isEmpty
            && files.allSatisfy { [".java", ".kt", ".scala", ".groovy"].contains(where: $0.hasSuffix) }
    }

    /// Of a part of the project with a build of its own: what was built, and what nobody knows to be for the build.
    private static func module(_ path: String, _ evidence: Evidence, isClassPath: Bool) -> [String] {
        evidence.image.names(path).flatMap { name -> [String] in
            let child = PathText.join(path, name)
            if outputs.contains(name) { return needed(in: child, evidence, isClassPath: isClassPath) }
            return isDead(name) && !evidence.opened(below: child) ? [] : [child]
        }
    }

    /// Of a directory that a build writes to, what was opened: archives one by one, other directories whole.
    private static func needed(in output: String, _ evidence: Evidence, isClassPath: Bool) -> [String] {
        evidence.image.names(output).flatMap { name -> [String] in
            let path = PathText.join(output, name)
            if evidence.image.kind(path) == .directory {
                guard evidence.opened(below: path) else { return [] }
                return name == "libs" ? needed(in: path, evidence, isClassPath: isClassPath) : [path]
            }
            // Archives of a class path are opened when a class is looked for in them.
            return evidence.opened(below: path) || (isClassPath && isArchiveToRun(name)) ? [path] : []
        }
    }

    private static func isArchiveToRun(_ name: String) -> Bool {
        guard name.hasSuffix(".jar"), !name.hasPrefix("original-") else { return false }
        return !["-sources.jar", "-javadoc.jar", "-tests.jar", "-plain.jar"].contains(where: name.hasSuffix)
    }

    /// The instructions that copy it.
    ///
    /// - Parameter other: An archive that is brought in another way.
    func copies(_ situation: Situation, _ origins: CopyOrigins, without other: String?) -> [String] {
        // What lies directly below the root is found as what the Dockerfile has added.
        guard directory != "/" else { return [] }
        var files = application
        if let other { files.leaveOut(other) }
        let lines = files.copies(situation, origins)
        return lines + built.filter { $0 != other }.map { origins.line($0) }
    }
}
