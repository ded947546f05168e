import DockerfileSyntax

/// Makes the text of a plan: the build stage with its edits, and the last stage behind it.
struct Composer {
    let view: StageView
    let plan: RuntimePlan
    /// The base of the last stage, as it is written.
    private let base: String

    /// - Parameter base: The base of the last stage. Where that is the original's with something behind it, arguments in the
    ///   original's name go on to decide.
    init(view: StageView, plan: RuntimePlan, base: String) {
        self.view = view
        self.plan = plan
        let original = view.baseName(of: view.buildIndex)
        let written = view.build.baseName
        let isArgument = written.contains("$") && written != original && base.hasPrefix(original)
        self.base = isArgument ? written + base.dropFirst(original.count) : base
    }

    /// Name of the build stage when it had none.
    static let stageName = "build"

    /// The draft with all edits of the plan.
    func compose() -> Draft {
        var draft = Draft(view.dockerfile)
        for step in plan.steps { draft.note(step) }
        if plan.isInPlace {
            if view.build.nodeIndex != view.final.nodeIndex { editBuildStage(&draft) }
            exchangeBase(&draft)
            return draft
        }
        editBuildStage(&draft)
        switch view.shape {
        case .single: addStage(&draft)
        case .copying: replaceStage(&draft)
        }
        return draft
    }

    /// What `COPY --from` calls the build stage.
    static func buildName(_ view: StageView) -> String {
        if let name = view.build.name, !givesNameAway(view) { return name }
        let taken = Set(view.parsed.stages.compactMap(\.name))
        return taken.contains(stageName) ? "whittle-build" : stageName
    }

    /// Whether the name of the only stage is that of the image, for `--target`, and goes to the new last stage.
    static func givesNameAway(_ view: StageView) -> Bool {
        guard case .single = view.shape, let name = view.build.name else { return false }
        // Who asks for it by name wants what the file made so far, unless it is to develop in.
        if view.usedTargets.contains(name) { return name.firstRange(of: "dev") == nil }
        return !["build", "dev", "base", "dep", "compil", "install", "test"].contains { name.firstRange(of: $0) != nil }
    }

    // MARK: Build stage

    private func editBuildStage(_ draft: inout Draft) {
        guard let from = view.build.nodeIndex else { return }
        if Self.givesNameAway(view), let word = view.dockerfile.nodes[from].words.last {
            draft.replace(word.range, with: Self.buildName(view))
        } else if view.build.name == nil {
            draft.insertInline(" AS \(Self.buildName(view))", behindArgumentsOf: from)
        }
        if !plan.buildHead.isEmpty, let first = firstStep {
            draft.insert(plan.buildHead.map { $0 + "\n" }.joined(), before: first)
        }
        for (node, text) in plan.replacements.sorted(by: { $0.key < $1.key }) { draft.replace(node, with: text) }
        // At one place: what moves there, what follows that, and then what stands in front of the next instruction.
        for move in plan.moves {
            draft.insert(draft.blockText(of: move.node), after: move.behind)
            draft.cut(move.node)
        }
        for (node, lines) in plan.additions.sorted(by: { $0.key < $1.key }) {
            draft.insert(lines.map { $0 + "\n" }.joined(), after: node)
        }
        for (node, lines) in plan.insertions.sorted(by: { $0.key < $1.key }) {
            draft.insert(lines.map { $0 + "\n" }.joined(), before: node)
        }
        if !plan.buildTail.isEmpty, case .copying = view.shape, let last = lastStep(of: view.build) {
            let user = view.buildsAsOther ? "USER root\n" : ""
            draft.insert(user + plan.buildTail.map { $0 + "\n" }.joined(), after: last)
        }
    }

    /// The first instruction of the build stage that makes files.
    private var firstStep: Int? {
        view.buildInstructions.first(where: Self.makesFiles)?.nodeIndex
    }

    /// The last instruction of a stage that makes files.
    private func lastStep(of stage: Stage) -> Int? {
        stage.instructions.last(where: Self.makesFiles)?.nodeIndex
    }

