/// What becomes of modification times in a layer, so that building twice gives the same bytes. Times lose their
/// fraction of a second in any case.
public struct TimestampRule: Hashable, Sendable {
    /// Times later than this many seconds since 1970 are set to it.
    public var clampAfter: Int64?
    /// All times are set to ``clampAfter``, or to 1970 when that is nil.
    public var rewriteAll: Bool

    /// A rule; without arguments times stay.
    public init(clampAfter: Int64? = nil, rewriteAll: Bool = false) {
        self.clampAfter = clampAfter
        self.rewriteAll = rewriteAll
    }

    /// The time a file gets.
    public func apply(to seconds: Int64) -> Int64 {
        if rewriteAll { return clampAfter ?? 0 }
        return clampAfter.map { min($0, seconds) } ?? seconds
    }
}
