import OCI
import Running
import Testing

@testable import Slimming

/// What of a Java project goes along.
struct JavaRecipeTests {
    private func copies(
        _ dockerfile: String, image files: [String], opened: Set<String>, workingDirectory: String = "/app"
    ) throws -> [String] {
        let image = try SampleProject(Dictionary(uniqueKeysWithValues: files.map { (String($0.dropFirst()), "x") }))
        var config = ContainerConfig()
        config.workingDir = workingDirectory
        var observation = Observation()
        observation.opened = opened
        let evidence = Evidence(
            observation: observation, image: RootView(directory: image.root),
            base: RootView(directory: image.root + "/none"), config: config, baseConfig: ContainerConfig(),
            added: Set(files))
        let project = try SampleProject([:])
        let situation = Situation(view: try view(dockerfile), project: project.tree, evidence: evidence)
        return JavaFiles(situation, evidence).copies(situation, CopyOrigins(situation, evidence), without: nil)
    }

    private let maven = "FROM maven\nWORKDIR /app\nCOPY . .\nRUN mvn package\nCMD java -jar target/a.jar\n"

    @Test func thePlatformIsNamedOnce() {
        let names = [
            "java.base", "java.se", "java.security.sasl", "java.smartcardio", "jdk.compiler", "jdk.crypto.ec",
            "jdk.internal.vm.ci", "jdk.incubator.vector", "jdk.zipfs",
        ]
        #expect(JavaRuntime.forRunning(names) == ["java.se", "java.smartcardio", "jdk.crypto.ec", "jdk.zipfs"])
        #expect(JavaRuntime.forRunning(["java.base", "java.security.sasl"]) == ["java.base", "java.security.sasl"])
    }

    @Test func takesTheArchiveThatWasOpened() throws {
        let files = [
            "/app/pom.xml", "/app/src/A.java", "/app/target/a.jar", "/app/target/a-sources.jar",
            "/app/target/classes/A.class",
        ]
        #expect(
            try copies(maven, image: files, opened: ["/app/target/a.jar"]) == [
                "COPY --from=build /app/target/a.jar /app/target/a.jar"
            ])
    }

    @Test func takesDirectoriesOfClassesWhole() throws {
        let files = [
            "/app/target/classes/A.class", "/app/target/classes/b.txt", "/app/target/lib/x.jar", "/app/target/x.log",
        ]
        #expect(
            try copies(maven, image: files, opened: ["/app/target/classes/A.class", "/app/target/lib/x.jar"]) == [
                "COPY --from=build /app/target/classes /app/target/classes",
                "COPY --from=build /app/target/lib /app/target/lib",
            ])
    }

    @Test func takesArchivesOfAClassPathThatWereNotYetOpened() throws {
        let text =
            "FROM maven\nWORKDIR /app\nCOPY . .\nRUN mvn package\nCMD java -cp \"core/target/*:web/target/*\" A\n"
        let files = [
            "/app/pom.xml", "/app/core/pom.xml", "/app/core/src/A.java", "/app/core/target/core.jar",
            "/app/core/target/core-sources.jar", "/app/web/pom.xml", "/app/web/target/web.jar", "/app/web/data/x",
        ]
        #expect(
            try copies(text, image: files, opened: ["/app/web/target/web.jar"]) == [
                "COPY --from=build /app/core/target/core.jar /app/core/target/core.jar",
                "COPY --from=build /app/web/data /app/web/data",
                "COPY --from=build /app/web/target/web.jar /app/web/target/web.jar",
            ])
    }

    @Test func keepsWhereTheLastStageTookItFrom() throws {
        let text =
            "FROM maven AS b\nRUN mvn package\nFROM temurin\nWORKDIR /app/\nCOPY --from=b /src/target/*.jar app.jar\nCOPY --from=b /src/conf /src/x.txt ./\nCMD java -jar app.jar\n"
        let files = ["/app/app.jar", "/app/x.txt", "/app/a.conf"]
        #expect(
            try copies(text, image: files, opened: Set(files)) == [
                "COPY --from=b /src/target/*.jar ./app.jar", "COPY --from=b /src/conf/a.conf /src/x.txt ./",
            ])
    }

    @Test(arguments: [
        ("exec java $JAVA_OPTS -jar /app.jar", "exec java $JAVA_OPTS -cp /x L"),
        ("java -jar a.jar --debug", "java -cp /x L --debug"),
    ])
    func startsTheLauncher(_ text: String, _ expected: String) {
        #expect(BootArchive.withLauncher(text, "-cp /x L") == expected)
    }

    @Test func doesNotStartWhatIsNoArchive() { #expect(BootArchive.withLauncher("java -cp a b", "L") == nil) }
}
