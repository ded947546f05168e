import Glibc
import OCI

/// How a layer is unpacked.
public struct ApplyOptions: Sendable {
    /// The namespace of overlayfs's own extended attributes.
    public enum OverlayAttributes: String, Sendable {
        /// `trusted.overlay.*`, for root.
        case trusted = "trusted.overlay.opaque"
        /// `user.overlay.*`, for mounts with `userxattr` in a user namespace.
        case user = "user.overlay.opaque"
    }

    /// The namespace of the mark for opaque directories.
    public var overlayAttributes = OverlayAttributes.trusted
    /// Leaves all files to the caller's user: for a user namespace with one id.
    public var ignoresOwner = false
    /// The layers below, unpacked, the lowest first: directories that the layer has files in but does not list get their
    /// attributes from there. See ``AppliedLayer/impliedDirectories``.
    public var parents: [String] = []
    /// Called with each member.
    public var observer: (@Sendable (TarEntry) -> Void)?

    /// Options for root, without parents.
    public init() {}
}

/// A layer that has been unpacked.
public struct AppliedLayer: Hashable, Sendable {
    /// The digest of the tar.
    public let diffID: Digest
    /// The digest of what was read, compressed as it was.
    public let digest: Digest
    /// The length of what was read in bytes.
    public let size: Int64
    /// The length of the tar in bytes.
    public let uncompressedSize: Int64
    /// How many members the tar has.
    public let entryCount: Int
    /// Directories that the layer has files in but does not list, so that their attributes are those of the layers
    /// below: when there are any, the unpacked directory is right for one stack of layers only.
    public let impliedDirectories: [PathBytes]
    /// Devices that could not be made in a user namespace.
    public let skippedDevices: Int
}

/// Unpacks a layer into an empty directory that becomes an overlay lower: deletions become overlayfs's whiteouts.
///
/// Nothing in the layer makes a file outside of the directory, or reads one: names are resolved below it, and extended
/// attributes that overlayfs would obey are dropped. The caller compares the digests with those it expects before it
/// uses the directory, and removes the directory when this throws.
///
/// - Parameters:
///   - descriptor: the layer, plain or compressed with gzip, zstd, xz or bzip2; read from its start on.
///   - path: names the layer in errors.
/// - Throws: ``LayerFormatError``, `OCIError`.
public func applyLayer(
    from descriptor: Int32, path: String, into directory: String, options: ApplyOptions = ApplyOptions()
) throws -> AppliedLayer {
    try applyLayer(
        from: FileSource(descriptor: descriptor, path: path, bufferSize: 1 << 20), into: directory, options: options)
}

/// The same from any source, for instance while it is being downloaded. The source is read on another thread.
public func applyLayer(
    from source: any ByteSource, into directory: String, options: ApplyOptions = ApplyOptions()
) throws -> AppliedLayer {
    let packed = HashingSource(source)
    // Decompressing takes longest: it gets a thread of its own while this one makes the files.
    let ahead = try ReadAhead(OpeningSource(packed))
    defer { ahead.stop() }
    let plain = HashingSource(ahead)
    let applier = try LayerApplier(into: directory, options: options)
    try applier.apply(TarReader(plain))
    try plain.drain()
    ahead.stop()
    try packed.drain()
    return AppliedLayer(
        diffID: plain.digest, digest: packed.digest, size: packed.count, uncompressedSize: plain.count,
        entryCount: applier.entryCount, impliedDirectories: applier.impliedDirectories,
        skippedDevices: applier.skippedDevices)
}

/// Looks at the compression when it is first read, which is on the reading thread.
private final class OpeningSource: ByteSource {
    private let packed: any ByteSource
    private var opened: (any ByteSource)?

    init(_ packed: any ByteSource) {
        self.packed = packed
    }

    func read(upTo limit: Int) throws -> UnsafeRawBufferPointer {
        if let opened { return try opened.read(upTo: limit) }
        let source = try decompressing(packed)
        opened = source
        return try source.read(upTo: limit)
    }
}
