import OCI

/// Hashes and counts what passes through.
final class HashingSource: ByteSource {
    private let source: any ByteSource
    private var digester: Digester
    private(set) var count: Int64 = 0

    /// - Parameter expected: what the digest will be compared with; it has the algorithm.
    init(_ source: any ByteSource, verifying expected: Digest? = nil) {
        self.source = source
        digester = expected.map { Digester(verifying: $0) } ?? Digester()
    }

    func read(upTo limit: Int) throws -> UnsafeRawBufferPointer {
        let span = try source.read(upTo: limit)
        digester.update(span)
        count += Int64(span.count)
        return span
    }

    /// Reads to the end, so that the digest is that of everything.
    func drain() throws {
        while try !read(upTo: 1 << 20).isEmpty {}
    }

    var digest: Digest { digester.finish() }
}
