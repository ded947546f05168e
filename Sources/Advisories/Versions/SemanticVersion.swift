/// Semantic Versioning 2, with a leading `v` and any number of numeric components allowed.
enum SemanticVersion {
    static func compare(_ left: VersionBytes, _ right: VersionBytes) -> Int {
        let (left, right) = (Parts(left), Parts(right))
        var (core, otherCore) = (left.core, right.core)
        while !core.isEmpty || !otherCore.isEmpty {
            let difference = orderOfComponents(nextComponent(&core), nextComponent(&otherCore))
            if difference != 0 { return difference }
        }
        switch (left.label, right.label) {
        case (nil, nil): return 0
        case (nil, _): return 1
        case (_, nil): return -1
        case (let label?, let other?): return orderOfLabels(label, other)
        }
    }

    private struct Parts {
        var core: VersionBytes
        var label: VersionBytes?

        init(_ bytes: VersionBytes) {
            var bytes = bytes
            if let first = bytes.first, first.lowercase == UInt8(ascii: "v") || first == UInt8(ascii: "=") {
                bytes.removeFirst()
            }
            // What was built says nothing about the order.
            if let plus = bytes.firstIndex(of: UInt8(ascii: "+")) { bytes = bytes[..<plus] }
            core = bytes
            if let hyphen = bytes.firstIndex(of: UInt8(ascii: "-")) {
                core = bytes[..<hyphen]
                label = bytes[(hyphen + 1)...]
            }
        }
    }

    private static func nextComponent(_ bytes: inout VersionBytes) -> VersionBytes {
        let component = bytes.take { $0 != UInt8(ascii: ".") }
        bytes = bytes.dropFirst()
        return component
    }

    /// Numbers by their value, nothing as zero; what is no number is below all numbers.
    private static func orderOfComponents(_ left: VersionBytes, _ right: VersionBytes) -> Int {
        let (isNumber, isOtherNumber) = (left.allSatisfy(\.isDigit), right.allSatisfy(\.isDigit))
        if isNumber != isOtherNumber { return isNumber ? 1 : -1 }
        return isNumber ? left.numericOrder(right) : left.byteOrder(right)
    }

    private static func orderOfLabels(_ left: VersionBytes, _ right: VersionBytes) -> Int {
        var (left, right) = (left, right)
        while !left.isEmpty && !right.isEmpty {
            let (part, other) = (nextComponent(&left), nextComponent(&right))
            let difference: Int
            switch (part.isNumber, other.isNumber) {
            case (true, true): difference = part.numericOrder(other)
            case (true, false): difference = -1
            case (false, true): difference = 1
            case (false, false): difference = part.byteOrder(other)
            }
            if difference != 0 { return difference }
        }
        if left.isEmpty { return right.isEmpty ? 0 : -1 }
        return 1
    }
}
