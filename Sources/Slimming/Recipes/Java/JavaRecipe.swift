import DockerfileSyntax

/// Java: a runtime made by jlink of all modules that are no tools, or a JRE image.
struct JavaRecipe: Recipe {
    let name = "java"

    func plans(for situation: Situation) -> [RuntimePlan] {
        let view = situation.view
        guard let evidence = situation.evidence, Self.startsJava(view, evidence) else { return [] }
        let javaHome =
            evidence.variable("JAVA_HOME").map(evidence.image.resolved)
            ?? evidence.image.program("java", workingDirectory: "/", path: evidence.path).map {
                PathText.parent(PathText.parent(evidence.image.resolved($0)))
            }
        guard let javaHome else { return [] }
        let isGlibc = DpkgDatabase.exists(in: evidence.image)
        let others = evidence.programs.subtracting(evidence.added).map(PathText.name)
        let startsOthers = others.contains { !Self.own.contains($0) }
        guard !others.contains(where: Self.toolPrograms.contains) else { return [] }

        let files = JavaFiles(situation, evidence)
        var plans: [RuntimePlan] = []
        /// The archive in layers comes before the same archive whole, but is not tried on each base.
        func add(_ plan: RuntimePlan) {
            if plans.isEmpty, let boot = BootArchive(situation, evidence) {
                var layered = complete(plan, situation, evidence, files, boot: boot)
                layered.name += "-layers"
                plans.append(layered)
            }
            plans.append(complete(plan, situation, evidence, files, boot: nil))
        }
        if let runtime = JavaRuntime(situation, evidence, javaHome: javaHome) {
            if isGlibc, !startsOthers { add(runtime.plan("scratch", ["scratch"], situation, evidence)) }
            let distribution = (isGlibc ? "debian" : "alpine", BaseImages.distribution(of: evidence.image))
            add(runtime.plan(distribution.0, distribution.1, situation, evidence))
        }
        let (_, short, tag) = BaseImages.split(view.baseName(of: view.parsed.stages.count - 1))
        let version =
            BaseImages.javaKits.contains(short) ? Self.version(of: tag) : nil
        let major = version ?? Self.installedVersion(evidence.image.text(javaHome + "/release") ?? "") ?? "21"
        if isGlibc { add(runtimeImage("jre-alpine", ["eclipse-temurin:\(major)-jre-alpine"], situation)) }
        add(runtimeImage("jre", ["eclipse-temurin:\(major)-jre\(isGlibc ? "" : "-alpine")"], situation))
        return plans
    }

    /// What is started with every Java program.
    private static let own: Set<String> = ["java", "sh", "dash", "bash", "runc", "crun", "jspawnhelper", "env"]
    /// What a runtime does not have.
    private static let toolPrograms: Set<String> = ["javac", "jcmd", "jstack", "jmap", "mvn", "gradle"]

    /// Whether the image's command is Java, or a script that starts it.
    private static func startsJava(_ view: StageView, _ evidence: Evidence) -> Bool {
        if view.commandWords.contains(where: { PathText.name($0) == "java" }) { return true }
        return evidence.observation.programs.contains { PathText.name($0) == "java" }
            && evidence.variable("JAVA_HOME") != nil
    }

    /// The first number of at least two digits, or a lone 8.
    private static func version(of tag: String) -> String? {
        let numbers = tag.split { !$0.isNumber }.map(String.init)
        return numbers.last { (Int($0) ?? 0) >= 8 && (Int($0) ?? 0) < 40 }
    }

    /// The version of a development kit by its own file.
    static func installedVersion(_ release: String) -> String? {
        guard let range = Substring(release).firstRange(of: "JAVA_VERSION=\"") else { return nil }
        let numbers = release[range.upperBound...].prefix { $0 != "\"" }.split(separator: ".")
        guard let first = numbers.first, Int(first) != nil else { return nil }
        return String(first == "1" && numbers.count > 1 ? numbers[1] : first)
    }

    private func runtimeImage(_ variant: String, _ bases: [String], _ situation: Situation) -> RuntimePlan {
        var plan = RuntimePlan(name: "java-\(variant)", bases: bases)
        plan.steps.append(
            situation.step(
                "java-runtime", at: situation.fromNode,
                "the development kit stays in the build stage; the image starts from a runtime"))
        plan.user = AccountSetup.user(
            situation, setup: variant == "jre-alpine" ? .alpine : .debian)
        return plan
    }

    /// Adds what all ways have in common: the application.
    private func complete(
        _ plan: RuntimePlan, _ situation: Situation, _ evidence: Evidence, _ files: JavaFiles, boot: BootArchive?
    ) -> RuntimePlan {
        var plan = plan
        let origins = CopyOrigins(situation, evidence)
        JavaBuild.keepDownloads(&plan, situation, evidence)
        plan.noteAccount(situation)
        plan.noteDropped(files.application, situation)
        CommandForm.makeExec(&plan, situation)
        plan.copies += files.copies(situation, origins, without: boot?.path)
        let outside = OutsideFiles(
            evidence, outside: situation.applicationDirectory,
            excluding: ["/usr/share/maven", "/opt/gradle", "/opt/java", "/home/gradle/.gradle"]
                + (plan.hasShell ? [] : evidence.locales))
        plan.copies += outside.copies(origins).filter { line in !(boot.map { line.hasSuffix(" " + $0.path) } ?? false) }
        boot?.takeApart(&plan, situation, origins)
        plan.buildOnlyVariables = [
            "MAVEN_OPTS", "MAVEN_CONFIG", "MAVEN_HOME", "MAVEN_CLI_OPTS", "GRADLE_OPTS", "GRADLE_USER_HOME",
            "DEBIAN_FRONTEND", "JAVA_HOME", "PATH",
        ]
        return plan
    }
}
