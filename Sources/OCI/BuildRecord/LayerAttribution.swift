/// What made a layer of an image, as far as it is known.
public struct LayerAttribution: Hashable, Sendable {
    /// Its position in the image, counted from the lowest.
    public var index: Int
    /// Its digest, uncompressed.
    public var diffID: Digest
    /// The instruction for people: as written in the Dockerfile, else as the image's history has it. For a layer of a base
    /// image that is the FROM.
    public var instruction: String?
    /// The layer's own history entry, untouched.
    public var createdBy: String?
    /// The Dockerfile.
    public var file: String?
    /// The instruction's lines, counted from 1.
    public var lines: ClosedRange<Int>?
    /// The stage's name, `stage-N` when it has none.
    public var stage: String?
    /// Whether the layer came with the base image; nil when that is not known.
    public var isBase: Bool?
    /// The base image's name, for a layer that came with it.
    public var baseName: String?

    /// A layer of which only the digest is known.
    public init(index: Int, diffID: Digest) {
        self.index = index
        self.diffID = diffID
    }
}

/// One station on the way of a file into an image.
public struct TrailStep: Hashable, Sendable {
    /// What happened there.
    public var kind: Kind
    /// The instruction, as written. For a layer of a base image, the FROM.
    public var instruction: String
    /// The Dockerfile.
    public var file: String
    /// The instruction's lines; nil for an image that is only copied from.
    public var lines: ClosedRange<Int>?
    /// The stage it happened in.
    public var stage: String
    /// The file's path there.
    public var path: String
    /// What the base image's history says of the layer, or the image's name.
    public var base: String?

    /// What a station is.
    public enum Kind: String, Hashable, Sendable {
        /// A command made the file.
        case run
        /// It was copied from another stage, or from the build context if the trail ends here.
        case copy
        /// It was added.
        case add
        /// A directory of WORKDIR.
        case workdir
        /// It came with a base image or a named context.
        case base
    }
}
