import DockerfileSyntax

/// Java: a runtime made by jlink of all modules that are no tools, or a JRE image.
struct JavaRecipe: Recipe {
    let name = "java"
    static let home = "/opt/java-runtime"

    func plans(for situation: Situation) -> [RuntimePlan] {
        let view = situation.view
        guard let evidence = situation.evidence, view.commandWords.contains(where: { PathText.name($0) == "java" })
        else { return [] }
        let javaHome =
            evidence.variable("JAVA_HOME").map(evidence.image.resolved)
            ?? evidence.image.program("java", workingDirectory: "/", path: evidence.path).map {
                PathText.parent(PathText.parent(evidence.image.resolved($0)))
            }
        guard let javaHome else { return [] }
        let modules = evidence.image.names(javaHome + "/jmods").filter { $0.hasSuffix(".jmod") }.map {
            String($0.dropLast(5))
        }
        let isGlibc = evidence.image.kind("/var/lib/dpkg/status") == .file
        let startsOthers = evidence.programs.contains {
            let name = PathText.name($0)
            return !["java", "sh", "dash", "bash", "runc", "crun", "jspawnhelper", "env"].contains(name)
        }
        let needsTools = evidence.programs.contains { ["javac", "jcmd", "jstack", "jmap"].contains(PathText.name($0)) }
        guard !needsTools else { return [] }
        var plans: [RuntimePlan] = []
        if !modules.isEmpty {
            if isGlibc, !startsOthers {
                plans.append(linked("scratch", ["scratch"], situation, evidence, javaHome, modules))
            }
            plans.append(
                linked("debian", ["debian:bookworm-slim", "debian:12-slim"], situation, evidence, javaHome, modules))
        }
        let version = Self.version(of: BaseImages.split(view.baseName(of: view.buildIndex)).tag) ?? "21"
        plans.append(runtimeImage("jre-alpine", ["eclipse-temurin:\(version)-jre-alpine"], situation, evidence))
        plans.append(runtimeImage("jre", ["eclipse-temurin:\(version)-jre"], situation, evidence))
        return plans
    }

    /// The first number of at least two digits, or a lone 8.
    private static func version(of tag: String) -> String? {
        let numbers = tag.split { !$0.isNumber }.map(String.init)
        return numbers.last { (Int($0) ?? 0) >= 8 && (Int($0) ?? 0) < 40 }
    }

    /// Modules of tools for development; everything else may be what a program asks for by reflection or as a service.
    private static let tools: Set<String> = [
        "jdk.compiler", "jdk.javadoc", "jdk.jshell", "jdk.jlink", "jdk.jdeps", "jdk.jconsole", "jdk.jpackage",
        "jdk.jartool", "jdk.jcmd",
        "jdk.jdi", "jdk.jstatd", "jdk.hotspot.agent", "jdk.internal.opt", "jdk.internal.ed", "jdk.internal.le",
        "jdk.editpad", "jdk.random.tools",
        "jdk.jdwp.agent", "jdk.rmic", "jdk.pack", "jdk.internal.vm.compiler", "jdk.internal.vm.compiler.management",
        "jdk.graal.compiler",
        "jdk.graal.compiler.management", "jdk.aot", "jdk.unsupported.desktop", "jdk.incubator.vector",
        "jdk.incubator.foreign",
    ]

