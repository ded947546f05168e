/// Maven's ComparableVersion.
///
/// A version is a list of items whose last may be a list again: each hyphen, and each change between digits and letters,
/// opens one. The lists are therefore a chain, and are compared as one row of items with the opened lists among them.
///
/// What follows equal items is older than nothing, as `-alpha` and `.0.rc.1` are, or newer, and that decides first. Else the
/// order would go in a circle, as Maven's own does: `1-sp` is newer than `1`, which is newer than `1.0.rc.1`, and to Maven
/// that is newer than `1-sp`, since a number stands against a list there.
enum MavenVersion {
    static func compare(_ left: VersionBytes, _ right: VersionBytes) -> Int {
        let items = MavenVersionParser.items(left.lowercase)
        let others = MavenVersionParser.items(right.lowercase)
        let (signs, otherSigns) = (signsToNothing(items), signsToNothing(others))
        var index = 0
        while true {
            if signs[index] != otherSigns[index] { return signs[index] - otherSigns[index] }
            guard index < items.count, index < others.count else { return 0 }
            let difference = items[index].order(others[index])
            if difference != 0 { return difference }
            index += 1
        }
    }

    /// For each item, and for the end: is what begins there older or newer than nothing?
    private static func signsToNothing(_ items: [Item]) -> [Int] {
        var signs = [0]
        for item in items.reversed() {
            let sign = item.signToNothing
            signs.append(sign != 0 ? sign : signs[signs.count - 1])
        }
        return signs.reversed()
    }

    /// A part of a version.
    enum Item {
        case number(VersionBytes)
        case word(VersionBytes)
        /// From here on, the items of an inner list.
        case list

        /// Older than nothing, the same, which makes no difference at the end of a list, or newer?
        var signToNothing: Int {
            switch self {
            case .number(let digits): digits.numericOrder([]).signum()
            case .word(let word): Self.orderOfWords(word, []).signum()
            case .list: 0
            }
        }

        func order(_ other: Item) -> Int {
            switch (self, other) {
            case (.number(let digits), .number(let others)): digits.numericOrder(others)
            case (.word(let word), .word(let other)): Self.orderOfWords(word, other)
            default: kind - other.kind
            }
        }

        private var kind: Int {
            switch self {
            case .word: 0
            case .list: 1
            case .number: 2
            }
        }

        private enum Rank: Equatable {
            case known(Int)
            case unknown
        }

        private static let releaseRank = 5

        private static func rank(_ word: VersionBytes) -> Rank {
            let words: [(name: StaticString, rank: Int)] = [
                ("alpha", 0), ("beta", 1), ("milestone", 2), ("rc", 3), ("cr", 3), ("snapshot", 4), ("", releaseRank),
                ("ga", releaseRank), ("final", releaseRank), ("release", releaseRank), ("sp", 6),
            ]
            return words.first { word.equals($0.name) }.map { .known($0.rank) } ?? .unknown
        }

        private static func orderOfWords(_ left: VersionBytes, _ right: VersionBytes) -> Int {
            switch (rank(left), rank(right)) {
            case (.known(let rank), .known(let other)): rank - other
            case (.known, .unknown): -1
            case (.unknown, .known): 1
            case (.unknown, .unknown): left.byteOrder(right)
            }
        }
    }
}
