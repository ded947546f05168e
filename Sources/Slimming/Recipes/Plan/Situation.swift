/// What recipes know about the project and its Dockerfile.
struct Situation: Sendable {
    /// The Dockerfile.
    var view: StageView
    /// The project's files.
    var project: ProjectTree
    /// What the original has shown; nil when it was not built.
    var evidence: Evidence?

    /// Where the project's files are in the image: the destination of the copy of the whole context, else the working
    /// directory.
    var applicationDirectory: String {
        var place = view.place(
            start: evidence?.baseConfig.workingDir ?? "", inherited: evidence?.baseConfig.env ?? [])
        for instruction in view.inheritedInstructions + view.final.instructions {
            place.follow(instruction)
            if let path = instruction.wholeContext.map({ place.path($0.destination) }), !path.contains("$") {
                return path
            }
        }
        return workingDirectory
    }

    /// Whether the project was only copied to a directory to be built there: the program runs elsewhere, and nothing of it was
    /// opened or is named.
    func isOnlyForBuild(_ directory: String) -> Bool {
        guard let evidence, directory != workingDirectory, directory != "/", evidence.observation.recordedFiles,
            !evidence.opened(below: directory)
        else { return false }
        return !CodeText(project).contains(directory)
            && !evidence.config.env.contains { $0.contains(directory) }
            && !view.commandWords.contains { $0.contains(directory) }
    }

    /// The working directory of the image.
    var workingDirectory: String {
        if let directory = evidence?.config.workingDir, !directory.isEmpty { return PathText.join("/", directory) }
        return view.workingDirectory
    }

    /// A step at an instruction's line.
    func step(_ id: String, at node: Int?, _ why: String) -> SlimStep {
        let line = node.map { view.dockerfile.nodes[$0].lines.lowerBound } ?? 1
        return SlimStep(id: id, line: line, why: why)
    }

    /// Whether the build stage has a file of the system; nil where nothing that was seen tells.
    ///
    /// Of a build stage that the image only copies from, its base was seen, when both start from the same one: what that
    /// lacks may have been installed since, unless the image does without it as well.
    func buildStageHas(_ path: String) -> Bool? {
        guard let evidence else { return nil }
        if case .single = view.shape { return evidence.image.kind(path) != nil }
        let last = view.parsed.stages.count - 1
        guard view.baseName(of: view.buildIndex) == view.baseName(of: last) else { return nil }
        if evidence.base.kind(path) != nil { return true }
        return evidence.image.kind(path) == nil ? false : nil
    }

    /// The FROM of the last stage.
    var fromNode: Int? { view.final.nodeIndex }
}
