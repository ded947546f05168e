/// Splits a Maven version into its items, the lists among them.
enum MavenVersionParser {
    static func items(_ bytes: VersionBytes) -> [MavenVersion.Item] {
        Array(lists(bytes).joined(separator: [.list]))
    }

    /// The lists, the outermost first.
    private static func lists(_ bytes: VersionBytes) -> [[MavenVersion.Item]] {
        var lists: [[MavenVersion.Item]] = [[]]
        var start = bytes.startIndex
        var isDigit = false

        func add(_ item: MavenVersion.Item) { lists[lists.count - 1].append(item) }
        func openList() { lists.append([]) }
        // `.X` is taken as `-X` for any word X.
        func openListForWord() {
            if lists.last?.isEmpty == false { openList() }
        }

        for index in bytes.indices {
            let part = bytes[start..<index]
            switch bytes[index] {
            case UInt8(ascii: "."):
                add(part.isEmpty ? .number([]) : item(part, isDigit: isDigit))
                start = index + 1
            case UInt8(ascii: "-"):
                add(part.isEmpty ? .number([]) : item(part, isDigit: isDigit))
                start = index + 1
                openList()
            case let byte where byte.isDigit:
                if !isDigit && !part.isEmpty {
                    openListForWord()
                    add(.word(expanded(part)))
                    start = index
                    openList()
                }
                isDigit = true
            default:
                if isDigit && !part.isEmpty {
                    add(.number(part))
                    start = index
                    openList()
                }
                isDigit = false
            }
        }
        if start < bytes.endIndex {
            if !isDigit { openListForWord() }
            add(item(bytes[start...], isDigit: isDigit))
        }
        return normalized(lists)
    }

    private static func item(_ bytes: VersionBytes, isDigit: Bool) -> MavenVersion.Item {
        isDigit ? .number(bytes) : .word(bytes)
    }

    /// One letter before a number stands for a word.
    private static func expanded(_ word: VersionBytes) -> VersionBytes {
        if word.equals("a") { return Array("alpha".utf8)[...] }
        if word.equals("b") { return Array("beta".utf8)[...] }
        if word.equals("m") { return Array("milestone".utf8)[...] }
        return word
    }

    /// Without what makes no difference: at the end of a list, and before text.
    private static func normalized(_ lists: [[MavenVersion.Item]]) -> [[MavenVersion.Item]] {
        var result: [[MavenVersion.Item]] = []
        for list in lists.reversed() {
            var list = list
            while list.last?.signToNothing == 0 { list.removeLast() }
            // An empty list in a list is nothing; the outermost stays whatever it is.
            if list.isEmpty && result.isEmpty && lists.count > 1 { continue }
            result.append(list)
        }
        if result.isEmpty { result = [[]] }
        return result.reversed()
    }
}
