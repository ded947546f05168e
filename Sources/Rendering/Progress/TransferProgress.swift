import Builder

/// Bytes on their way for one item of a line: a layer pulled, unpacked, written or pushed.
struct TransferProgress: Sendable {
    /// What makes an item distinct within its line.
    struct Key: Hashable, Sendable {
        var kind: BuildEvent.TransferKind
        var item: String
    }

    let key: Key
    /// When it began, counted from the start of the build.
    let start: Duration
    private(set) var done: Int64
    private(set) var total: Int64?
    /// When it ended.
    private(set) var end: Duration?

    init(_ key: Key, done: Int64, total: Int64?, at time: Duration) {
        self.key = key
        start = time
        self.done = done
        self.total = total
        update(done: done, total: total, at: time)
    }

    mutating func update(done: Int64, total: Int64?, at time: Duration) {
        self.done = done
        self.total = total ?? self.total
        if let total, done >= total, end == nil { end = time }
    }

    /// Closes an item whose end nobody told, because its line is over.
    mutating func close(at time: Duration) { if end == nil { end = time } }

    var isFinished: Bool { end != nil }

    /// `12.3 MB / 45.6 MB`, or only what is done when the total is not known.
    var amount: String {
        guard let total, !isFinished else { return SizeText.decimal(done) }
        return "\(SizeText.decimal(done)) / \(SizeText.decimal(total))"
    }

    /// The item's name in full, as logs have it.
    var title: String { prefix + ControlSequences.singleLine(key.item) }

    /// The item's name with digests cut to twelve digits.
    var shortTitle: String {
        let digits = key.item.split(separator: ":").last ?? ""
        let isDigest = digits.utf8.count >= 32 && digits.utf8.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
        return prefix + (isDigest ? String(digits.prefix(12)) : ControlSequences.singleLine(key.item))
    }

    private var prefix: String {
        switch key.kind {
        case .pull, .fetch: ""
        case .unpack: "extracting "
        case .export: "exporting layer "
        case .push: "pushing "
        }
    }
}
