/// `[epoch:]upstream[-revision]` in dpkg's order (deb-version(7)).
enum DebianVersion {
    static func compare(_ left: VersionBytes, _ right: VersionBytes) -> Int {
        let (left, right) = (Parts(left), Parts(right))
        let epoch = left.epoch.numericOrder(right.epoch)
        if epoch != 0 { return epoch }
        let upstream = order(left.upstream, right.upstream)
        return upstream != 0 ? upstream : order(left.revision, right.revision)
    }

    private struct Parts {
        var epoch: VersionBytes = []
        var upstream: VersionBytes
        var revision: VersionBytes = []

        init(_ bytes: VersionBytes) {
            upstream = bytes
            if let colon = bytes.firstIndex(of: UInt8(ascii: ":")), bytes[..<colon].isNumber {
                epoch = bytes[..<colon]
                upstream = bytes[(colon + 1)...]
            }
            if let hyphen = upstream.lastIndex(of: UInt8(ascii: "-")) {
                revision = upstream[(hyphen + 1)...]
                upstream = upstream[..<hyphen]
            }
        }
    }

    /// Runs of other characters and runs of digits, in turn.
    private static func order(_ left: VersionBytes, _ right: VersionBytes) -> Int {
        var (left, right) = (left, right)
        while !left.isEmpty || !right.isEmpty {
            var (text, otherText) = (left.take { !$0.isDigit }, right.take { !$0.isDigit })
            while !text.isEmpty || !otherText.isEmpty {
                let difference = weight(text.popFirst()) - weight(otherText.popFirst())
                if difference != 0 { return difference }
            }
            let number = left.take(while: \.isDigit).numericOrder(right.take(while: \.isDigit))
            if number != 0 { return number }
        }
        return 0
    }

    /// A tilde is before the end, the end before letters, and these before everything else.
    private static func weight(_ byte: UInt8?) -> Int {
        guard let byte else { return 0 }
        if byte == UInt8(ascii: "~") { return -1 }
        return byte.isLetter ? Int(byte) : Int(byte) + 256
    }
}
