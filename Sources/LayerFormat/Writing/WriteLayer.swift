import OCI

/// Writes the layer that the upper directory of an overlay is, in one pass and with bounded memory.
///
/// The members are in byte order of their path components, parents first, as in layers that BuildKit makes: changed
/// directories are listed, and the parents of whatever changed; a deleted name is a whiteout `.wh.NAME`, never an opaque
/// mark; of extended attributes `security.capability` is kept; sockets are left out.
///
/// - Parameters:
///   - upper: the upper directory.
///   - lowers: the layers below it as they are unpacked (overlay format), the lowest first.
///   - clamp: what becomes of modification times.
///   - compression: how the file is compressed.
///   - descriptor: the file, written at its offset; its owner closes it.
///   - path: names the file in errors.
///   - threads: how many compress; the bytes are the same for any number.
///   - observer: sees each entry before it is written.
/// - Throws: ``LayerFormatError``, `OCIError`.
public func writeLayer(
    upper: String, lowers: [String], clamp: TimestampRule = TimestampRule(), compression: Compression = .default,
    to descriptor: Int32, path: String = "the layer", threads: Int? = nil, observer: ((TarEntry) -> Void)? = nil
) throws -> WrittenLayer {
    let writer = LayerWriter(descriptor: descriptor, path: path, compression: compression, threads: threads)
    return try write(upper, lowers, clamp, writer, observer)
}

/// The same, with the compressed bytes given to a closure, in order, one call at a time, on another thread.
public func writeLayer(
    upper: String, lowers: [String], clamp: TimestampRule = TimestampRule(), compression: Compression = .default,
    threads: Int? = nil, observer: ((TarEntry) -> Void)? = nil,
    to write: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
) throws -> WrittenLayer {
    let writer = LayerWriter(to: ClosureSink(write), compression: compression, threads: threads)
    return try LayerFormat.write(upper, lowers, clamp, writer, observer)
}

private func write(
    _ upper: String, _ lowers: [String], _ clamp: TimestampRule, _ writer: LayerWriter,
    _ observer: ((TarEntry) -> Void)?
) throws -> WrittenLayer {
    let walk = UpperWalk(writer: writer, clamp: clamp, observer: observer)
    let root = try OpenFile.directory(upper)
    let lower = try LowerDirectory.root(lowers)
    // An upper root is opaque when a step replaced the whole file system.
    try walk.walk(root, path: [], lower: lower, isOpaque: root.isOpaque)
    return try writer.finish()
}

private final class ClosureSink: ByteSink, Sendable {
    private let body: @Sendable (UnsafeRawBufferPointer) throws -> Void
    init(_ body: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void) { self.body = body }
    func write(_ bytes: UnsafeRawBufferPointer) throws { try body(bytes) }
}
