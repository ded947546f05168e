import DockerfileSyntax

/// The `check` directive has an option that there is not, or one with a value that it does not take.
public struct CheckDirectiveError: Error, Hashable, CustomStringConvertible {
    /// The option.
    public var option: String
    /// Where it is written.
    public var range: SourceRange

    /// One line for people.
    public var description: String { "invalid check option \"\(option)\"" }
}

/// The comments of a Dockerfile that are addressed to checks.
///
/// - `# hadolint ignore=DL3006,SC2046` above an instruction (`whittle` may stand for `hadolint`);
/// - `# hadolint stage ignore=DL3006` above a FROM, for what follows that in the stage;
/// - `# hadolint global ignore=DL3006` anywhere;
/// - `# check=skip=RULE,RULE;error=true;experimental=RULE` as a directive, or above an instruction.
public struct Pragmas: Sendable {
    /// Options of build checks.
    struct CheckOptions: Sendable {
        var skip: Set<String> = []
        var experimental: Set<String> = []
        var skipsAll = false
        var enablesAllExperimental = false
        var error = false

        /// Reads `skip=A,B;error=true`; anything else in it is not for us.
        init(_ text: String) {
            for option in text.split(separator: ";") {
                let parts = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2 else { continue }
                let value = parts[1].trimmed
                let names = value.split(separator: ",").map { String($0.trimmed) }
                switch parts[0].trimmed.lowercased() {
                case "skip":
                    if names.contains("all") { skipsAll = true } else { skip.formUnion(names) }
                case "experimental":
                    if names.contains("all") {
                        enablesAllExperimental = true
                    } else {
                        experimental.formUnion(names)
                    }
                case "error": error = Pragmas.boolean(value) ?? false
                default: break
                }
            }
        }
    }

    /// Reads the `check` directive of a Dockerfile as a build does.
    ///
    /// - Returns: whether findings of build checks let the build fail.
    /// - Throws: ``CheckDirectiveError`` for what is no option; ``Pragmas/init(_:)`` passes over it.
    public static func findingsFailBuild(_ dockerfile: Dockerfile) throws(CheckDirectiveError) -> Bool {
        guard let directive = dockerfile.directives.check else { return false }
        var fails = false
        for option in directive.firstWord.split(separator: ";", omittingEmptySubsequences: false) {
            let parts = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = parts[0].trimmed
            guard parts.count == 2, ["skip", "experimental", "error"].contains(name) else {
                throw CheckDirectiveError(option: String(name), range: directive.valueRange)
            }
            guard name == "error" else { continue }
            guard let value = boolean(parts[1].trimmed) else {
                throw CheckDirectiveError(option: String(option), range: directive.valueRange)
            }
            fails = value
        }
        return fails
    }

    private static func boolean(_ text: some StringProtocol) -> Bool? {
        switch text {
        case "1", "t", "T", "true", "TRUE", "True": true
        case "0", "f", "F", "false", "FALSE", "False": false
        default: nil
        }
    }

    /// Rules ignored in the whole file.
    private var global: Set<String> = []
    /// Rules ignored on a line.
    private var byLine: [Int: Set<String>] = [:]
    /// Rules ignored in a stage, by the lines of the FROM; one without a comment ignores none.
    private var byStage: [(line: Int, ids: Set<String>)] = []
    /// Options above an instruction, by all the lines that it takes.
    private var checksByLine: [(lines: ClosedRange<Int>, options: CheckOptions)] = []
    let options: CheckOptions?

    /// Reads the comments.
    init(_ dockerfile: Dockerfile) {
        options = dockerfile.directives.check.map { CheckOptions($0.firstWord) }
        let mentions = Pragmas.mentionsIgnore(dockerfile.source.bytes)
        for piece in mentions ? dockerfile.pieces : [] {
            guard case .trivia(let range) = piece else { continue }
            let source = dockerfile.source
            guard source.bytes[range.indices].contains(UInt8(ascii: "#")) else { continue }
            for number in source.lineNumber(of: range.start)...source.lineNumber(of: max(range.start, range.end - 1)) {
                read(source.line(number), number)
            }
        }
        if !byStage.isEmpty {
            for node in dockerfile.nodes where node.keyword.text.lowercased() == "from" {
                byStage.append((node.lines.lowerBound, []))
            }
        }
        for node in dockerfile.nodes {
            // Of several comments the first one counts.
            guard let comment = node.precedingComments.first(where: { $0.hasPrefix("check=") }) else { continue }
            let text = comment.dropFirst("check=".count).prefix { $0 != " " }
            checksByLine.append((node.lines, CheckOptions(String(text))))
        }
    }

