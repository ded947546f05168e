import DockerfileSyntax
import OCI

extension Planner {
    /// Expands and applies a stage's instructions, in order.
    mutating func dispatch(_ index: Int) throws(PlanError) {
        stages[index].isDispatched = true
        try startFromBase(index)
        for command in stages[index].commands { try dispatch(command, index) }
    }

    /// Takes over what the base brings: configuration, environment, arguments.
    private mutating func startFromBase(_ index: Int) throws(PlanError) {
        switch stages[index].base {
        case .scratch, .tree:
            break
        case .image(let input):
            guard var image = images[input] else { break }
            image.created = nil
            image.config.onBuild = []
            stages[index].config = image
        case .stage(let base):
            if !stages[base].isDispatched { try dispatch(base) }
            stages[index].config = stages[base].config
            stages[index].config.config.onBuild = []
            stages[index].buildArguments = stages[base].buildArguments
            stages[index].environment = stages[base].environment
        }
        var variables = stages[index].config.config.env
        if EnvironmentList(variables).value("PATH") == nil, stages[index].platform.os != "windows" {
            variables.append("PATH=" + EnvironmentList.defaultPath)
            stages[index].config.config.env = variables
        }
        for variable in variables {
            let (name, value) = EnvironmentList.split(variable)
            stages[index].environment.set(name, value)
        }
        let directory = stages[index].config.config.workingDir
        if !directory.isEmpty {
            stages[index].config.config.workingDir = AbsolutePath.resolve(directory, in: directory)
        }
    }

    private mutating func dispatch(_ command: StageState.Command, _ index: Int) throws(PlanError) {
        let instruction = command.instruction
        let range = instruction.range
        switch instruction.kind {
        case .maintainer(let name):
            stages[index].config.author = name
            commit("MAINTAINER \(name)", index)
        case .env(let pairs):
            var text = "ENV"
            let pairs = try expand(pairs, index, range)
            for pair in pairs {
                text += " \(pair.key)=\(pair.value)"
                stages[index].environment.set(pair.key, pair.value)
                setVariable(pair.key, pair.value, index)
            }
            commit(text, index)
        case .label(let pairs):
            var text = "LABEL"
            var labels = stages[index].config.config.labels
            for pair in try expand(pairs, index, range) {
                text += " \(pair.key)=\(pair.value)"
                labels[pair.key] = pair.value
            }
            stages[index].config.config.labels = labels
            commit(text, index)
        case .onbuild(let trigger):
            stages[index].config.config.onBuild = stages[index].config.config.onBuild + [trigger]
        case .cmd(let line):
            let arguments = line.isShellForm ? withShell(line.words, index) : line.words
            stages[index].config.config.cmd = arguments
            stages[index].config.config.argsEscaped = true
            stages[index].commandIsSet = true
            commit("CMD " + GoFormat.quoted(arguments), index)
        case .entrypoint(let line):
            let arguments = line.isShellForm ? withShell(line.words, index) : line.words
            stages[index].config.config.entrypoint = arguments
            if !stages[index].commandIsSet { stages[index].config.config.cmd = [] }
            commit("ENTRYPOINT " + GoFormat.quoted(arguments), index)
        case .healthcheck(let check):
            setHealthcheck(check, index)
        case .user(let user):
            let user = try expand(user, stages[index].environment, range)
            stages[index].config.config.user = user
            commit("USER \(user)", index)
        case .stopsignal(let signal):
            let signal = try expand(signal, stages[index].environment, range)
            guard StopSignals.isValid(signal) else { throw PlanError(.invalidSignal(signal), range: range) }
            stages[index].config.config.stopSignal = signal
            commit("STOPSIGNAL \(signal)", index)
        case .shell(let words):
            stages[index].config.config.shell = words
            commit("SHELL " + GoFormat.plain(words), index)
        case .volume(let paths):
            try setVolumes(paths, index, range)
        case .expose(let specifications):
            try setPorts(specifications, index, range)
        case .arg(let arguments):
            try setArguments(arguments, index, range)
        case .workdir(let path):
            try addWorkdir(path, command, index)
        case .run(let run):
            try addRun(run, command, index)
        case .copy(let copy):
            try addCopy(copy, command, index)
        case .add(let add):
            try addAdd(add, command, index)
        }
    }

    // MARK: Metadata

    private mutating func setVariable(_ name: String, _ value: String, _ index: Int) {
        var variables = stages[index].config.config.env
        if let position = variables.firstIndex(where: { EnvironmentList.split($0).name == name }) {
            variables[position] = "\(name)=\(value)"
        } else {
            variables.append("\(name)=\(value)")
        }
        stages[index].config.config.env = variables
    }

    private mutating func setHealthcheck(_ check: DockerfileSyntax.Healthcheck, _ index: Int) {
        stages[index].config.config.healthcheck = OCI.Healthcheck(
            test: check.test, interval: check.interval, timeout: check.timeout,
            startPeriod: check.startPeriod, startInterval: check.startInterval, retries: check.retries)
        commit(
            "HEALTHCHECK {Test:\(GoFormat.plain(check.test)) Interval:\(GoFormat.duration(check.interval))"
                + " Timeout:\(GoFormat.duration(check.timeout)) StartPeriod:\(GoFormat.duration(check.startPeriod))"
                + " StartInterval:\(GoFormat.duration(check.startInterval)) Retries:\(check.retries)}", index)
    }

