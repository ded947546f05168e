import DockerfileSyntax

/// What a fix promises about the image that is built from the changed text. A weaker promise is greater.
public enum FixClass: String, CaseIterable, Hashable, Sendable, Codable, Comparable {
    /// The very same image: same layers, same configuration, same digest.
    case sameImage = "same-image"
    /// The same files and the same configuration; layers may be cut differently, histories and digests differ.
    case sameFiles = "same-files"
    /// What the fix says it changes, and nothing else.
    case declaredChange = "declared-change"

    private var weight: Int {
        switch self {
        case .sameImage: 0
        case .sameFiles: 1
        case .declaredChange: 2
        }
    }

    /// True when the left one promises more.
    public static func < (left: FixClass, right: FixClass) -> Bool { left.weight < right.weight }
}

/// A change of the text that makes a finding go away.
public struct Fix: Hashable, Sendable {
    /// What it promises.
    public var kind: FixClass
    /// What it does, in a few words: `add --no-install-recommends`.
    public var summary: String
    /// The edits, none of which overlaps another.
    public var edits: [TextEdit]
    /// What it declares to change, where that depends on the place; nil for what the rule's page declares.
    public var declares: Declaration?

    /// Creates a fix.
    public init(_ kind: FixClass, _ summary: String, edits: [TextEdit], declares: Declaration? = nil) {
        self.kind = kind
        self.summary = summary
        self.edits = edits
        self.declares = declares
    }

    /// The same with lines that end as those of the text do.
    func withLineEndings(of source: SourceText) -> Fix {
        guard edits.contains(where: { $0.replacement.utf8.contains(0x0A) }), source.usesCarriageReturns else {
            return self
        }
        var fix = self
        for index in fix.edits.indices {
            var bytes: [UInt8] = []
            for byte in fix.edits[index].replacement.utf8 {
                if byte == 0x0A, bytes.last != 0x0D { bytes.append(0x0D) }
                bytes.append(byte)
            }
            fix.edits[index].replacement = String(decoding: bytes, as: UTF8.self)
        }
        return fix
    }
}
