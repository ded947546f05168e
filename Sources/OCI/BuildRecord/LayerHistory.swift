/// The history entries of an image's layers, by the layers' positions.
struct LayerHistory: Sendable {
    /// `created_by` of each layer; nil where the history has none.
    let entries: [String?]
    /// What is odd about the history.
    let warnings: [String]

    /// Pairs the entries that made layers with the layers.
    ///
    /// With fewer entries than layers, the history is that of the topmost layers: a base without history lies below.
    /// With more, entries that changed nothing were not marked as such, and no pairing would be certain.
    init(_ config: ImageConfig) {
        let made = config.history.filter { !$0.emptyLayer }.map(\.createdBy)
        let count = config.diffIDs.count
        var entries: [String?] = []
        var warnings: [String] = []
        if made.count <= count {
            entries = Array(repeating: nil, count: count - made.count) + made
        } else {
            entries = Array(repeating: nil, count: count)
        }
        if made.count != count, !config.history.isEmpty {
            warnings.append("the image has \(count) layers, but its history is about \(made.count)")
        }
        self.entries = entries
        self.warnings = warnings
    }
}

/// Instructions as the histories of images have them.
public enum InstructionText {
    /// An entry's `created_by` in the form of a Dockerfile's instruction: `/bin/sh -c #(nop) CMD ["sh"]` is `CMD ["sh"]`,
    /// `RUN |1 A=b /bin/sh -c make # buildkit` is `RUN make`. What is in no known form stays.
    public static func readable(_ createdBy: String) -> String {
        var text = createdBy.trimmed
        if let marked = text.dropping(suffix: "# buildkit") { text = marked.trimmed }
        if let rest = text.dropping(prefix: "/bin/sh -c #(nop)") { return rest.trimmed }
        if let rest = text.dropping(prefix: "RUN ") {
            return rest.trimmed.withoutBuildArguments.dropping(prefix: "/bin/sh -c ").map { "RUN " + $0.trimmed }
                ?? text
        }
        if let rest = text.withoutBuildArguments.dropping(prefix: "/bin/sh -c ") {
            // With build arguments the marker comes after them.
            if let marked = rest.trimmed.dropping(prefix: "#(nop)") { return marked.trimmed }
            return "RUN " + rest.trimmed
        }
        return text
    }
}

extension String {
    fileprivate var trimmed: String {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
        let start = utf8.drop(while: isSpace)
        guard let last = start.lastIndex(where: { !isSpace($0) }) else { return "" }
        return String(Substring(start[...last]))
    }

    fileprivate func dropping(prefix: String) -> String? {
        utf8.starts(with: prefix.utf8) ? String(Substring(utf8.dropFirst(prefix.utf8.count))) : nil
    }

    fileprivate func dropping(suffix: String) -> String? {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) : nil
    }

    /// `|2 A=1 B=2 /bin/sh -c make` without the arguments. Their values may hold spaces, so the shell is looked for.
    fileprivate var withoutBuildArguments: String {
        guard utf8.first == UInt8(ascii: "|") else { return self }
        let shell = Array("/bin/sh -c ".utf8)
        let bytes = Array(utf8)
        guard bytes.count >= shell.count else { return self }
        for start in 0...(bytes.count - shell.count) where bytes[start] == shell[0] {
            if bytes[start..<(start + shell.count)].elementsEqual(shell) {
                return String(decoding: bytes[start...], as: UTF8.self)
            }
        }
        return self
    }
}
