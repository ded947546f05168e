import DockerfileSyntax

/// How a Go program is compiled: smaller and without the C library, whoever calls the compiler.
struct GoBuild: Sendable {
    /// Whether the program uses C.
    let usesC: Bool
    /// Whether time zones are compiled in where the commands leave a choice.
    let wantsZones: Bool
    private let view: StageView
    private let hasVendor: Bool
    /// What the Dockerfile itself sets.
    private let variables: [String: String]

    init(_ situation: Situation, usesC: Bool, zones: Bool) {
        view = situation.view
        hasVendor = situation.project.has("vendor/modules.txt") || situation.project.has("vendor")
        var variables: [String: String] = [:]
        for instruction in view.buildInstructions {
            if case .env(let pairs) = instruction.kind { for pair in pairs { variables[pair.key] = pair.value } }
        }
        self.variables = variables
        self.usesC = usesC
        wantsZones = zones
    }

    /// Whether the program will have the time zones in it.
    var includesZones: Bool { wantsZones && !usesC && !(variables["GOFLAGS"] ?? "").contains("-tags") }

    /// Mounts that keep what is compiled and downloaded between builds.
    var caches: [String] {
        // They belong to root.
        if view.buildsAsOther { return [] }
        return (hasVendor ? [] : ["--mount=type=cache,target=/go/pkg/mod"]) + [
            "--mount=type=cache,target=/root/.cache/go-build"
        ]
    }

    /// Whether steps call the compiler themselves.
    var isDirect: Bool {
        view.commands.contains { $0.name == "go" && ["build", "install"].contains($0.arguments.first) }
    }

    /// Changes the steps that compile.
    ///
    /// - Parameter isCompiledLater: Whether no step compiles the program, but ``command(flags:package:output:)`` will.
    func edit(_ plan: inout RuntimePlan, _ situation: Situation, isCompiledLater: Bool = false) {
        for run in view.runs {
            guard let node = run.instruction.nodeIndex else { continue }
            let verbs = Set(run.script.commands.filter { $0.name == "go" }.compactMap(\.arguments.first))
            guard !verbs.isEmpty else { continue }
            var text = RunText(node, view, plan)
            for verb in ["build", "install"] where verbs.contains(verb) {
                text.editCommands(beginningWith: "go \(verb)") { before, command in
                    command = improved(command, verb: verb, before: before)
                }
                plan.steps.append(
                    situation.step(
                        "static-program", at: node,
                        "the program is linked \(usesC ? "" : "statically and ")without debugging tables\(includesZones ? ", with time zones in it" : "")"
                    ))
            }
            let onlyDownloads = verbs == ["mod"]
            for cache in caches.reversed() where !onlyDownloads || cache.hasSuffix("/mod") { text.addFlag(cache) }
            plan.replacements[node] = text.text
        }
        if !isDirect, !isCompiledLater { setVariables(&plan, situation) }
    }

    /// A command that compiles the package once for the image.
    func command(flags: [String], package: String, output: String) -> String {
        let words = ["go", "build"] + flags + ["-o", output, package]
        return (["RUN"] + caches).joined(separator: " ") + " "
            + improved(words.joined(separator: " "), verb: "build", before: "")
    }

    /// The command with what makes the program small, and everything that it had.
    private func improved(_ command: String, verb: String, before: Substring) -> String {
        var flags = ""
        let inherited = variables["GOFLAGS"] ?? ""
        var text = command
        if !text.contains("-trimpath"), !inherited.contains("-trimpath") { flags += " -trimpath" }
        if !Self.add("-s -w", to: "-ldflags", separator: " ", in: &text), !inherited.contains("-ldflags") {
            flags += " -ldflags=\"-s -w\""
        }
        if includesZones, !Self.add("timetzdata", to: "-tags", separator: ",", in: &text) {
            flags += " -tags timetzdata"
        }
        let isSet = before.contains("CGO_ENABLED=") || variables["CGO_ENABLED"] != nil
        text.insert(contentsOf: flags, at: text.index(text.startIndex, offsetBy: "go \(verb)".count))
        return (usesC || isSet ? "" : "CGO_ENABLED=0 ") + text
    }

    /// Adds a value to a flag that is there; false when it is not.
    static func add(_ value: String, to flag: String, separator: String, in command: inout String) -> Bool {
        guard let range = Substring(command).firstRange(of: " " + flag) else { return false }
        var at = range.upperBound
        guard at < command.endIndex, command[at] == "=" || command[at] == " " else { return false }
        at = command[at...].firstIndex { $0 != "=" && $0 != " " } ?? command.endIndex
        guard at < command.endIndex else { return true }
        let rest = command[at...]
        if let quote = rest.first, quote == "'" || quote == "\"" {
            let content = rest.dropFirst()
            let inner = content.prefix { $0 != quote }
            let words = Set(inner.split { $0 == " " || $0 == "," })
            if words.contains("-s") || words.contains(Substring(value)) { return true }
            let between = inner.contains(" ") ? " " : separator
            command.insert(contentsOf: value + (inner.isEmpty ? "" : between), at: content.startIndex)
        } else {
            let end = rest.firstIndex { " \t\n".contains($0) } ?? rest.endIndex
            let word = String(rest[..<end])
            if word == "-s" || word.split(separator: ",").contains(Substring(value)) { return true }
            let joined = value + separator + word
            command.replaceSubrange(at..<end, with: joined.contains(" ") ? "\"\(joined)\"" : joined)
        }
        return true
    }

    /// Something else calls the compiler: it is told by variables.
    private func setVariables(_ plan: inout RuntimePlan, _ situation: Situation) {
        var pairs: [String] = []
        if !usesC, variables["CGO_ENABLED"] == nil { pairs.append("CGO_ENABLED=0") }
        if variables["GOFLAGS"] == nil {
            pairs.append("GOFLAGS=\"-trimpath -ldflags=-s\(includesZones ? " -tags=timetzdata" : "")\"")
        }
        guard !pairs.isEmpty else { return }
        plan.buildHead.append("ENV " + pairs.joined(separator: " "))
        plan.steps.append(
            situation.step(
                "static-program", at: situation.view.build.nodeIndex,
                "whatever calls the compiler gets a program \(usesC ? "" : "without the C library and ")without debugging tables"
            ))
    }
}
