/// The line endings of a Dockerfile.
enum LineEndings {
    private static let (feed, carriage) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))

    /// The text with the line endings of the original: where all of those are CR LF, so are all of these.
    static func restore(_ text: [UInt8], like original: [UInt8]) -> [UInt8] {
        guard original.contains(feed), isPaired(original), !isPaired(text) else { return text }
        var result: [UInt8] = []
        result.reserveCapacity(text.count + text.count / 16)
        for byte in text {
            if byte == feed, result.last != carriage { result.append(carriage) }
            result.append(byte)
        }
        return result
    }

    /// Whether a carriage return stands in front of every line feed.
    private static func isPaired(_ text: [UInt8]) -> Bool {
        text.indices.allSatisfy { text[$0] != feed || $0 > 0 && text[$0 - 1] == carriage }
    }
}
