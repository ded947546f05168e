import OCI

/// Goes through a layer's members and shows them to visitors.
final class LayerWalk {
    private var reader: TarReader
    private let visitors: [any LayerVisitor]
    private let spool: Spool
    private let plain: PlainLayer?

    init(_ reader: TarReader, _ visitors: [any LayerVisitor], _ spool: Spool, plain: PlainLayer?) {
        self.reader = reader
        self.visitors = visitors
        self.spool = spool
        self.plain = plain
    }

    /// - Returns: where in the tar the last member ends.
    func run() throws -> Int64 {
        while let entry = try reader.next() {
            let member = LayerMember(entry, offset: reader.memberOffset, isSparse: reader.isSparse)
            let audience = try MemberAudience(visitors, member)
            guard entry.kind == .file, !audience.isEmpty else { continue }
            if reader.isSparse {
                try showSparse(to: audience)
            } else if let plain {
                let content = PlainContent(plain, offset: reader.contentOffset, size: entry.size)
                try audience.look(into: content)
                if audience.takes { try showRest(to: audience) }
            } else {
                try showStream(to: audience)
            }
            try audience.end()
        }
        return reader.memberOffset
    }

    private func showRest(to audience: MemberAudience) throws {
        while true {
            let span = try reader.read(upTo: 1 << 20)
            if span.isEmpty { return }
            try audience.take(span)
        }
    }

    /// What has been looked at is in the spool; whoever takes everything gets that first.
    private func showStream(to audience: MemberAudience) throws {
        if audience.looks {
            spool.reset()
            let content = StreamContent(size: audience.member.entry.size, spool) { [self] in try reader.read(upTo: $0) }
            try audience.look(into: content)
            content.close()
            if audience.takes {
                var offset: Int64 = 0
                while offset < spool.count {
                    let bytes = try spool.bytes(at: offset, count: 1 << 20)
                    try audience.take(bytes)
                    offset += Int64(bytes.count)
                }
            }
        }
        if audience.takes { try showRest(to: audience) }
    }

    /// Files with holes are rare and of unlimited size: they are looked into when they are small.
    private func showSparse(to audience: MemberAudience) throws {
        let limit = Int64(64 << 20)
        let entry = audience.member.entry
        if audience.looks, entry.size <= limit {
            let bytes = try reader.readAll(of: entry, limit: limit)
            try audience.look(into: MemoryBytes(bytes))
            try audience.take(bytes)
            return
        }
        guard audience.takes else { return }
        let zeros = [UInt8](repeating: 0, count: 64 << 10)
        var position: Int64 = 0
        func fill(to offset: Int64) throws {
            while position < offset {
                let count = Int(min(offset - position, Int64(zeros.count)))
                try zeros.withUnsafeBytes { try audience.take(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
                position += Int64(count)
            }
        }
        try reader.readContent { offset, bytes in
            try fill(to: offset)
            try audience.take(bytes)
            position += Int64(bytes.count)
        }
        try fill(to: entry.size)
    }
}

/// A member of a plain layer, read where it is.
private final class PlainContent: RandomAccessBytes {
    private let layer: PlainLayer
    private let offset: Int64
    let size: Int64

    init(_ layer: PlainLayer, offset: Int64, size: Int64) {
        self.layer = layer
        self.offset = offset
        // The size comes from the header: what is not there cannot be read, and must not be made room for.
        self.size = max(0, min(size, layer.size - offset))
    }

    func bytes(at position: Int64, count: Int) throws -> [UInt8] {
        guard position >= 0, position < size, count > 0 else { return [] }
        return try readFile(
            layer.descriptor, path: layer.name, at: layer.offset + offset + position,
            count: Int(min(Int64(count), size - position)))
    }
}

/// A member of a compressed layer: what is read of it is kept, so that it can be read again.
private final class StreamContent: RandomAccessBytes {
    private let spool: Spool
    private var next: ((_ limit: Int) throws -> UnsafeRawBufferPointer)?
    let size: Int64

    init(size: Int64, _ spool: Spool, next: @escaping (_ limit: Int) throws -> UnsafeRawBufferPointer) {
        self.size = size
        self.spool = spool
        self.next = next
    }

    /// Nothing more is read: the walk goes on.
    func close() { next = nil }

    func bytes(at position: Int64, count: Int) throws -> [UInt8] {
        guard position >= 0, position < size, count > 0 else { return [] }
        let end = position + min(Int64(count), size - position)
        while spool.count < end, let next {
            let span = try next(Int(min(end - spool.count, 1 << 20)))
            if span.isEmpty { break }
            try spool.append(span)
        }
        return try spool.bytes(at: position, count: Int(end - position))
    }
}
