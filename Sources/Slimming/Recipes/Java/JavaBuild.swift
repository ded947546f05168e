import DockerfileSyntax

/// How Java projects are built.
enum JavaBuild {
    /// Keeps what Maven and Gradle download between builds, outside of the layers.
    static func keepDownloads(_ plan: inout RuntimePlan, _ situation: Situation, _ evidence: Evidence) {
        let view = situation.view
        // Another account has another home, and may not write to the mount.
        let user = evidence.baseConfig.user
        guard user.isEmpty || user == "root" || user == "0",
            !view.buildsAsOther
        else { return }
        let gradleHome = evidence.baseConfig.env.first { $0.hasPrefix("GRADLE_USER_HOME=") }?
            .dropFirst("GRADLE_USER_HOME=".count)
        for run in view.runs {
            guard let node = run.instruction.nodeIndex else { continue }
            let names = Set(run.script.commands.map(\.name))
            var text = RunText(node, view, plan)
            if !names.isDisjoint(with: ["mvn", "mvnw"]), !evidence.opened(below: "/root/.m2"),
                !text.text.contains("maven.repo.local"), !text.text.contains("/.m2")
            {
                // The settings beside the repository may be the image's own.
                text.addFlag("--mount=type=cache,target=/root/.m2/repository")
                if names.contains("mvnw") { text.addFlag("--mount=type=cache,target=/root/.m2/wrapper") }
            } else if !names.isDisjoint(with: ["gradle", "gradlew"]), !text.text.contains("/.gradle") {
                let home = gradleHome.map(String.init) ?? "/root/.gradle"
                guard !evidence.opened(below: home) else { continue }
                text.addFlag("--mount=type=cache,target=\(home)")
            } else {
                continue
            }
            plan.replacements[node] = text.text
            plan.steps.append(
                situation.step(
                    "download-cache", at: node, "what is downloaded stays between builds, outside of the image"))
        }
    }
}
