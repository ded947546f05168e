/// The order that setuptools had before PEP 440, for versions that are no versions by it.
enum LegacyPythonVersion {
    static func compare(_ left: VersionBytes, _ right: VersionBytes) -> Int {
        let (left, right) = (parts(left), parts(right))
        for (part, other) in zip(left, right) {
            let difference = order(part, other)
            if difference != 0 { return difference }
        }
        return left.count - right.count
    }

    private enum Part: Equatable {
        case number(VersionBytes)
        /// Starred in setuptools, so that words are below numbers.
        case word(VersionBytes)

        static let final = Part.word(Array("final".utf8)[...])
        /// What a hyphen stands for.
        static let patch = Part.word(Array("final-".utf8)[...])
    }

    private static func order(_ left: Part, _ right: Part) -> Int {
        switch (left, right) {
        case (.number(let number), .number(let other)): number.numericOrder(other)
        case (.word(let word), .word(let other)): word.byteOrder(other)
        case (.word, .number): -1
        case (.number, .word): 1
        }
    }

    private static func parts(_ bytes: VersionBytes) -> [Part] {
        var rest = bytes
        var parts: [Part] = []
        while let first = rest.first {
            if first.isDigit {
                parts.append(.number(rest.take(while: \.isDigit)))
                continue
            }
            if first == UInt8(ascii: ".") {
                rest.removeFirst()
                continue
            }
            let part: Part
            if first == UInt8(ascii: "-") {
                rest.removeFirst()
                part = .patch
            } else if first.isLowerLetter {
                part = .word(synonym(rest.take(while: \.isLowerLetter)))
            } else {
                part = .word(rest.take { !$0.isDigit && !$0.isLowerLetter && $0 != 0x2E && $0 != 0x2D })
            }
            add(part, to: &parts)
        }
        add(.final, to: &parts)
        return parts
    }

    private static func add(_ part: Part, to parts: inout [Part]) {
        if case .word(let word) = part, word.byteOrder(Array("final".utf8)[...]) < 0 {
            // A hyphen before a prerelease means nothing.
            while parts.last == .patch { parts.removeLast() }
        }
        // Zeros at the end of numbers do not count.
        while case .number(let digits)? = parts.last, digits.allSatisfy({ $0 == UInt8(ascii: "0") }) {
            parts.removeLast()
        }
        parts.append(part)
    }

    private static func synonym(_ word: VersionBytes) -> VersionBytes {
        if word.equals("pre") || word.equals("preview") || word.equals("rc") { return [UInt8(ascii: "c")] }
        if word.equals("dev") { return [UInt8(ascii: "@")] }
        return word
    }
}
