import DockerfileSyntax

/// A command that has Cargo compile the program at each start.
struct CargoRun: Sendable {
    /// Where the program is put.
    let program = "/usr/local/bin/app"
    private let build: String
    private let name: String
    private let arguments: [String]
    private let copy: String

    /// Nil when the command is no `cargo run`, or when it is not plain which program that is.
    init?(_ situation: Situation, _ evidence: Evidence) {
        let view = situation.view
        let words = view.commandWords
        guard words.starts(with: ["cargo", "run"]), case .single = view.shape, view.commandNode != nil else {
            return nil
        }
        let options = words.dropFirst(2).prefix { $0 != "--" }
        arguments = Array(words.dropFirst(2 + options.count + 1))
        // What was started of what Cargo builds.
        let started = evidence.observation.programs.filter { $0.contains("/target/") }
        guard started.count == 1, let path = started.first else { return nil }
        name = PathText.name(path)
        copy = evidence.image.kind("/usr/bin/strip") == .file ? "install -s" : "cp"
        build =
            (["cargo", "build"] + options
            + (options.contains("--release") || options.contains("-r") ? [] : ["--release"]))
            .joined(separator: " ")
    }

    /// Compiles the program when the image is built.
    func compileOnce(_ plan: inout RuntimePlan, _ copies: inout [String], _ situation: Situation) {
        guard let command = situation.view.commandNode else { return }
        plan.buildTail.insert(
            "RUN \(build) && \(copy) target/release/\(name) \(program)", at: 0)
        copies.append("COPY --from=\(Composer.buildName(situation.view)) \(program) \(program)")
        plan.commands[command] = "CMD \(ExecForm.json([program] + arguments))"
        plan.steps.append(
            situation.step(
                "compiled-once", at: command, "the program is compiled when the image is built, not at each start"))
    }
}
