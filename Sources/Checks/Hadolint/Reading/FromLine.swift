import DockerfileSyntax

/// The parts of a FROM, split by their punctuation alone.
struct FromLine: Sendable, Hashable {
    /// The host in front of the image's name; nil when there is none with a dot.
    var registry: String?
    /// The image's name without registry, tag and digest.
    var name: String
    /// What follows the `:`.
    var tag: String?
    /// What follows the `@`.
    var digest: String?
    /// The name of the stage, lower-cased.
    var alias: String?
    /// The name of the stage as written.
    var writtenAlias: Word?
    /// `--platform`.
    var platform: Flag?
    /// The image as written.
    var image: Word?

    /// Reads a FROM statement.
    init(_ statement: Statement) {
        let words = statement.node.words
        self.init(image: words.first?.text ?? "")
        image = words.first
        platform = statement.flag("platform")
        if words.count >= 3, words[1].text.lowercased() == "as" {
            writtenAlias = words[2]
            alias = words[2].text.lowercased()
        }
    }

    /// Reads the name of an image.
    init(image text: String) {
        var rest = Array(text.utf8)[...]
        if let dot = FromLine.index(of: [UInt8(ascii: ".")], in: rest),
            let slash = FromLine.index(of: [UInt8(ascii: "/")], in: rest[(dot + 1)...]), dot > rest.startIndex,
            slash > dot + 1
        {
            registry = String(decoding: rest[rest.startIndex..<slash], as: UTF8.self)
            rest = rest[(slash + 1)...]
        }
        let separators = [UInt8(ascii: ":"), UInt8(ascii: "@")]
        let end = FromLine.index(of: separators, in: rest) ?? rest.endIndex
        name = String(decoding: rest[rest.startIndex..<end], as: UTF8.self)
        rest = rest[end...]
        if rest.first == UInt8(ascii: ":") {
            rest = rest.dropFirst()
            let end = FromLine.index(of: separators, in: rest) ?? rest.endIndex
            tag = String(decoding: rest[rest.startIndex..<end], as: UTF8.self)
            rest = rest[end...]
        }
        if rest.first == UInt8(ascii: "@") { digest = String(decoding: rest.dropFirst(), as: UTF8.self) }
    }

    /// True when both say the same.
    func isSame(as other: FromLine) -> Bool {
        registry == other.registry && name == other.name && tag == other.tag && digest == other.digest
            && alias == other.alias && platform?.value == other.platform?.value
    }

    /// The first of some bytes that is not inside of `${…}`.
    private static func index(of wanted: [UInt8], in text: ArraySlice<UInt8>) -> Int? {
        var depth = 0
        var previous: UInt8 = 0
        for index in text.indices {
            let byte = text[index]
            if byte == UInt8(ascii: "{"), previous == UInt8(ascii: "$") || depth > 0 {
                depth += 1
            } else if byte == UInt8(ascii: "}"), depth > 0 {
                depth -= 1
            } else if depth == 0, wanted.contains(byte) {
                return index
            }
            previous = byte
        }
        return nil
    }
}

/// The FROM lines of a file.
struct FromLines: Fact {
    /// In order: the index is that of the stage.
    let lines: [(statement: Statement, from: FromLine)]

    init(_ context: CheckContext) {
        lines = context.statements.of(.from).map { ($0, FromLine($0)) }
    }

    /// True for the last stage, one that is written just like it, and those that other stages begin with: what these
    /// hold is kept in an image.
    func isKept(_ stage: Int) -> Bool {
        guard lines.indices.contains(stage), let last = lines.last else { return true }
        if stage == lines.count - 1 || lines[stage].from.isSame(as: last.from) { return true }
        guard let alias = lines[stage].from.alias else { return false }
        return lines.contains { $0.from.name.lowercased() == alias }
    }

    /// The stages that a stage is built upon.
    func chain(_ stage: Int) -> [Int] {
        var found: [Int] = []
        var next = parent(of: stage)
        while let stage = next {
            found.append(stage)
            next = parent(of: stage)
        }
        return found
    }

    /// The stage that a stage begins with; nil when that is an image.
    func parent(of stage: Int) -> Int? {
        guard lines.indices.contains(stage) else { return nil }
        let name = lines[stage].from.name.lowercased()
        return lines[..<stage].lastIndex { $0.from.alias == name }
    }
}

extension CheckContext {
    /// The FROM lines of the file.
    var fromLines: FromLines { fact(FromLines.self) }

    /// The image that a stage is built upon, as FROM names it with its arguments' values; nil for scratch, and when it
    /// is not known.
    func image(under stage: Int) -> String? {
        guard stages.indices.contains(stage) else { return nil }
        return fact(StageGraph.self).image(under: stage)
    }
}
