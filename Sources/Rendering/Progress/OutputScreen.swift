/// The last lines of what a process printed, as they would stand on a terminal.
///
/// Programs that draw progress go back to the start of the line, erase it, or move up a few lines; a display that shows
/// the bytes as they came would show every state of a bar as a line of its own. Colours are dropped.
struct OutputScreen: Sendable {
    /// Lines that are kept.
    static let height = 24
    /// Characters of a line that are kept; what follows is dropped until the next line.
    static let lineLimit = 2048

    private var lines: [[Unicode.Scalar]] = [[]]
    private var row = 0
    private var column = 0
    /// The start of a character or sequence whose end has not come yet.
    private var rest: [UInt8] = []

    /// Takes over output.
    mutating func write(_ bytes: [UInt8]) {
        // Only what ends up on the screen is worth the work.
        var bytes = bytes[...]
        if bytes.count > Self.height * Self.lineLimit {
            bytes = bytes.suffix(Self.height * Self.lineLimit)
            if let end = bytes.firstIndex(of: UInt8(ascii: "\n")) { bytes = bytes[(end + 1)...] }
            self = OutputScreen()
        }
        var input = rest.isEmpty ? bytes : (rest + bytes)[...]
        rest = []
        while let byte = input.first {
            switch byte {
            case ControlSequences.escape:
                if Self.isCutOff(input), input.count < 256 {
                    rest = Array(input)
                    return
                }
                input.removeFirst()
                apply(ControlSequences.takeSequence(&input))
            case UInt8(ascii: "\n"):
                input.removeFirst()
                lineFeed()
            case UInt8(ascii: "\r"):
                input.removeFirst()
                column = 0
            case 0x08:
                input.removeFirst()
                column = max(0, column - 1)
            case ControlSequences.tab:
                input.removeFirst()
                repeat { put(" ") } while column % 8 != 0
            case 0..<0x20, 0x7F:
                input.removeFirst()
            case 0..<0x80:
                input.removeFirst()
                put(Unicode.Scalar(byte))
            default:
                guard let scalar = Self.takeScalar(&input) else {
                    rest = Array(input)
                    return
                }
                if scalar.properties.generalCategory != .control { put(scalar) }
            }
        }
    }

    /// At most so many of the last lines; an empty line at the end is not one.
    func lastLines(_ count: Int) -> [String] {
        var shown = lines[...]
        while let last = shown.last, last.allSatisfy({ $0 == " " }) { shown.removeLast() }
        return shown.suffix(count).map { scalars in
            var text = String.UnicodeScalarView()
            text.append(contentsOf: scalars)
            return String(text).trimmedRight
        }
    }

    private mutating func put(_ scalar: Unicode.Scalar) {
        guard column < Self.lineLimit else { return }
        while lines[row].count < column { lines[row].append(" ") }
        if column < lines[row].count { lines[row][column] = scalar } else { lines[row].append(scalar) }
        column += 1
    }

    private mutating func lineFeed() {
        column = 0
        row += 1
        guard row == lines.count else { return }
        lines.append([])
        if lines.count > Self.height {
            lines.removeFirst()
            row -= 1
        }
    }

    /// Cursor movements and erasures; anything else is ignored.
    private mutating func apply(_ sequence: [UInt8]) {
        guard sequence.first == UInt8(ascii: "["), let final = sequence.last, sequence.count >= 2 else { return }
        let parameters = sequence.dropFirst().dropLast().split(separator: UInt8(ascii: ";"))
        let first = parameters.first.flatMap { Int(String(decoding: $0, as: UTF8.self)) }
        let distance = min(max(first ?? 1, 1), Self.lineLimit)
        switch final {
        case UInt8(ascii: "A"), UInt8(ascii: "F"):
            row = max(0, row - distance)
            if final == UInt8(ascii: "F") { column = 0 }
        case UInt8(ascii: "B"), UInt8(ascii: "E"):
            row = min(lines.count - 1, row + distance)
            if final == UInt8(ascii: "E") { column = 0 }
        case UInt8(ascii: "C"):
            column = min(Self.lineLimit, column + distance)
        case UInt8(ascii: "D"):
            column = max(0, column - distance)
        case UInt8(ascii: "G"):
            column = distance - 1
        case UInt8(ascii: "K"):
            switch first ?? 0 {
            case 0: if column < lines[row].count { lines[row].removeSubrange(column...) }
            case 1: for index in lines[row].indices.prefix(column + 1) { lines[row][index] = " " }
            default: lines[row] = []
            }
        case UInt8(ascii: "J"):
            switch first ?? 0 {
            case 0:
                if column < lines[row].count { lines[row].removeSubrange(column...) }
                lines.removeSubrange((row + 1)...)
            case 1: break
            default: self = OutputScreen()
            }
        default:
            break
        }
    }

    /// Whether the sequence at the start of the input is still to be continued.
    private static func isCutOff(_ input: ArraySlice<UInt8>) -> Bool {
        guard let kind = input.dropFirst().first else { return true }
        let body = input.dropFirst(2)
        switch kind {
        case UInt8(ascii: "["): return !body.contains { (0x40...0x7E).contains($0) || $0 < 0x20 }
        case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "_"), UInt8(ascii: "^"), UInt8(ascii: "X"):
            return !body.contains { $0 == 0x07 || $0 == ControlSequences.escape }
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "#"), UInt8(ascii: "%"): return body.isEmpty
        default: return false
        }
    }

    /// Takes a scalar of several bytes; U+FFFD for what is not UTF-8, nil when more bytes are needed.
    private static func takeScalar(_ input: inout ArraySlice<UInt8>) -> Unicode.Scalar? {
        let length =
            switch input[input.startIndex] {
            case 0xC2...0xDF: 2
            case 0xE0...0xEF: 3
            case 0xF0...0xF4: 4
            default: 1
            }
        let bytes = input.prefix(length)
        let isContinued = bytes.dropFirst().allSatisfy { $0 & 0xC0 == 0x80 }
        if bytes.count < length, isContinued { return nil }
        let text = String(decoding: bytes, as: UTF8.self).unicodeScalars
        guard length > 1, isContinued, text.count == 1, let scalar = text.first else {
            input.removeFirst()
            return "\u{FFFD}"
        }
        input.removeFirst(length)
        return scalar
    }
}
