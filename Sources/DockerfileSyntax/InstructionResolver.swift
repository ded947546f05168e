/// Reads the meaning of one instruction.
struct InstructionResolver {
    let node: SyntaxNode
    private let words: [String]

    init(_ node: SyntaxNode) {
        self.node = node
        words = node.words.map(\.text)
    }

    /// The text as it is shown: without the spaces around it.
    private var original: String {
        let text = node.original.utf8
        let isTrimmed = [text.first, text.last].allSatisfy { $0.map { $0 > 0x20 && $0 < 0x80 } ?? true }
        if isTrimmed { return node.original }
        let bytes = Array(text)
        return String(decoding: bytes[ByteClass.trimming(bytes, bytes.indices)], as: UTF8.self)
    }

    /// Reads any instruction but FROM.
    func instruction() throws(DockerfileError) -> Instruction {
        guard let keyword = Keyword(node.keyword.text) else {
            let name = node.keyword.text
            throw .unknownInstruction(
                name: name,
                suggestion: suggestionIgnoringCase(for: name, among: Keyword.allCases.map(\.rawValue)),
                range: node.keyword.range)
        }
        return Instruction(
            kind: try kind(keyword), original: original, range: node.range, lines: node.lines,
            precedingComments: node.precedingComments)
    }

    /// Reads FROM.
    func stage() throws(DockerfileError) -> Stage {
        var name: String?
        if words.count == 3, words[1].lowercased() == "as" {
            let lowered = words[2].lowercased()
            guard InstructionResolver.isStageName(lowered) else {
                throw .invalidStageName(name: words[2], range: node.words[2].range)
            }
            name = lowered
        } else if words.count != 1 {
            throw .fromArguments(range: node.argumentsRange ?? node.keyword.range)
        }
        let flags = try FlagReader(node.flags, ["platform": .value])
        return Stage(
            name: name, baseName: words[0], platform: flags.value("platform"), original: original, range: node.range,
            lines: node.lines, precedingComments: node.precedingComments)
    }

