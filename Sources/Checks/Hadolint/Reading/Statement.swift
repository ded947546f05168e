import DockerfileSyntax

/// One instruction as hadolint's rules see it: as written, nothing expanded, FROM like any other. What ONBUILD stores is
/// a statement of its own behind its ONBUILD. Never changes; a class, since dozens of rules go through all of them.
final class Statement: Sendable {
    typealias Kind = Keyword

    /// The instruction; nil for a name that is none.
    let kind: Kind?
    /// The words and flags; of the stored instruction if ``isTrigger``.
    let node: SyntaxNode
    /// The whole instruction.
    let range: SourceRange
    /// It stands behind ONBUILD.
    let isTrigger: Bool
    /// Its place in the file.
    let index: Int
    /// The stage it belongs to, from 0; -1 in front of the first FROM.
    let stage: Int

    init(kind: Kind?, node: SyntaxNode, range: SourceRange, isTrigger: Bool, index: Int, stage: Int) {
        self.kind = kind
        self.node = node
        self.range = range
        self.isTrigger = isTrigger
        self.index = index
        self.stage = stage
    }

    /// A match for the whole instruction.
    func match(focus: SourceRange? = nil, message: String? = nil, fix: Fix? = nil) -> Match {
        Match(range, focus: focus, message: message, fix: fix)
    }

    /// The value of a flag; nil when it is not there.
    func flag(_ name: String) -> Flag? { node.flags.first { $0.name.lowercased() == name } }

    /// Names and values of ENV and LABEL, without quotes.
    var pairs: [(name: String, value: String, nameRange: SourceRange)] {
        stride(from: 0, to: node.words.count - 1, by: 3).map {
            (Unquoted.text(node.words[$0].text), Unquoted.text(node.words[$0 + 1].text), node.words[$0].range)
        }
    }

    /// The names that ARG declares.
    var argumentNames: [String] {
        node.words.map { String(Substring($0.text.utf8.prefix { $0 != UInt8(ascii: "=") })) }
    }

    /// What stands behind the keyword in one piece.
    var argument: String { node.words.map(\.text).joined(separator: " ") }
}

/// The statements of a file.
struct Statements: Fact {
    let all: [Statement]
    /// Those of each kind, without and with those of ONBUILD.
    private let byKind: [Statement.Kind: (direct: [Statement], all: [Statement])]

    init(_ context: CheckContext) {
        var all: [Statement] = []
        var byKind: [Statement.Kind: (direct: [Statement], all: [Statement])] = [:]
        var stage = -1
        for (index, node) in context.dockerfile.nodes.enumerated() {
            let kind = Keyword(node.keyword.text)
            if kind == .from { stage += 1 }
            let statement = Statement(
                kind: kind, node: node, range: node.range, isTrigger: false, index: index, stage: stage)
            all.append(statement)
            if let kind {
                byKind[kind, default: ([], [])].direct.append(statement)
                byKind[kind, default: ([], [])].all.append(statement)
            }
            if kind == .onbuild, var trigger = node.trigger {
                trigger.heredocs = node.heredocs
                let kind = Keyword(trigger.keyword.text)
                let stored = Statement(
                    kind: kind, node: trigger, range: node.range, isTrigger: true, index: index, stage: stage)
                all.append(stored)
                if let kind { byKind[kind, default: ([], [])].all.append(stored) }
            }
        }
        self.all = all
        self.byKind = byKind
    }

    /// The statements of a kind, those of ONBUILD left out unless wanted.
    func of(_ kind: Statement.Kind, triggers: Bool = false) -> [Statement] {
        guard let found = byKind[kind] else { return [] }
        return triggers ? found.all : found.direct
    }
}

extension CheckContext {
    /// The statements of the file.
    var statements: Statements { fact(Statements.self) }
}

/// Words without their quotes.
enum Unquoted {
    /// The text without quotes around parts of it and without the backslashes of escaped quotes and blanks.
    static func text(_ word: String) -> String {
        let bytes = word.utf8
        guard bytes.contains(where: { $0 == 0x22 || $0 == 0x27 || $0 == 0x5C }) else { return word }
        var result: [UInt8] = []
        var quote: UInt8?
        var isEscaped = false
        for byte in bytes {
            if isEscaped {
                let isMeant =
                    byte == quote || (quote == nil && (byte == 0x22 || byte == 0x27 || byte == 0x20 || byte == 0x09))
                if !isMeant { result.append(0x5C) }
                result.append(byte)
                isEscaped = false
            } else if byte == 0x5C {
                isEscaped = true
            } else if byte == quote {
                quote = nil
            } else if quote == nil, byte == 0x22 || byte == 0x27 {
                quote = byte
            } else {
                result.append(byte)
            }
        }
        if isEscaped { result.append(0x5C) }
        return String(decoding: result, as: UTF8.self)
    }

    /// The text without quotes at its ends.
    static func ends(_ text: String) -> String {
        func isQuote(_ byte: UInt8?) -> Bool { byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") }
        var bytes = text.utf8[...]
        guard isQuote(bytes.first) || isQuote(bytes.last) else { return text }
        while isQuote(bytes.first) { bytes.removeFirst() }
        while isQuote(bytes.last) { bytes.removeLast() }
        return String(Substring(bytes))
    }
}