    private func linked(
        _ variant: String, _ bases: [String], _ situation: Situation, _ evidence: Evidence, _ javaHome: String,
        _ modules: [String]
    ) -> RuntimePlan {
        var plan = RuntimePlan(name: "java-jlink-\(variant)", bases: bases)
        let view = situation.view
        let build = Composer.buildName(view)
        plan.steps.append(
            situation.step(
                "java-runtime", at: situation.fromNode,
                "jlink makes a runtime of the modules that are no tools; compilers and sources stay in the build stage")
        )
        let kept = modules.filter {
            !Self.tools.contains($0) && !$0.hasPrefix("java.se") && !$0.hasPrefix("jdk.incubator")
        }
        let list = kept.sorted().joined(separator: ",")
        let jlink = "jlink --add-modules \(list) --no-header-files --no-man-pages --compress=2 --output"
        let files = applicationFiles(situation, evidence)
        let environment = "ENV JAVA_HOME=\(Self.home) PATH=\(Self.home)/bin:$PATH"
        if variant == "scratch" {
            plan.hasShell = false
            var root = RootFilesystem()
            root.first = ["\(jlink) \(RootFilesystem.directory)\(Self.home)"]
            root.linkedDirectories = [RootFilesystem.directory + Self.home]
            root.shell = true
            root.files = ["/etc/ssl/certs/ca-certificates.crt", "/etc/nsswitch.conf"]
            if evidence.observation.opened.contains(where: {
                $0.hasPrefix("/usr/share/fonts") || $0.hasPrefix("/etc/fonts")
            }) {
                root.files += ["/usr/share/fonts", "/etc/fonts"]
            }
            root.writable = evidence.writtenDirectories
            plan.buildTail = root.lines(
                comment: "A Java runtime without the development kit, and the shared libraries that it loads.")
            plan.copies.append("COPY --from=\(build) \(RootFilesystem.directory)/ /")
            if AccountSetup.user(situation, setup: []) != nil {
                plan.user = RuntimeUser(ids: "\(AccountSetup.number):\(AccountSetup.number)", setup: [], writable: [])
            }
            plan.setup = [
                "ENV JAVA_HOME=\(Self.home) PATH=\(Self.home)/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
            ]
        } else {
            plan.buildTail = ["# A Java runtime without the development kit.", "RUN \(jlink) \(Self.home)"]
            plan.copies.append("COPY --from=\(build) \(Self.home) \(Self.home)")
            plan.user = AccountSetup.user(situation, setup: AccountSetup.debian)
            plan.setup = [environment]
        }
        complete(&plan, situation, evidence, files)
        return plan
    }

    private func runtimeImage(_ variant: String, _ bases: [String], _ situation: Situation, _ evidence: Evidence)
        -> RuntimePlan
    {
        var plan = RuntimePlan(name: "java-\(variant)", bases: bases)
        plan.steps.append(
            situation.step(
                "java-runtime", at: situation.fromNode,
                "the development kit stays in the build stage; the image starts from a runtime"))
        plan.user = AccountSetup.user(
            situation, setup: variant == "jre-alpine" ? AccountSetup.alpine : AccountSetup.debian)
        complete(&plan, situation, evidence, applicationFiles(situation, evidence))
        return plan
    }

    private func complete(
        _ plan: inout RuntimePlan, _ situation: Situation, _ evidence: Evidence, _ files: ApplicationFiles
    ) {
        let directory = situation.applicationDirectory
        let build = Composer.buildName(situation.view)
        let source = CopySources.source(of: directory, situation.view)
        plan.copies += files.copies(
            from: build, source: source, owner: nil,
            into: directory == situation.workingDirectory ? "./" : directory + "/")
        OutsideFiles(evidence, outside: directory, excluding: ["/usr/share/maven", "/opt/gradle", "/opt/java"]).add(
            to: &plan, situation.view)
        // Of the directories that the build writes to, only what was opened.
        for output in Self.outputs {
            let path = PathText.join(directory, output)
            let archives = evidence.image.files(below: path).filter { $0.hasSuffix(".jar") || $0.hasSuffix(".war") }
                .filter { evidence.opened(below: $0) }
            for archive in archives {
                plan.copies.append("COPY --from=\(build) \(source)\(archive.dropFirst(directory.count)) \(archive)")
            }
        }
        plan.noteAccount(situation)
        plan.noteDropped(files, situation)
        CommandForm.makeExec(&plan, situation)
        plan.buildOnlyVariables = [
            "MAVEN_OPTS", "MAVEN_CONFIG", "MAVEN_HOME", "GRADLE_OPTS", "GRADLE_USER_HOME", "DEBIAN_FRONTEND",
            "JAVA_HOME", "PATH",
        ]
    }

    private static let outputs = ["target", "build"]

    private func applicationFiles(_ situation: Situation, _ evidence: Evidence) -> ApplicationFiles {
        let directory = situation.applicationDirectory
        let outputs = Self.outputs.filter { output in
            evidence.image.files(below: PathText.join(directory, output)).contains { file in
                (file.hasSuffix(".jar") || file.hasSuffix(".war")) && evidence.opened(below: file)
            }
        }
        return ApplicationFiles(situation, evidence: evidence, directory: directory, excluding: Set(outputs)) { entry in
            let dead: Set<String> = [
                "pom.xml", "mvnw", "mvnw.cmd", ".mvn", "build.gradle", "build.gradle.kts", "settings.gradle",
                "settings.gradle.kts", "gradlew",
                "gradlew.bat", "gradle", "gradle.properties", ".gradle", "src", "out", "classes", "manifest.txt",
                "MANIFEST.MF", "META-INF",
            ]
            let isDead = dead.contains(entry.name) || entry.name.hasSuffix(".java") || entry.name.hasSuffix(".class")
            return isDead ? .deadUnlessNamed : .unknown
        }
    }
}
