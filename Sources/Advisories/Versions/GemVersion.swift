/// RubyGems: digits and letters in turn; a part with letters makes a version a prerelease.
enum GemVersion {
    static func compare(_ left: VersionBytes, _ right: VersionBytes) -> Int {
        let (left, right) = (canonical(left), canonical(right))
        let zero: VersionBytes = [UInt8(ascii: "0")]
        for index in 0..<max(left.count, right.count) {
            let part = index < left.count ? left[index] : zero
            let other = index < right.count ? right[index] : zero
            if part.isNumber != other.isNumber { return part.isNumber ? 1 : -1 }
            let difference = part.isNumber ? part.numericOrder(other) : part.byteOrder(other)
            if difference != 0 { return difference }
        }
        return 0
    }

    /// The version's parts, without the zeros that end its numbers and those that end its prerelease.
    private static func canonical(_ bytes: VersionBytes) -> [VersionBytes] {
        var rest = withoutPlatform(bytes)
        var numbers: [VersionBytes] = []
        var prerelease: [VersionBytes] = []
        func add(_ part: VersionBytes) {
            if prerelease.isEmpty && part.isNumber { numbers.append(part) } else { prerelease.append(part) }
        }
        while let byte = rest.first {
            if byte.isDigit {
                add(rest.take(while: \.isDigit))
            } else if byte.isLetter {
                add(rest.take(while: \.isLetter))
            } else {
                if byte == UInt8(ascii: "-") { add(Array("pre".utf8)[...]) }
                rest.removeFirst()
            }
        }
        return withoutZeros(numbers) + withoutZeros(prerelease)
    }

    private static func withoutZeros(_ parts: [VersionBytes]) -> [VersionBytes] {
        var parts = parts
        while let last = parts.last, last.isNumber, last.allSatisfy({ $0 == UInt8(ascii: "0") }) { parts.removeLast() }
        return parts
    }

    /// What a gem is built for stands behind its version in names, and is no part of it.
    private static let platforms: [StaticString] = [
        "x86", "x64", "java", "jruby", "mswin", "mingw", "arm", "aarch64", "universal", "amd64",
    ]

    private static func withoutPlatform(_ bytes: VersionBytes) -> VersionBytes {
        guard let hyphen = bytes.firstIndex(of: UInt8(ascii: "-")) else { return bytes }
        for platform in platforms {
            var suffix = bytes[(hyphen + 1)...]
            if suffix.drop(prefix: platform) { return bytes[..<hyphen] }
        }
        return bytes
    }
}