    /// True when `ignore` is anywhere in the text: most files need no look at each of their comments.
    private static func mentionsIgnore(_ bytes: [UInt8]) -> Bool {
        let word = Array("ignore".utf8)
        return bytes.withUnsafeBufferPointer { buffer in
            guard buffer.count >= word.count else { return false }
            for start in 0...(buffer.count - word.count) where buffer[start] == word[0] {
                if buffer[start..<start + word.count].elementsEqual(word) { return true }
            }
            return false
        }
    }

    private mutating func read(_ line: Substring, _ number: Int) {
        guard let words = Pragmas.words(line), words.count >= 1 else { return }
        if let ids = Pragmas.ids(words) {
            byLine[number + 1, default: []].formUnion(ids)
        } else if words.count > 1, words[0].trimmed == "stage", let ids = Pragmas.ids(Array(words.dropFirst())) {
            byStage.append((number + 1, Set(ids)))
        } else if words.count > 1, words[0].trimmed == "global", let ids = Pragmas.ids(Array(words.dropFirst())) {
            global.formUnion(ids)
        }
    }

    /// What follows `# hadolint` or `# whittle` on a comment line.
    static func words(_ line: Substring) -> [Substring]? {
        let line = line.trimmed
        guard line.first == "#" else { return nil }
        let words = line.dropFirst().split(whereSeparator: { $0 == " " || $0 == "\t" })
        guard let first = words.first, first == "hadolint" || first == "whittle" else { return nil }
        return Array(words.dropFirst())
    }

    /// The ids of `ignore=A,B`, with blanks and a remark behind `#` where hadolint allows them. As there, a list with
    /// anything else in it silences nothing.
    private static func ids(_ words: [Substring]) -> [String]? {
        let text = words.joined().prefix { $0 != "#" }
        guard text.hasPrefix("ignore=") else { return nil }
        let ids = text.dropFirst("ignore=".count).split(separator: ",", omittingEmptySubsequences: false)
        guard ids.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isLetterOrDigit) }) else { return nil }
        return ids.map(String.init)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
            || byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")
    }

    /// True when a rule has nothing to say about a line. A rule that passes on what another program says does so under
    /// that program's ids.
    func silences(_ rule: Rule, as id: String, line: Int) -> Bool {
        if global.contains(id) || byLine[line]?.contains(id) == true { return true }
        if !byStage.isEmpty, isIgnoredInStage(id, line) { return true }
        // An experimental rule is asked for by name, and is not skipped by `all`.
        guard !rule.isExperimental else { return false }
        if let options, Pragmas.skips(options, rule, id) { return true }
        guard rule.heedsLocalDirectives else { return false }
        return checksByLine.contains { $0.lines.contains(line) && Pragmas.skips($0.options, rule, id) }
    }

    private func isIgnoredInStage(_ id: String, _ line: Int) -> Bool {
        guard let start = byStage.lazy.map(\.line).filter({ $0 < line }).max() else { return false }
        return byStage.contains { $0.line == start && $0.ids.contains(id) }
    }

    /// The directive is BuildKit's: its `all` means BuildKit's checks.
    private static func skips(_ options: CheckOptions, _ rule: Rule, _ id: String) -> Bool {
        options.skip.contains(id) || options.skipsAll && rule.family == .buildKit
    }

    /// True when the file asks for an experimental rule.
    func enables(_ id: String) -> Bool {
        guard let options else { return false }
        return options.enablesAllExperimental || options.experimental.contains(id)
    }

    /// True when findings of BuildKit's checks are errors in this file.
    var turnsWarningsIntoErrors: Bool { options?.error == true }
}

extension Substring {
    /// Without spaces and tabs at either end.
    var trimmed: Substring {
        var result = self
        while let first = result.first, first == " " || first == "\t" { result.removeFirst() }
        while let last = result.last, last == " " || last == "\t" { result.removeLast() }
        return result
    }
}
