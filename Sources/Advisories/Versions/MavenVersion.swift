/// Maven's ComparableVersion.
///
/// A version is a list of items whose last may be a list again: each hyphen, and each change between digits and letters,
/// opens one. The lists are therefore a chain, which is compared in a loop.
enum MavenVersion {
    static func compare(_ left: VersionBytes, _ right: VersionBytes) -> Int {
        let (left, right) = (MavenVersionParser.lists(left.lowercase), MavenVersionParser.lists(right.lowercase))
        var depth = 0
        while true {
            let list = depth < left.count ? left[depth] : []
            let other = depth < right.count ? right[depth] : []
            // One more than the items: the inner list.
            let (end, otherEnd) = (depth + 1 < left.count, depth + 1 < right.count)
            var goesDeeper = false
            for index in 0..<max(list.count + (end ? 1 : 0), other.count + (otherEnd ? 1 : 0)) {
                let item = index < list.count ? list[index] : nil
                let otherItem = index < other.count ? other[index] : nil
                let isList = index == list.count && end
                let isOtherList = index == other.count && otherEnd
                switch (isList, isOtherList) {
                case (true, true): goesDeeper = true
                case (true, false):
                    let difference = orderOfList(left[(depth + 1)...], otherItem)
                    if difference != 0 { return difference }
                case (false, true):
                    let difference = orderOfList(right[(depth + 1)...], item)
                    if difference != 0 { return -difference }
                case (false, false):
                    let difference = item.map { $0.order(otherItem) } ?? -(otherItem?.order(nil) ?? 0)
                    if difference != 0 { return difference }
                }
            }
            guard goesDeeper else { return 0 }
            depth += 1
        }
    }

    /// A list compared with something that is none.
    private static func orderOfList(_ lists: ArraySlice<[Item]>, _ item: Item?) -> Int {
        switch item {
        case .number: return -1
        case .word: return 1
        case nil:
            for item in lists.joined() {
                let difference = item.order(nil)
                if difference != 0 { return difference }
            }
            return 0
        }
    }

    /// A part of a version.
    enum Item {
        case number(VersionBytes)
        case word(VersionBytes)
        /// Does it make no difference at the end of a list?
        var isNull: Bool {
            switch self {
            case .number(let digits): digits.allSatisfy { $0 == UInt8(ascii: "0") }
            case .word(let word): Self.rank(word) == .known(Self.releaseRank)
            }
        }

        func order(_ other: Item?) -> Int {
            switch (self, other) {
            case (.number(let digits), nil): return digits.numericOrder([])
            case (.number(let digits), .number(let others)): return digits.numericOrder(others)
            case (.number, .word): return 1
            case (.word, .number): return -1
            case (.word(let word), nil): return Self.orderOfWords(word, [])
            case (.word(let word), .word(let other)): return Self.orderOfWords(word, other)
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
