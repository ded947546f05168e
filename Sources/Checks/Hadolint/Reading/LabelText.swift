/// What values of labels must look like.
enum LabelText {
    /// A scheme and something behind it, in characters that URLs have.
    static func isURL(_ text: String) -> Bool {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")), let first = text.utf8.first, isLetter(first)
        else { return false }
        let scheme = text.utf8[..<colon]
        guard scheme.allSatisfy({ isLetter($0) || isDigit($0) || "+-.".utf8.contains($0) }) else { return false }
        let rest = Array(text.utf8[text.utf8.index(after: colon)...])
        var index = 0
        while index < rest.count {
            let byte = rest[index]
            if byte == UInt8(ascii: "%") {
                guard index + 2 < rest.count, isHex(rest[index + 1]), isHex(rest[index + 2]) else { return false }
                index += 3
            } else {
                guard isLetter(byte) || isDigit(byte) || "-._~:/?#[]@!$&'()*+,;=".utf8.contains(byte) else {
                    return false
                }
                index += 1
            }
        }
        // Brackets only stand around an address in front of the path.
        return rest.filter { $0 == UInt8(ascii: "#") }.count <= 1
    }

    /// `2024-05-01T12:00:00Z`, with fractions of seconds and with an offset.
    static func isTime(_ text: String) -> Bool {
        var bytes = Array(text.utf8)[...]
        func number(_ count: Int) -> Int? {
            guard bytes.count >= count, bytes.prefix(count).allSatisfy(isDigit) else { return nil }
            let value = bytes.prefix(count).reduce(0) { $0 * 10 + Int($1 - 0x30) }
            bytes = bytes.dropFirst(count)
            return value
        }
        func take(_ wanted: String) -> Bool {
            guard let first = bytes.first, wanted.utf8.contains(first) else { return false }
            bytes = bytes.dropFirst()
            return true
        }
        guard let year = number(4), take("-"), let month = number(2), take("-"), let day = number(2), take("Tt "),
            let hour = number(2), take(":"), let minute = number(2), take(":"), let second = number(2)
        else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1...12).contains(month), (1...days[month - 1]).contains(day), hour < 24, minute < 60, second <= 60
        else { return false }
        if take(".") {
            guard let first = bytes.first, isDigit(first) else { return false }
            bytes = bytes.drop(while: isDigit)
        }
        if take("Zz") { return bytes.isEmpty }
        guard take("+-"), let hours = number(2), take(":"), let minutes = number(2) else { return false }
        return bytes.isEmpty && hours < 24 && minutes < 60
    }

    /// The short or the long hash of a commit.
    static func isCommit(_ text: String) -> Bool {
        (text.utf8.count == 7 || text.utf8.count == 40)
            && text.utf8.allSatisfy { isDigit($0) || $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "f") }
    }

    /// `1.2.3`, with what semantic versioning allows behind it.
    static func isVersion(_ text: String) -> Bool {
        var rest = Substring(text)
        var build: Substring?
        if let plus = rest.firstIndex(of: "+") {
            build = rest[rest.index(after: plus)...]
            rest = rest[..<plus]
        }
        var release: Substring?
        if let dash = rest.firstIndex(of: "-") {
            release = rest[rest.index(after: dash)...]
            rest = rest[..<dash]
        }
        let numbers = rest.split(separator: ".", omittingEmptySubsequences: false)
        guard numbers.count == 3, numbers.allSatisfy({ isNumber($0) }) else { return false }
        func identifiers(_ text: Substring, _ isValid: (Substring) -> Bool) -> Bool {
            text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
                !part.isEmpty && part.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") }
                    && isValid(part)
            }
        }
        return (release.map { identifiers($0) { !$0.utf8.allSatisfy(isDigit) || isNumber($0) } } ?? true)
            && (build.map { identifiers($0) { _ in true } } ?? true)
    }

    /// Something, an `@`, and a name of a host.
    static func isEmail(_ text: String) -> Bool {
        guard let at = text.lastIndex(of: "@") else { return false }
        let local = text[..<at]
        let domain = text[text.index(after: at)...]
        func isAtom(_ part: Substring) -> Bool {
            !part.isEmpty
                && part.utf8.allSatisfy { isLetter($0) || isDigit($0) || "!#$%&'*+-/=?^_`{|}~".utf8.contains($0) }
        }
        let isQuoted = local.count > 2 && local.hasPrefix("\"") && local.hasSuffix("\"")
        guard isQuoted || local.split(separator: ".", omittingEmptySubsequences: false).allSatisfy(isAtom) else {
            return false
        }
        if domain.hasPrefix("["), domain.hasSuffix("]") { return domain.count > 2 }
        let parts = domain.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count > 1
            && parts.allSatisfy { part in
                !part.isEmpty && !part.hasPrefix("-") && !part.hasSuffix("-")
                    && part.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") }
            }
    }

    private static func isNumber(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy(isDigit) && (text == "0" || !text.hasPrefix("0"))
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        let letter = byte | 0x20
        return letter >= UInt8(ascii: "a") && letter <= UInt8(ascii: "z")
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    private static func isHex(_ byte: UInt8) -> Bool {
        let letter = byte | 0x20
        return isDigit(byte) || letter >= UInt8(ascii: "a") && letter <= UInt8(ascii: "f")
    }
}
