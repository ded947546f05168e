import OCI

/// The members of one layer's tar in order, each with what it takes up. Packed, for layers of millions of members.
public struct LayerContents: Sendable {
    /// A member of the tar.
    struct Member: Sendable {
        var name: Range<Int>
        var link: Range<Int>
        /// The length of the content; for a sparse file with its holes.
        var size: Int64
        /// The bytes of the tar that it takes up: its headers, content and padding.
        var stored: Int64 = 0
        var digest: ContentDigest
        var uid: UInt32
        var gid: UInt32
        var mode: UInt16
        var kind: TarEntry.Kind
    }

    /// The members.
    private(set) var members: [Member] = []
    private var text: [UInt8] = []
    /// The length of the uncompressed tar in bytes.
    public internal(set) var size: Int64 = 0
    /// What of the tar no member has: the zero blocks at its end and whatever follows.
    var trailer: Int64 = 0

    /// A layer with more members is refused: it is nobody's honest work, and they are held in memory.
    static let memberLimit = 30_000_000

    /// No members yet.
    init() {}

    func name(of member: Member) -> ArraySlice<UInt8> { text[member.name] }
    func link(of member: Member) -> ArraySlice<UInt8> { text[member.link] }

    mutating func add(_ entry: TarEntry) throws(AnalysisError) {
        guard members.count < Self.memberLimit else { throw .tooManyMembers(limit: Self.memberLimit) }
        let start = text.count
        text += entry.name
        let middle = text.count
        text += entry.linkName
        members.append(
            Member(
                name: start..<middle, link: middle..<text.count, size: entry.size, digest: .none, uid: entry.uid,
                gid: entry.gid, mode: UInt16(truncatingIfNeeded: entry.mode), kind: entry.kind))
    }

    /// Says where the last member added starts and ends.
    mutating func close(from start: Int64, to end: Int64) {
        guard !members.isEmpty else { return }
        members[members.count - 1].stored = end - start
    }

    /// Says what the last member's content is.
    mutating func close(digest: ContentDigest) {
        guard !members.isEmpty else { return }
        members[members.count - 1].digest = digest
    }
}

/// The first half of the SHA-256 of a file's content; enough to tell files apart, and small.
struct ContentDigest: Hashable, Sendable {
    var high: UInt64
    var low: UInt64

    /// Nothing has been hashed.
    static let none = ContentDigest(high: 0, low: 0)

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The first half of a digest.
    init(_ digest: Digest) {
        let hex = digest.hex
        high = UInt64(hex.prefix(16), radix: 16) ?? 0
        low = UInt64(hex.dropFirst(16).prefix(16), radix: 16) ?? 0
    }
}
