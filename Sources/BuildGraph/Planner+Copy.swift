import DockerfileSyntax
import OCI

extension Planner {
    mutating func addWorkdir(_ path: String, _ command: StageState.Command, _ index: Int) throws(PlanError) {
        let written = try expand(path, stages[index].environment, command.instruction.range)
        let directory = AbsolutePath.resolve(written, in: stages[index].config.config.workingDir)
        stages[index].config.config.workingDir = directory
        let history = "WORKDIR \(directory)"
        guard directory != "/" else {
            commit(history, index)
            return
        }
        let step = WorkdirStep(path: directory, user: stages[index].config.config.user)
        addStep(.workdir(step), command, index, history: history, displayText: command.instruction.original)
    }

    mutating func addCopy(_ copy: Copy, _ command: StageState.Command, _ index: Int) throws(PlanError) {
        let range = command.instruction.range
        var from = StepSource.context
        if let source = command.sources.first, let stage = source {
            if !stages[stage].isImplicit, !stages[stage].isDispatched {
                throw PlanError(
                    .stageNotYetDefined(stage: copy.from ?? "", current: stages[index].displayName), range: range)
            }
            from = .stage(stage)
        }
        let paths = try expand(copy.paths, index, range)
        var step = CopyStep(
            isAdd: false, sources: [], destination: paths.destination,
            chown: try expand(copy.chown, index, range), chmod: try expand(copy.chmod, index, range),
            link: copy.link, parents: copy.parents, excludes: copy.excludes,
            unpack: nil, checksum: nil, keepGitDirectory: nil, from: from)
        for source in paths.sources {
            if RemoteSource.isGit(source) { throw PlanError(.gitInCopy(source), range: range) }
            if RemoteSource.isHTTP(source) { throw PlanError(.urlInCopy(source), range: range) }
            step.sources.append(.path(source))
        }
        try add(step, paths, command, index)
    }

    mutating func addAdd(_ add: Add, _ command: StageState.Command, _ index: Int) throws(PlanError) {
        let range = command.instruction.range
        let paths = try expand(add.paths, index, range)
        var step = CopyStep(
            isAdd: true, sources: [], destination: paths.destination,
            chown: try expand(add.chown, index, range), chmod: try expand(add.chmod, index, range),
            link: add.link, parents: false, excludes: add.excludes,
            unpack: add.unpack, checksum: try expand(add.checksum, index, range),
            keepGitDirectory: add.keepGitDirectory, from: .context)
        if step.checksum == "" { step.checksum = nil }
        if step.checksum != nil {
            guard paths.sources.count == 1 else { throw PlanError(.checksumOnSeveralSources, range: range) }
            guard RemoteSource.isHTTP(paths.sources[0]) || RemoteSource.isGit(paths.sources[0]) else {
                throw PlanError(.checksumOnLocalSource, range: range)
            }
        }
        for source in paths.sources {
            if RemoteSource.isGit(source) {
                step.sources.append(.git(source))
            } else if RemoteSource.isHTTP(source) {
                step.sources.append(.http(source))
            } else {
                step.sources.append(.path(source))
            }
        }
        try self.add(step, paths, command, index)
    }

    private mutating func add(
        _ step: CopyStep, _ paths: SourcesAndDestination, _ command: StageState.Command, _ index: Int
    ) throws(PlanError) {
        let range = command.instruction.range
        var step = step
        step.destination = AbsolutePath.resolve(
            paths.destination == "." || paths.destination.isEmpty ? "./" : paths.destination,
            in: stages[index].config.config.workingDir, keepingSlash: true)
        if step.chown == "" { step.chown = nil }
        if step.chmod == "" { step.chmod = nil }
        // BuildKit takes no notice of --link next to --chmod, and images come out differently with it: what is there
        // keeps its attributes, and links to directories are followed.
        if step.chmod != nil { step.link = false }
        if let mode = step.chmod, mode.allSatisfy(\.isNumber) {
            guard let value = UInt32(mode, radix: 8), value <= 0o7777 else {
                throw PlanError(.invalidChmod(mode), range: range)
            }
        }
        var history = step.isAdd ? "ADD" : "COPY"
        if step.parents { history += " --parents" }
        if let chown = step.chown { history += " --chown=\(chown)" }
        if let chmod = step.chmod { history += " --chmod=\(chmod)" }
        for source in paths.sources { history += " \(source)" }
        for file in paths.inlineFiles {
            // The name is the file's name, not a path to make.
            guard AbsolutePath.resolve(file.name, in: "/").split(separator: "/").count == 1 else {
                throw PlanError(.invalidHeredocName(file.name), range: range)
            }
            history += " <<\(file.name)"
            step.sources.append(.inline(name: file.name, data: file.data))
        }
        history += " \(paths.destination) # buildkit"
        addStep(.copy(step), command, index, history: history, displayText: command.instruction.original)
    }

    private func expandAll(_ words: [String], _ index: Int, _ range: SourceRange) throws(PlanError) -> [String] {
        var result: [String] = []
        for word in words { result.append(try expand(word, stages[index].environment, range)) }
        return result
    }

    /// Expands sources, destination and the bodies of unquoted heredocs (in which quotes mean nothing).
    private func expand(
        _ paths: SourcesAndDestination, _ index: Int, _ range: SourceRange
    ) throws(PlanError) -> SourcesAndDestination {
        let environment = stages[index].environment
        var bodyExpander = WordExpander(escape: "\\")
        bodyExpander.ignoresQuotes = true
        var result = paths
        result.sources = try expandAll(paths.sources, index, range)
        result.destination = try expand(paths.destination, environment, range)
        for position in result.inlineFiles.indices where result.inlineFiles[position].expands {
            do {
                result.inlineFiles[position].data =
                    try bodyExpander.expand(result.inlineFiles[position].data, environment).result
            } catch {
                throw PlanError(.expansion("\(error)"), range: range)
            }
        }
        return result
    }
}