    /// A letter, then letters, digits, `-`, `_`, `.`.
    private static func isStageName(_ name: String) -> Bool {
        func isLetter(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") }
        guard let first = name.utf8.first, isLetter(first) else { return false }
        return name.utf8.allSatisfy { byte in
            isLetter(byte) || byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") || byte == UInt8(ascii: "-")
                || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
        }
    }

    private func kind(_ keyword: Keyword) throws(DockerfileError) -> Instruction.Kind {
        switch keyword {
        case .add: return .add(try add())
        case .arg: return .arg(try arguments())
        case .cmd:
            try rejectFlags()
            return .cmd(commandLine())
        case .copy: return .copy(try copy())
        case .entrypoint:
            try rejectFlags()
            return .entrypoint(commandLine())
        case .env:
            try rejectFlags()
            return .env(try pairs(keyword))
        case .expose:
            try requireWords(keyword)
            try rejectFlags()
            return .expose(words.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        case .from: throw .triggerNotAllowed(instruction: keyword.display, range: node.keyword.range)
        case .healthcheck: return .healthcheck(try healthcheck())
        case .label:
            try rejectFlags()
            return .label(try pairs(keyword))
        case .maintainer: return .maintainer(try single(keyword))
        case .onbuild: return .onbuild(try trigger())
        case .run: return .run(try run())
        case .shell: return .shell(try shell())
        // Flags of STOPSIGNAL, as of ARG, are ignored.
        case .stopsignal: return .stopsignal(try single(keyword, rejectingFlags: false))
        case .user: return .user(try single(keyword))
        case .volume: return .volume(try volumes())
        case .workdir: return .workdir(try single(keyword))
        }
    }

    // MARK: - Arguments

    private func rejectFlags() throws(DockerfileError) { _ = try FlagReader(node.flags, [:]) }

    private func requireWords(_ keyword: Keyword) throws(DockerfileError) {
        if words.isEmpty { throw .oneArgumentAtLeast(instruction: keyword.display, range: node.keyword.range) }
    }

    private func single(_ keyword: Keyword, rejectingFlags: Bool = true) throws(DockerfileError) -> String {
        guard words.count == 1 else {
            throw .oneArgumentExactly(instruction: keyword.display, range: node.keyword.range)
        }
        if rejectingFlags { try rejectFlags() }
        return words[0]
    }

    private func pairs(_ keyword: Keyword) throws(DockerfileError) -> [KeyValue] {
        try requireWords(keyword)
        var pairs: [KeyValue] = []
        for index in stride(from: 0, to: words.count - 2, by: 3) {
            if words[index].isEmpty {
                throw .blankName(instruction: keyword.display, range: node.words[index + 2].range)
            }
            pairs.append(
                KeyValue(
                    key: words[index], value: words[index + 1], isSpaceSeparated: words[index + 2].isEmpty))
        }
        return pairs
    }

    private func arguments() throws(DockerfileError) -> [Argument] {
        try requireWords(.arg)
        var arguments: [Argument] = []
        for word in node.words {
            guard let equals = word.text.utf8.firstIndex(of: UInt8(ascii: "=")) else {
                arguments.append(Argument(name: word.text))
                continue
            }
            if equals == word.text.startIndex { throw .blankName(instruction: "ARG", range: word.range) }
            arguments.append(
                Argument(
                    name: String(word.text[..<equals]),
                    defaultValue: String(word.text[word.text.utf8.index(after: equals)...])))
        }
        return arguments
    }

    private func volumes() throws(DockerfileError) -> [String] {
        try requireWords(.volume)
        try rejectFlags()
        var volumes: [String] = []
        for word in node.words {
            let bytes = Array(word.text.utf8)
            let trimmed = ByteClass.trimming(bytes, bytes.indices)
            if trimmed.isEmpty { throw .emptyVolume(range: word.range) }
            volumes.append(String(decoding: bytes[trimmed], as: UTF8.self))
        }
        return volumes
    }

    // MARK: - Commands

    private func commandLine() -> CommandLine {
        CommandLine(
            words: words, isShellForm: !node.isJSON,
            files: node.heredocs.map {
                InlineFile(name: $0.name, data: $0.content, expands: $0.expands, stripsTabs: $0.stripsTabs)
            })
    }

    private func shell() throws(DockerfileError) -> [String] {
        try rejectFlags()
        try requireWords(.shell)
        guard node.isJSON else { throw .shellNotJSON(range: node.argumentsRange ?? node.range) }
        return words
    }

    private func run() throws(DockerfileError) -> Run {
        let flags = try FlagReader(
            node.flags, ["mount": .values, "network": .value, "security": .value, "device": .values])
        var run = Run(command: commandLine())
        run.flagsUsed = flags.names
        for flag in flags.all("device") {
            let range = flag.valueRange ?? flag.range
            do {
                run.devices.append(try RunDevice(parsing: flag.value ?? "", range: range))
            } catch {
                throw .device(error, range: range)
            }
        }
        for flag in flags.all("mount") {
            let mount = RunMount(text: flag.value ?? "", range: flag.valueRange ?? flag.range)
            do {
                try mount.checkShape()
            } catch {
                throw .mount(error, range: mount.range)
            }
            run.mounts.append(mount)
        }
        if let flag = flags.flag("network") {
            guard let network = Run.Network(rawValue: flag.value ?? "") else {
                throw .invalidNetwork(value: flag.value ?? "", range: flag.valueRange ?? flag.range)
            }
            run.network = network
        }
        if let flag = flags.flag("security") {
            guard let security = Run.Security(rawValue: flag.value ?? "") else {
                throw .invalidSecurity(value: flag.value ?? "", range: flag.valueRange ?? flag.range)
            }
            run.security = security
        }
        return run
    }

    private func trigger() throws(DockerfileError) -> String {
        guard let trigger = node.trigger else {
            throw .oneArgumentAtLeast(instruction: "ONBUILD", range: node.keyword.range)
        }
        try rejectFlags()
        switch Keyword(trigger.keyword.text) {
        case .onbuild: throw .chainedOnbuild(range: trigger.keyword.range)
        case .maintainer, .from:
            throw .triggerNotAllowed(
                instruction: trigger.keyword.text.uppercased(), range: trigger.keyword.range)
        default: break
        }
        // What is stored is the text behind the keyword, and the heredocs as they were written.
        var text = Array(node.original.utf8)
        let start = ByteClass.trimmingStart(text, text.indices).lowerBound + node.keyword.text.utf8.count
        text.removeFirst(ByteClass.trimmingStart(text, start..<text.count).lowerBound)
        for heredoc in node.heredocs { text += Array("\n".utf8) + heredoc.content.utf8 + heredoc.name.utf8 }
        return String(decoding: text, as: UTF8.self)
    }
}