    private static func makesFiles(_ instruction: Instruction) -> Bool {
        switch instruction.kind {
        case .run, .copy, .add: true
        default: false
        }
    }

    // MARK: What the last stage is told

    /// What stages below the last one say of the image, which another base would lose.
    private func inherited(_ draft: Draft) -> String {
        view.inheritedInstructions.map { instruction -> String in
            guard let node = instruction.nodeIndex else { return "" }
            switch instruction.kind {
            case .env(let pairs): return environment(pairs, node, draft)
            case .label, .expose, .stopsignal, .healthcheck, .volume, .cmd, .entrypoint, .maintainer, .shell:
                return draft.ownText(of: node)
            default: return ""
            }
        }.joined()
    }

    /// The variables that the image needs, as they are written if it is all of them.
    private func environment(_ pairs: [KeyValue], _ node: Int, _ draft: Draft) -> String {
        let kept = pairs.filter { !plan.buildOnlyVariables.contains($0.key) }
        return kept.count == pairs.count
            ? draft.ownText(of: node) : kept.map { "ENV \($0.key)=\($0.value)\n" }.joined()
    }

    // MARK: A new last stage

    private func addStage(_ draft: inout Draft) {
        guard let split = lastStep(of: view.final) else { return }
        let before = view.final.instructions.filter { ($0.nodeIndex ?? 0) < split }
        let after = view.final.instructions.filter { ($0.nodeIndex ?? 0) > split }
        var lines = ""
        // What is gathered for the last stage is read and written by root.
        if !plan.buildTail.isEmpty, view.buildsAsOther { lines += "USER root\n" }
        if !plan.buildTail.isEmpty { lines += plan.buildTail.map { $0 + "\n" }.joined() }
        lines += "\n" + plan.reasons.map { $0 + "\n" }.joined() + "FROM \(base)"
        if Self.givesNameAway(view), let name = view.build.name { lines += " AS \(name)" }
        lines += "\n"

        // What only describes the image moves; what the build may need as well is repeated.
        var moved = ""
        var repeated: [Int] = []
        var environment = ""
        let inherited = inherited(draft)
        for instruction in before {
            guard let node = instruction.nodeIndex else { continue }
            switch instruction.kind {
            case .label, .maintainer, .expose, .stopsignal, .healthcheck, .volume, .cmd, .entrypoint:
                var block = draft.blockText(of: node)
                draft.cut(node)
                if let text = plan.commands[node] {
                    block = String(block.dropLast(draft.ownText(of: node).count)) + text + "\n"
                }
                // What stood in front of the first step stays there, unless arguments may change it with every build.
                if isStatic(instruction), node < firstStep ?? 0 { environment += block } else { moved += block }
            case .env(let pairs):
                if !plan.cuts.contains(node) { environment += self.environment(pairs, node, draft) }
            case .shell: repeated.append(node)
            default: continue
            }
        }
        let shells = repeated.map(draft.ownText).joined()
        let trailing = after.map(\.original).joined(separator: "\n")
        let told =
            inherited + environment + plan.setup.joined(separator: "\n") + plan.copies.joined(separator: "\n")
        let all = view.inheritedInstructions + before
        lines += arguments(usedIn: told, from: all, draft)
        lines += inherited + shells + environment
        lines += setupLines()
        lines += workingDirectory(&draft, trailing: after)
        lines += ownership()
        lines += copyLines()
        // What arguments change with every build has nothing behind it that is made again for that.
        lines += arguments(usedIn: moved + trailing, notIn: told, from: all, draft)
        lines += moved
        if !plan.ports.isEmpty { lines += "EXPOSE \(plan.ports.map(String.init).joined(separator: " "))\n" }
        let userNode = after.last { if case .user = $0.kind { true } else { false } }
        let place = after.first(where: Self.startsProcess)?.nodeIndex
        if let user = plan.user, userNode == nil, place == nil { lines += "USER \(user.ids)\n" }
        draft.insert(lines, after: split)
        if let user = plan.user, userNode == nil, let place { draft.insert("USER \(user.ids)\n", before: place) }
        replaceCommands(&draft, in: after)
        for instruction in after {
            if let node = instruction.nodeIndex, plan.cuts.contains(node) { draft.cut(node) }
        }
        if let user = plan.user, let node = userNode?.nodeIndex { draft.replace(node, with: "USER \(user.ids)") }
    }

