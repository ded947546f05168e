import DockerfileSyntax

/// A command that has the development kit compile the program at each start.
struct DotnetRun: Sendable {
    private let project: String
    private let assembly: String
    private let command: Int
    private let directory: String

    /// Nil when the command is no `dotnet run`, or when it is not plain which project that is.
    init?(_ situation: Situation) {
        let view = situation.view
        let words = view.commandWords
        guard words.starts(with: ["dotnet", "run"]), case .single = view.shape, let command = view.commandNode else {
            return nil
        }
        let named = zip(words, words.dropFirst()).first { ["--project", "-p"].contains($0.0) }?.1
        let files = situation.project.files(ending: ".csproj").filter { file in
            guard let named else { return true }
            let path = named.hasPrefix("./") ? String(named.dropFirst(2)) : named
            return file == path || file.hasPrefix(path.hasSuffix("/") ? path : path + "/")
        }
        guard files.count == 1, let file = files.first else { return nil }
        project = file
        let text = situation.project.text(file) ?? ""
        let own = Substring(text).firstRange(of: "<AssemblyName>").map { text[$0.upperBound...].prefix { $0 != "<" } }
        assembly = own.map(String.init) ?? PathText.name(file).split(separator: ".").dropLast().joined(separator: ".")
        self.command = command
        directory = situation.workingDirectory
    }

    /// Publishes the program when the image is built.
    func publishOnce(_ plan: inout RuntimePlan, _ situation: Situation) {
        plan.buildTail.append(
            "RUN --mount=type=cache,target=/root/.nuget/packages dotnet publish \(project) -c Release -o /publish")
        plan.copies.append("COPY --from=\(Composer.buildName(situation.view)) /publish/ ./")
        plan.commands[command] = "CMD \(ExecForm.json(["dotnet", assembly + ".dll"]))"
        plan.steps.append(
            situation.step(
                "compiled-once", at: command,
                "the program is published when the image is built, not compiled at each start"))
    }
}