    private mutating func setVolumes(_ paths: [String], _ index: Int, _ range: SourceRange) throws(PlanError) {
        var volumes = stages[index].config.config.volumes
        var expanded: [String] = []
        for path in paths {
            let path = try expand(path, stages[index].environment, range)
            if path.isEmpty { throw PlanError(.emptyVolume, range: range) }
            volumes.insert(path)
            expanded.append(path)
        }
        stages[index].config.config.volumes = volumes
        commit("VOLUME " + GoFormat.plain(expanded), index)
    }

    private mutating func setPorts(_ specifications: [String], _ index: Int, _ range: SourceRange) throws(PlanError) {
        var ports = stages[index].config.config.exposedPorts
        var expanded: [String] = []
        for specification in specifications {
            let words: [String]
            do { words = try expander.split(specification, stages[index].environment).words.map(\.text) } catch {
                throw PlanError(.expansion("\(error)"), range: range)
            }
            for word in words {
                do { expanded += try ExposedPorts.expand(word) } catch {
                    throw PlanError(.invalidPort(error.message), range: range)
                }
            }
        }
        for port in expanded { ports.insert(port) }
        stages[index].config.config.exposedPorts = ports
        commit("EXPOSE " + GoFormat.plain(expanded), index)
    }

    private mutating func setArguments(
        _ arguments: [Argument], _ index: Int, _ range: SourceRange
    ) throws(PlanError) {
        var texts: [String] = []
        for var argument in arguments {
            if let given = options.buildArguments[argument.name] {
                argument.defaultValue = given
            } else if let value = argument.defaultValue {
                argument.defaultValue = try expand(value, stages[index].environment, range)
            } else {
                argument.defaultValue = globals.value(argument.name)
            }
            if let value = argument.defaultValue { stages[index].environment.set(argument.name, value) }
            stages[index].buildArguments.append(argument)
            texts.append(argument.name + (argument.defaultValue.map { "=\($0)" } ?? ""))
        }
        commit("ARG " + texts.joined(separator: " "), index)
    }

    // MARK: Common parts

    /// Adds a history entry without a layer.
    mutating func commit(_ text: String, _ index: Int) { commit(text, index, hasLayer: false) }

    mutating func commit(_ text: String, _ index: Int, hasLayer: Bool) {
        stages[index].config.history.append(
            History(createdBy: text, comment: "buildkit.dockerfile.v0", emptyLayer: !hasLayer))
    }

    /// Adds a step with its history entry.
    mutating func addStep(
        _ kind: Step.Kind, _ command: StageState.Command, _ index: Int, history: String, displayText: String
    ) {
        let instruction = command.instruction
        let name = displayName(displayText, command, index)
        commit(history, index, hasLayer: true)
        let stageName = stages[index].stage.name
        stages[index].steps.append(
            Step(
                kind: kind, displayName: name, instruction: instruction.original, range: instruction.range,
                lines: instruction.lines, historyIndex: stages[index].config.history.count - 1,
                ignoresCache: options.ignoresCache
                    || stageName.map { name in options.uncachedStages.contains { $0.lowercased() == name } } ?? false))
    }

    /// `[linux/arm64 build 2/5] RUN make`.
    private mutating func displayName(_ text: String, _ command: StageState.Command, _ index: Int) -> String {
        // The base counts as the first of a stage's numbered lines when it comes from outside.
        if stages[index].commandCount == 0, stages[index].base.isExternal { stages[index].commandCount = 1 }
        stages[index].commandCount += 1
        let total = String(stages[index].commandTotal)
        let number = String(stages[index].commandCount)
        let padding = String(repeating: " ", count: max(0, total.utf8.count - number.utf8.count))
        var label = options.showsPlatform ? "\(stages[index].platform) " : ""
        if !stages[index].displayName.isEmpty { label += stages[index].displayName + " " }
        let trigger = command.isTrigger ? "ONBUILD " : ""
        let expanded = (try? displayExpander.expand(text, stages[index].environment).result) ?? text
        let words = expanded.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        let rest = words.count > 1 ? " " + words[1] : ""
        return "[\(label)\(padding)\(number)/\(total)] \(trigger)\(words.first?.uppercased() ?? "")\(rest)"
    }

    /// Expansion for people: quotes are kept, unset variables stay as written.
    private var displayExpander: WordExpander {
        var expander = expander
        expander.rawQuotes = true
        expander.skipUnset = true
        return expander
    }

    func withShell(_ words: [String], _ index: Int) -> [String] {
        let shell = stages[index].config.config.shell
        return (shell.isEmpty ? ["/bin/sh", "-c"] : shell) + [words.joined(separator: " ")]
    }

    func expand(_ pairs: [KeyValue], _ index: Int, _ range: SourceRange) throws(PlanError) -> [KeyValue] {
        var result: [KeyValue] = []
        for var pair in pairs {
            pair.key = try expand(pair.key, stages[index].environment, range)
            pair.value = try expand(pair.value, stages[index].environment, range)
            result.append(pair)
        }
        return result
    }

    func expand(_ word: String?, _ index: Int, _ range: SourceRange) throws(PlanError) -> String? {
        guard let word else { return nil }
        return try expand(word, stages[index].environment, range)
    }
}
