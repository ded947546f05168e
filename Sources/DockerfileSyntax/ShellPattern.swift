/// A shell pattern of `*`, `?` and literal characters, as the operators `#`, `%` and `/` of variables use it.
///
/// Neither wildcard matches a line feed. Matching needs no backtracking: between two `*` stands a fixed segment, and
/// within a line the earliest (or, counted from the end, the latest) place of each segment never rules out another.
struct ShellPattern {
    private enum Token: Equatable {
        case one
        case literal(Unicode.Scalar)
    }

    /// What stands between the `*`; one more than there are `*`.
    private var segments: [[Token]] = [[]]

    /// An escape in front of a character that needs none.
    struct InvalidEscape: Error { var escape: String }

    init(_ text: String) throws(InvalidEscape) {
        var scalars = text.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            switch scalar {
            case "*": segments.append([])
            case "?": add(.one)
            case "\\":
                // `}` and `/` are escaped for the sake of the substitution around the pattern.
                let next = scalars.next()
                guard let next, "*?\\}/".unicodeScalars.contains(next) else {
                    throw InvalidEscape(escape: String(next ?? "\u{FFFD}"))
                }
                add(.literal(next))
            default: add(.literal(scalar))
            }
        }
    }

    private mutating func add(_ token: Token) { segments[segments.count - 1].append(token) }

    /// The text without the shortest or longest part at its start or end that matches.
    func trimming(_ text: String, atEnd: Bool, greedy: Bool) -> String {
        var scalars = Array(text.unicodeScalars)
        var pattern = self
        if atEnd {
            scalars.reverse()
            pattern.segments = segments.reversed().map { $0.reversed() }
        }
        var deadEnd = -1
        guard let end = pattern.matchEnd(scalars, from: 0, greedy: greedy, &deadEnd) else { return text }
        return ShellPattern.string(atEnd ? scalars[end...].reversed() : Array(scalars[end...]))
    }

    /// The text with the first match, or every match, replaced. Matches are leftmost and longest.
    func replacing(_ text: String, with replacement: String, all: Bool) -> String {
        let scalars = Array(text.unicodeScalars)
        var result: [Unicode.Scalar] = []
        var position = 0
        var previousEnd: Int?
        var deadEnd = -1
        while position <= scalars.count {
            if let end = matchEnd(scalars, from: position, greedy: true, &deadEnd), end > position || end != previousEnd
            {
                result += replacement.unicodeScalars
                if !all { return ShellPattern.string(result + scalars[end...]) }
                previousEnd = end
                if end > position {
                    position = end
                    continue
                }
            }
            if position < scalars.count { result.append(scalars[position]) }
            position += 1
        }
        return ShellPattern.string(result)
    }

    /// Where a match that begins at `start` ends. Greedy: every `*`, from the left, is as long as it can be.
    ///
    /// `deadEnd` is where a line ends in which no `*` can begin: what cannot be found from one place in a line cannot be
    /// found from a later one either. It saves searching the rest of a line from each of its places.
    private func matchEnd(
        _ text: [Unicode.Scalar], from start: Int, greedy: Bool, _ deadEnd: inout Int
    ) -> Int? {
        guard segmentMatches(0, text, at: start) else { return nil }
        if segments.count == 1 { return start + segments[0].count }
        if start + segments[0].count <= deadEnd { return nil }

        // Earliest places: they decide whether there is a match, and bound the places of each segment.
        var bounds: [ClosedRange<Int>] = []
        var position = start + segments[0].count
        for index in 1..<segments.count {
            let limit = text[position...].firstIndex(of: "\n") ?? text.count
            guard let place = (position...limit).first(where: { segmentMatches(index, text, at: $0) }) else {
                deadEnd = text[(start + segments[0].count)...].firstIndex(of: "\n") ?? text.count
                return nil
            }
            bounds.append(place...limit)
            position = place + segments[index].count
        }
        if !greedy { return position }

        var end = text.count
        var matchEnd = position
        for index in (1..<segments.count).reversed() {
            let bound = bounds[index - 1]
            let last = min(bound.upperBound, end - segments[index].count)
            guard last >= bound.lowerBound,
                let place = (bound.lowerBound...last).reversed().first(where: { segmentMatches(index, text, at: $0) })
            else { return nil }
            if index == segments.count - 1 { matchEnd = place + segments[index].count }
            end = place
        }
        return matchEnd
    }

    private func segmentMatches(_ index: Int, _ text: [Unicode.Scalar], at position: Int) -> Bool {
        let segment = segments[index]
        guard position + segment.count <= text.count else { return false }
        for (offset, token) in segment.enumerated() {
            switch token {
            case .one: if text[position + offset] == "\n" { return false }
            case .literal(let scalar): if text[position + offset] != scalar { return false }
            }
        }
        return true
    }

    private static func string(_ scalars: [Unicode.Scalar]) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }
}
