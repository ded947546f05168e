/// The line endings of a Dockerfile.
enum LineEndings {
    private static let (feed, carriage) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))

    /// The text with the line endings of the original: where all of those are CR LF, so are all of these. Scripts that are
    /// new keep theirs: a shell would take the carriage return for a part of the command.
    static func restore(_ text: [UInt8], like original: [UInt8]) -> [UInt8] {
        guard original.contains(feed), isPaired(original), !isPaired(text) else { return text }
        var isScript = false
        var lines: [[UInt8]] = []
        for line in text.split(separator: feed, omittingEmptySubsequences: false) {
            if line.elementsEqual(scriptEnd) { isScript = false }
            let isEnded = isScript || line.last == carriage || line.endIndex == text.endIndex
            lines.append(isEnded ? Array(line) : line + [carriage])
            if line.elementsEqual(scriptStart) { isScript = true }
        }
        return Array(lines.joined(separator: [feed]))
    }

    private static let scriptStart = Array("RUN <<'EOF'".utf8)
    private static let scriptEnd = Array("EOF".utf8)

    /// Whether a carriage return stands in front of every line feed.
    private static func isPaired(_ text: [UInt8]) -> Bool {
        text.indices.allSatisfy { text[$0] != feed || $0 > 0 && text[$0 - 1] == carriage }
    }
}
