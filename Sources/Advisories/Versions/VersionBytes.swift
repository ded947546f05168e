/// The bytes of a version, or of a part of one.
typealias VersionBytes = ArraySlice<UInt8>

/// The bytes of a version as it was written, without the blanks around it.
///
/// No real version is longer than a few dozen bytes. What is beyond the limit is not looked at, which bounds the time
/// that hostile text can take.
func versionBytes(_ text: String) -> VersionBytes {
    var bytes = Array(text.utf8.prefix(1024))[...]
    while let first = bytes.first, first <= 0x20 { bytes.removeFirst() }
    while let last = bytes.last, last <= 0x20 { bytes.removeLast() }
    return bytes
}

extension UInt8 {
    var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
    var isLowerLetter: Bool { self >= UInt8(ascii: "a") && self <= UInt8(ascii: "z") }
    var isUpperLetter: Bool { self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") }
    var isLetter: Bool { isLowerLetter || isUpperLetter }
    var lowercase: UInt8 { isUpperLetter ? self | 0x20 : self }
}

extension VersionBytes {
    /// Only digits, and at least one.
    var isNumber: Bool { !isEmpty && allSatisfy(\.isDigit) }

    /// In lower case, as far as ASCII goes.
    var lowercase: VersionBytes { map(\.lowercase)[...] }

    /// Equal to this text?
    func equals(_ text: StaticString) -> Bool {
        elementsEqual(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Removes the text from the start, if it is there.
    mutating func drop(prefix text: StaticString) -> Bool {
        let other = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        guard starts(with: other) else { return false }
        removeFirst(other.count)
        return true
    }

    /// Takes bytes from the start as long as they fit.
    mutating func take(while condition: (UInt8) -> Bool) -> VersionBytes {
        let taken = prefix(while: condition)
        self = self[taken.endIndex...]
        return taken
    }

    /// Compares digits as numbers of any length; nothing counts as zero.
    func numericOrder(_ other: VersionBytes) -> Int {
        let left = drop { $0 == UInt8(ascii: "0") }
        let right = other.drop { $0 == UInt8(ascii: "0") }
        if left.count != right.count { return left.count < right.count ? -1 : 1 }
        return left.byteOrder(right)
    }

    /// Compares byte by byte.
    func byteOrder(_ other: VersionBytes) -> Int {
        if lexicographicallyPrecedes(other) { return -1 }
        return other.lexicographicallyPrecedes(self) ? 1 : 0
    }
}
