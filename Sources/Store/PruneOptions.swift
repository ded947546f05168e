/// A kind of thing that garbage collection removes.
public enum PruneKind: String, CaseIterable, Sendable {
    /// Results of steps: the cache records and the layers that only they use.
    case steps
    /// Unpacked layers of base images.
    case baseLayers
    /// What was pulled as a base image and has no name in the store.
    case pulledImages
    /// Blobs that nothing refers to.
    case blobs
    /// Directories of `RUN --mount=type=cache`.
    case cacheMounts
    /// Remembered digests of files, per build context.
    case fileDigests
    /// What was read of layers' packages and secrets. Whoever needs it again reads the layer again.
    case readings
    /// Downloads that were interrupted.
    case downloads
    /// Records of builds whose image has no name here. Unless they alone are asked for, or an age is given, they stay for
    /// thirty days: the image may live on in an archive or a registry.
    case buildRecords
}

/// One thing that could be removed.
public struct PruneItem: Hashable, Sendable {
    /// What it is.
    public let kind: PruneKind
    /// Its name: the key of a record, a diffID, a reference, a digest, the identifier of a cache mount.
    public let name: String
    /// Something for people: an instruction, for instance. May be empty.
    public let detail: String
    /// When it was last used, in seconds since 1970; for a step, the latest use of the steps after it counts too.
    public let lastUsed: Int64
    /// What its removal frees, given what was removed before it.
    public internal(set) var bytes: Int64
}

/// What to remove.
public struct PruneOptions: Sendable {
    /// Only these kinds. Blobs that nothing refers to any more after the others are removed always go with them.
    public var kinds: Set<PruneKind>
    /// Only what has not been used for so many seconds.
    public var unusedFor: Int64?
    /// Remove the longest unused first, and only until the rest (what is named or in use left out) takes no more than this.
    public var keepBytes: Int64?
    /// Only what this accepts.
    public var matching: (@Sendable (PruneItem) -> Bool)?
    /// Remove nothing, only tell.
    public var dryRun: Bool

    /// Options; by default everything that is neither named nor in use is removed.
    public init(
        kinds: Set<PruneKind> = Set(PruneKind.allCases), unusedFor: Int64? = nil, keepBytes: Int64? = nil,
        matching: (@Sendable (PruneItem) -> Bool)? = nil, dryRun: Bool = false
    ) {
        self.kinds = kinds
        self.unusedFor = unusedFor
        self.keepBytes = keepBytes
        self.matching = matching
        self.dryRun = dryRun
    }
}

/// What was removed.
public struct PruneReport: Hashable, Sendable {
    /// In the order of removal, the longest unused first.
    public let removed: [PruneItem]
    /// The bytes that were freed.
    public var freedBytes: Int64 { removed.reduce(0) { $0 + $1.bytes } }
}
