/// Escape sequences and control characters in what a process prints.
enum ControlSequences {
    /// A line of output without anything that could move the cursor, change the title or ring; tabs stay, and colours
    /// when `keepingColor`, in which case the line ends in the colours it began with. Other bytes stay as they are,
    /// whether they are UTF-8 or not.
    static func cleaned(_ line: some Collection<UInt8>, keepingColor: Bool) -> [UInt8] {
        guard line.contains(where: { $0 < 0x20 && $0 != tab || $0 == 0x7F || $0 == 0xC2 }) else { return Array(line) }
        var result: [UInt8] = []
        result.reserveCapacity(line.count)
        var isColored = false
        var rest = Array(line)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case escape:
                let sequence = takeSequence(&rest)
                guard keepingColor, sequence.last == UInt8(ascii: "m"), sequence.first == UInt8(ascii: "[") else {
                    continue
                }
                result.append(escape)
                result += sequence
                isColored = sequence != Array("[m".utf8) && sequence != Array("[0m".utf8)
            case tab:
                result.append(byte)
            case 0..<0x20, 0x7F:
                continue
            case 0xC2 where rest.first.map { (0x80..<0xA0).contains($0) } ?? false:
                // The control characters above ASCII, of which one starts a sequence as ESC [ does.
                rest.removeFirst()
            default:
                result.append(byte)
            }
        }
        if isColored { result += Array("\u{1b}[0m".utf8) }
        return result
    }

    /// Text for one line of a display: control characters become blanks.
    static func singleLine(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return text }
        var line = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            line.append(scalar.properties.generalCategory == .control ? " " : scalar)
        }
        return String(line)
    }

    /// Takes what follows an ESC: `[31m`, `]0;title BEL`, `(B`. A sequence that is cut off takes all there is.
    static func takeSequence(_ rest: inout ArraySlice<UInt8>) -> [UInt8] {
        guard let first = rest.popFirst() else { return [] }
        var sequence = [first]
        switch first {
        case UInt8(ascii: "["):
            while let byte = rest.first {
                // Another control character: the sequence was cut off in the middle.
                if byte < 0x20 { break }
                rest.removeFirst()
                sequence.append(byte)
                if (0x40...0x7E).contains(byte) { break }
            }
        case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "_"), UInt8(ascii: "^"), UInt8(ascii: "X"):
            while let byte = rest.popFirst() {
                if byte == 0x07 { break }
                if byte == escape {
                    if rest.first == UInt8(ascii: "\\") { rest.removeFirst() }
                    break
                }
            }
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "#"), UInt8(ascii: "%"):
            if let byte = rest.popFirst() { sequence.append(byte) }
        default:
            break
        }
        return sequence
    }

    static let escape: UInt8 = 0x1B
    static let tab: UInt8 = 0x09
}
