/// The content of a file that is imported: looked at first, then read line by line or as a whole.
struct ImportText {
    private let entry: ImportFile.Entry
    private var buffer: [UInt8] = []
    private var start = 0
    private var isAtEnd = false

    /// A single document may be as large as this, a line a sixteenth of it.
    static let documentLimit = 256 << 20
    static let lineLimit = 16 << 20

    init(_ entry: ImportFile.Entry) { self.entry = entry }

    /// The first byte that is not blank; nil for a file without one.
    mutating func firstByte() throws(AdvisoriesError) -> UInt8? {
        while true {
            let mark = buffer.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
            let index = buffer[mark...].firstIndex { $0 > 0x20 }
            if let index { return buffer[index] }
            guard buffer.count < 1 << 20, try fill() else { return nil }
        }
    }

    /// Whether the first line is a whole value and others follow.
    mutating func isLines() throws(AdvisoriesError) -> Bool {
        var searched = 0
        while true {
            if let end = buffer[searched...].firstIndex(of: 0x0A) {
                guard JSONCursor.isValue(Array(buffer[..<end])) else { return false }
                if buffer[end...].contains(where: { $0 > 0x20 }) { return true }
                guard try fill() else { return false }
                continue
            }
            searched = buffer.count
            guard buffer.count < Self.lineLimit, try fill() else { return false }
        }
    }

    /// The next line without its end; nil after the last.
    mutating func line() throws(AdvisoriesError) -> [UInt8]? {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: 0x0A) {
                defer { start = end + 1 }
                return Array(buffer[start..<end])
            }
            searched = buffer.count
            if isAtEnd || buffer.count - start > Self.lineLimit {
                guard isAtEnd else { throw .tooLarge(path: entry.name, limit: Int64(Self.lineLimit)) }
                guard start < buffer.count else { return nil }
                defer { start = buffer.count }
                return Array(buffer[start...])
            }
            if start > 0 {
                buffer.removeFirst(start)
                searched -= start
                start = 0
            }
            _ = try fill()
        }
    }

    /// Everything that is left.
    mutating func rest() throws(AdvisoriesError) -> [UInt8] {
        while try fill() {
            guard buffer.count <= Self.documentLimit else {
                throw .tooLarge(path: entry.name, limit: Int64(Self.documentLimit))
            }
        }
        defer { buffer = [] }
        return start > 0 ? Array(buffer[start...]) : buffer
    }

    private mutating func fill() throws(AdvisoriesError) -> Bool {
        guard !isAtEnd else { return false }
        let bytes = try entry.read()
        if bytes.isEmpty { isAtEnd = true }
        buffer.append(contentsOf: bytes)
        return !bytes.isEmpty
    }
}