    /// Whether an instruction describes the image in words that are the same in every build.
    private func isStatic(_ instruction: Instruction) -> Bool {
        switch instruction.kind {
        case .label, .maintainer, .expose, .stopsignal: !instruction.original.contains("$")
        default: false
        }
    }

    /// The working directory, in front of what is copied into it: as it is written when it stands behind the last step.
    private func workingDirectory(_ draft: inout Draft, trailing: [Instruction]) -> String {
        let directory = view.workingDirectory
        guard directory != "/", !plan.changesServer else { return "" }
        let own = trailing.filter { if case .workdir = $0.kind { true } else { false } }.compactMap(\.nodeIndex)
        guard own.count == 1, let node = own.first else { return "WORKDIR \(directory)\n" }
        guard view.unquoted(view.dockerfile.nodes[node].words.first?.text ?? "") == directory else {
            return "WORKDIR \(directory)\n"
        }
        draft.cut(node)
        return draft.blockText(of: node)
    }

    private static func startsProcess(_ instruction: Instruction) -> Bool {
        switch instruction.kind {
        case .cmd, .entrypoint, .healthcheck: true
        default: false
        }
    }

    /// The copies, with the account as the owner of what it writes or could not read.
    private func copyLines() -> String {
        let directory = view.workingDirectory
        return plan.copies.map { line -> String in
            guard let user = plan.user, !line.contains("--chown"), let target = CopyLines.destination(of: line) else {
                return line + "\n"
            }
            let destination = PathText.join(directory, target)
            let isApplication =
                (plan.hasPrivateFiles || user.ownsApplication) && PathText.isBelow(destination, directory)
                && directory != "/"
            let isWritten = plan.written.contains { PathText.isBelow(destination, $0) }
            guard isWritten || isApplication, destination != "/" else { return line + "\n" }
            let words = line.split(separator: " ", maxSplits: 1)
            return "\(words[0]) --chown=\(user.ids) \(words[1])\n"
        }.joined()
    }

    private func setupLines() -> String { plan.setup.map { $0 + "\n" }.joined() }

    /// The account, and the directories that it writes: made before anything lies in them, so that nothing is doubled.
    private func ownership() -> String {
        guard let user = plan.user, plan.hasShell else { return "" }
        var commands = user.setup
        if !user.writable.isEmpty {
            let list = user.writable.joined(separator: " ")
            commands.append("mkdir -p \(list) && chown \(user.ids) \(list)")
        }
        return commands.isEmpty ? "" : "RUN " + commands.joined(separator: " \\\n    && ") + "\n"
    }

    /// The ARG instructions of names that a text uses.
    private func arguments(
        usedIn text: String, notIn others: String = "", from instructions: [Instruction], _ draft: Draft
    ) -> String {
        var lines = ""
        func uses(_ text: String, _ name: String) -> Bool { text.contains("$\(name)") || text.contains("${\(name)") }
        for instruction in instructions {
            guard case .arg(let arguments) = instruction.kind, let node = instruction.nodeIndex else { continue }
            let isUsed =
                arguments.contains { uses(text, $0.name) } && !arguments.contains { uses(others, $0.name) }
            if isUsed { lines += draft.ownText(of: node) }
        }
        return lines
    }

    private func replaceCommands(_ draft: inout Draft, in instructions: [Instruction]) {
        for instruction in instructions {
            guard let node = instruction.nodeIndex, let text = plan.commands[node] else { continue }
            draft.replace(node, with: text)
        }
    }

    // MARK: The same stage on another base

