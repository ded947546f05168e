/// A key of the browser.
public enum BrowserKey: Hashable, Sendable {
    case up, down, left, right, pageUp, pageDown, home, end, enter, tab, backTab, escape, backspace
    /// A character.
    case character(Character)
    /// A letter with the control key.
    case control(Character)

    /// The keys in what a terminal sent. What no key is known for is left out; a sequence that is not complete stays in
    /// `bytes`.
    public static func read(_ bytes: inout [UInt8], isComplete: Bool) -> [BrowserKey] {
        var keys: [BrowserKey] = []
        while let first = bytes.first {
            switch first {
            case 0x1B:
                guard bytes.count > 1 else {
                    if !isComplete { return keys }
                    bytes.removeFirst()
                    keys.append(.escape)
                    continue
                }
                guard bytes[1] == UInt8(ascii: "[") || bytes[1] == UInt8(ascii: "O") else {
                    bytes.removeFirst()
                    keys.append(.escape)
                    continue
                }
                // Parameters, then one letter or ~.
                guard let end = bytes.dropFirst(2).firstIndex(where: { (0x40...0x7E).contains($0) }) else {
                    if isComplete || bytes.count > 32 { bytes.removeAll() }
                    return keys
                }
                if let key = sequence(bytes[2..<end], bytes[end]) { keys.append(key) }
                bytes.removeFirst(end + 1)
            case 0x0D, 0x0A: take(&bytes, &keys, .enter)
            case 0x09: take(&bytes, &keys, .tab)
            case 0x08, 0x7F: take(&bytes, &keys, .backspace)
            case 1...26: take(&bytes, &keys, .control(Character(Unicode.Scalar(first + 96))))
            case 0..<0x20: bytes.removeFirst()
            default:
                let length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
                guard bytes.count >= length else {
                    if isComplete { bytes.removeAll() }
                    return keys
                }
                let text = String(decoding: bytes.prefix(length), as: UTF8.self)
                bytes.removeFirst(length)
                if let character = text.first, text.count == 1, character != "\u{FFFD}" {
                    keys.append(.character(character))
                }
            }
        }
        return keys
    }

    private static func take(_ bytes: inout [UInt8], _ keys: inout [BrowserKey], _ key: BrowserKey) {
        bytes.removeFirst()
        keys.append(key)
    }

    private static func sequence(_ parameters: ArraySlice<UInt8>, _ final: UInt8) -> BrowserKey? {
        switch (String(decoding: parameters, as: UTF8.self), final) {
        case (_, UInt8(ascii: "A")): .up
        case (_, UInt8(ascii: "B")): .down
        case (_, UInt8(ascii: "C")): .right
        case (_, UInt8(ascii: "D")): .left
        case (_, UInt8(ascii: "H")), ("1", UInt8(ascii: "~")), ("7", UInt8(ascii: "~")): .home
        case (_, UInt8(ascii: "F")), ("4", UInt8(ascii: "~")), ("8", UInt8(ascii: "~")): .end
        case ("5", UInt8(ascii: "~")): .pageUp
        case ("6", UInt8(ascii: "~")): .pageDown
        case (_, UInt8(ascii: "Z")): .backTab
        default: nil
        }
    }
}
