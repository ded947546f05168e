/// How many columns of a terminal text takes.
///
/// Follows what terminals do with Unicode's East Asian Width: wide characters take two columns, marks that combine with
/// the one before take none. A character that consists of several scalars (an emoji with a skin colour, a flag) is as
/// wide as its widest scalar.
enum DisplayWidth {
    /// Columns of a text without control characters.
    static func columns(_ text: some StringProtocol) -> Int {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
        return text.reduce(0) { $0 + columns($1) }
    }

    /// Columns of one character.
    static func columns(_ character: Character) -> Int {
        var widest = 0
        for scalar in character.unicodeScalars {
            // A variation selector asks for the picture form, which is wide.
            if scalar.value == 0xFE0F { widest = 2 }
            widest = max(widest, columns(scalar))
        }
        return widest
    }

    /// Columns of one scalar.
    static func columns(_ scalar: Unicode.Scalar) -> Int {
        let value = scalar.value
        if value < 0x300 { return value < 0x20 || (0x7F..<0xA0).contains(value) ? 0 : 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return 0
        default: break
        }
        if scalar.properties.isEmojiPresentation { return 2 }
        return wide.contains { $0.contains(value) } ? 2 : 1
    }

    /// The blocks whose characters have the East Asian Width W or F.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
        0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60,
        0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1B000...0x1B2FF, 0x1F200...0x1F2FF, 0x20000...0x3FFFD,
    ]

    /// The text cut to so many columns, with `mark` at its end when something was cut off.
    static func clipped(_ text: String, to limit: Int, mark: String = "…") -> String {
        guard columns(text) > limit else { return text }
        var room = limit - columns(mark)
        guard room >= 0 else { return "" }
        var kept = ""
        for character in text {
            let width = columns(character)
            if width > room { break }
            room -= width
            kept.append(character)
        }
        return kept + mark
    }
}
