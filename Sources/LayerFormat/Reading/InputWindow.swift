import OCI

/// A buffer in front of a decompressor: the bytes that have been read and not been used.
final class InputWindow {
    private let source: any ByteSource
    private let buffer: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0
    private(set) var isAtEnd = false

    init(_ source: any ByteSource, size: Int) {
        self.source = source
        buffer = .allocate(byteCount: size, alignment: 64)
    }

    deinit {
        buffer.deallocate()
    }

    /// What is there to use.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[start..<end]) }

    /// Says how much has been used.
    func consume(_ count: Int) {
        start += count
    }

    /// Reads until there are `wanted` bytes, or all there are.
    func fill(_ wanted: Int) throws {
        let wanted = min(wanted, buffer.count)
        guard end - start < wanted, !isAtEnd else { return }
        if start + wanted > buffer.count {
            if let base = buffer.baseAddress { base.copyMemory(from: base + start, byteCount: end - start) }
            end -= start
            start = 0
        }
        while end - start < wanted {
            let span = try source.read(upTo: buffer.count - end)
            if span.isEmpty {
                isAtEnd = true
                return
            }
            UnsafeMutableRawBufferPointer(rebasing: buffer[end...]).copyMemory(from: span)
            end += span.count
        }
    }
}
