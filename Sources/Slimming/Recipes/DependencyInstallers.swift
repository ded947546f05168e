import DockerfileSyntax

/// Installers of libraries that can leave out what only development needs.
enum DependencyInstallers {
    /// Tells Composer and Bundler to.
    static func leaveOutDevelopment(_ plan: inout RuntimePlan, _ situation: Situation) {
        let view = situation.view
        let gems = situation.project.text("Gemfile") ?? ""
        let groups = ["development", "test"].filter { gems.contains(":\($0)") }
        for run in view.runs {
            guard let node = run.instruction.nodeIndex else { continue }
            var text = RunText(node, view, plan)
            let before = text.text
            for phrase in ["composer install", "composer.phar install"] {
                text.editCommands(beginningWith: phrase) { _, command in
                    guard !command.contains("--no-dev"), !command.contains("--dev") else { return }
                    command.insert(
                        contentsOf: " --no-dev --optimize-autoloader",
                        at: command.index(command.startIndex, offsetBy: phrase.count))
                }
            }
            let bundles = run.script.commands.contains { $0.name == "bundle" && $0.arguments.first == "install" }
            if bundles, !groups.isEmpty, !view.dockerfile.source.text.contains("BUNDLE_WITHOUT"),
                !text.text.contains("without")
            {
                // Who runs the application has to know as well what is not there.
                let variable = "ENV BUNDLE_WITHOUT=" + groups.joined(separator: ":")
                plan.insertions[node, default: []].append(variable)
                plan.setup.append(variable)
            } else if text.text != before {
                plan.replacements[node] = text.text
            } else {
                continue
            }
            plan.steps.append(
                situation.step("no-development", at: node, "libraries for development and tests are not installed"))
        }
    }
}
