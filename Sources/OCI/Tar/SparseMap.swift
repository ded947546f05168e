/// The parts of a file with holes that are in the archive; everything between them reads as zeros.
struct SparseMap {
    struct Extent {
        var offset: Int64
        var length: Int64
    }
    var extents: [Extent]
    var realSize: Int64

    /// More extents than an honest writer makes; stops a map from eating memory.
    static let limit = 1 << 20

    /// Do the extents follow each other inside the file, and fill what is stored?
    func isValid(stored: Int64) -> Bool {
        var end: Int64 = 0
        var total: Int64 = 0
        for extent in extents {
            guard extent.offset >= end, extent.length >= 0 else { return false }
            let (next, overflow) = extent.offset.addingReportingOverflow(extent.length)
            guard !overflow, next <= realSize else { return false }
            end = next
            total += extent.length
        }
        return total == stored && realSize >= 0
    }
}

/// GNU tar's three ways to put a sparse map into extended headers (GNU tar manual, "Storing Sparse Files").
struct PaxSparse {
    var major: Int64?
    var minor: Int64?
    var name: PathBytes?
    var realSize: Int64?
    var numbers: [Int64] = []

    /// Formats 0.0 and 0.1 have the map in the records.
    var isInline: Bool { major == nil && !numbers.isEmpty || major == 0 && realSize != nil }
    /// Format 1.0 has it in front of the content.
    var isInContent: Bool { major == 1 && minor == 0 }

    /// - Returns: false for a malformed value.
    mutating func set(_ key: some StringProtocol, _ value: ArraySlice<UInt8>) -> Bool {
        switch key {
        case "major":
            major = decimal(value)
            return major != nil
        case "minor":
            minor = decimal(value)
            return minor != nil
        case "name":
            name = value.contains(0) ? nil : Array(value)
            return name != nil
        case "size", "realsize":
            realSize = decimal(value)
            return realSize != nil
        case "offset", "numbytes":
            // Format 0.0: one pair of records per extent, in order.
            guard let number = decimal(value), numbers.count < SparseMap.limit * 2 else { return false }
            guard numbers.count % 2 == (key == "offset" ? 0 : 1) else { return false }
            numbers.append(number)
            return true
        case "map":
            numbers = []
            for part in value.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
                guard let number = decimal(part), numbers.count < SparseMap.limit * 2 else { return false }
                numbers.append(number)
            }
            return numbers.count % 2 == 0
        default:
            return true
        }
    }

    /// The map of formats 0.0 and 0.1.
    func inlineMap() -> SparseMap? {
        guard let realSize, numbers.count % 2 == 0 else { return nil }
        let extents = stride(from: 0, to: numbers.count, by: 2).map {
            SparseMap.Extent(offset: numbers[$0], length: numbers[$0 + 1])
        }
        return SparseMap(extents: extents, realSize: realSize)
    }
}
