/// `[epoch:]version[-release]` in rpm's order (`rpmvercmp`). A missing epoch is 0.
enum RPMVersion {
    static func compare(_ left: VersionBytes, _ right: VersionBytes) -> Int {
        let (left, right) = (Parts(left), Parts(right))
        let epoch = order(left.epoch, right.epoch)
        if epoch != 0 { return epoch }
        let version = order(left.version, right.version)
        if version != 0 { return version }
        switch (left.release, right.release) {
        case (nil, nil): return 0
        case (nil, _): return -1
        case (_, nil): return 1
        case (let release?, let other?): return order(release, other)
        }
    }

    private struct Parts {
        var epoch: VersionBytes = [UInt8(ascii: "0")]
        var version: VersionBytes
        var release: VersionBytes?

        init(_ bytes: VersionBytes) {
            version = bytes
            if let colon = bytes.firstIndex(of: UInt8(ascii: ":")) {
                epoch = bytes[..<colon]
                version = bytes[(colon + 1)...]
            }
            if let hyphen = version.lastIndex(of: UInt8(ascii: "-")) {
                release = version[(hyphen + 1)...]
                version = version[..<hyphen]
            }
        }
    }

    private static func isPart(_ byte: UInt8) -> Bool {
        byte.isDigit || byte.isLetter || byte == UInt8(ascii: "~") || byte == UInt8(ascii: "^")
    }

    private static func order(_ left: VersionBytes, _ right: VersionBytes) -> Int {
        var (left, right) = (left, right)
        while !left.isEmpty || !right.isEmpty {
            left = left.drop { !isPart($0) }
            right = right.drop { !isPart($0) }
            // A tilde is lower than anything, the end included.
            let tilde = UInt8(ascii: "~")
            if left.first == tilde || right.first == tilde {
                if left.first != tilde { return 1 }
                if right.first != tilde { return -1 }
                left.removeFirst()
                right.removeFirst()
                continue
            }
            // A caret is higher than the end and lower than anything more.
            let caret = UInt8(ascii: "^")
            if left.first == caret || right.first == caret {
                if left.isEmpty { return -1 }
                if right.isEmpty { return 1 }
                if left.first != caret { return 1 }
                if right.first != caret { return -1 }
                left.removeFirst()
                right.removeFirst()
                continue
            }
            guard let first = left.first, let other = right.first else { break }
            if first.isDigit != other.isDigit { return first.isDigit ? 1 : -1 }
            let difference =
                first.isDigit
                ? left.take(while: \.isDigit).numericOrder(right.take(while: \.isDigit))
                : left.take(while: \.isLetter).byteOrder(right.take(while: \.isLetter))
            if difference != 0 { return difference }
        }
        if left.isEmpty { return right.isEmpty ? 0 : -1 }
        return 1
    }
}