    private func exchangeBase(_ draft: inout Draft) {
        guard let from = view.final.nodeIndex, let word = view.dockerfile.nodes[from].words.first else { return }
        let joined = OneInstallation.join(view, plan.replacements, &draft)
        if view.build.nodeIndex == from {
            for (node, text) in plan.replacements where !joined.contains(node) { draft.replace(node, with: text) }
        }
        if !plan.reasons.isEmpty { draft.insert(plan.reasons.map { $0 + "\n" }.joined(), before: from) }
        draft.replace(word.range, with: base)
        let setup = setupLines()
        let place = view.final.instructions.first(where: Self.startsProcess)?.nodeIndex
        let accounts = ownership()
        if let place {
            if !setup.isEmpty { draft.insert(setup, after: from) }
            if let user = plan.user {
                // An account does not change with the sources: made in front of them, it is made once.
                let copy = user.writable.isEmpty ? firstCopy(in: view.final) : nil
                if let copy { draft.insert(accounts, before: copy) }
                draft.insert((copy == nil ? accounts : "") + "USER \(user.ids)\n", before: place)
            }
        } else {
            draft.insert(
                setup + accounts + (plan.user.map { "USER \($0.ids)\n" } ?? ""),
                after: view.final.instructions.last?.nodeIndex ?? from)
        }
        replaceCommands(&draft, in: view.final.instructions)
    }

    /// The first instruction that brings files, when root still runs the steps there.
    private func firstCopy(in stage: Stage) -> Int? {
        for instruction in stage.instructions {
            switch instruction.kind {
            case .copy, .add: return instruction.nodeIndex
            case .user, .shell: return nil
            default: continue
            }
        }
        return nil
    }

    // MARK: The last stage in its place

    private func replaceStage(_ draft: inout Draft) {
        guard let from = view.final.nodeIndex else { return }
        if !plan.reasons.isEmpty { draft.insert(plan.reasons.map { $0 + "\n" }.joined(), before: from) }
        if view.dockerfile.nodes[from].words.first.map({ $0.text != base }) ?? false,
            let word = view.dockerfile.nodes[from].words.first
        {
            draft.replace(word.range, with: base)
            let inherited = inherited(draft)
            let told = arguments(usedIn: inherited, from: view.inheritedInstructions, draft) + inherited
            let directory = view.ancestors(of: view.parsed.stages.count - 1).isEmpty ? "/" : view.workingDirectory
            draft.insert(told + (directory == "/" ? "" : "WORKDIR \(directory)\n"), after: from)
        }
        let isStep = { (instruction: Instruction) -> Bool in
            if case .copy = instruction.kind { return !plan.copies.isEmpty }
            if case .run = instruction.kind { return true }
            return false
        }
        let steps = view.final.instructions.filter(isStep).compactMap(\.nodeIndex)
        let first = view.final.instructions.first { if case .copy = $0.kind { true } else { false } }?.nodeIndex
        var notes = ""
        for node in steps where node != first || plan.copies.isEmpty {
            notes += draft.comments(of: node)
            draft.cut(node)
        }
        if let first, !plan.copies.isEmpty {
            let place = view.directory(inFrontOf: first)
            let trailing = view.final.instructions.filter { ($0.nodeIndex ?? 0) > first }
            let directory = place == view.workingDirectory ? "" : workingDirectory(&draft, trailing: trailing)
            let lines = notes + setupLines() + directory + ownership() + copyLines()
            draft.replace(first, with: String(lines.dropLast()))
        }
        if let user = plan.user {
            let existing = view.final.instructions.last { if case .user = $0.kind { true } else { false } }
            if let node = existing?.nodeIndex {
                draft.replace(node, with: "USER \(user.ids)")
            } else if let place = view.final.instructions.first(where: Self.startsProcess)?.nodeIndex {
                draft.insert("USER \(user.ids)\n", before: place)
            } else {
                draft.insert("USER \(user.ids)\n", after: view.final.instructions.last?.nodeIndex ?? from)
            }
        }
        replaceCommands(&draft, in: view.final.instructions)
    }
}
