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
            var looking: [any LayerVisitor] = []
            var taking: [any LayerVisitor] = []
            for visitor in visitors {
                switch try visitor.visit(member) {
                case .nothing: break
                case .access: looking.append(visitor)
                case .everything: taking.append(visitor)
                }
            }
            guard entry.kind == .file, !looking.isEmpty || !taking.isEmpty else { continue }
            if reader.isSparse {
                try showSparse(member, looking, taking)
            } else if let plain {
                let content = PlainContent(plain, offset: reader.contentOffset, size: entry.size)
                for visitor in looking { try visitor.look(into: content, of: member) }
                if !taking.isEmpty { try readRest(of: member, taking) }
            } else {
                try showStream(member, looking, taking)
            }
            for visitor in taking { try visitor.take(UnsafeRawBufferPointer(start: nil, count: 0), of: member) }
        }
        return reader.memberOffset
    }

    private func readRest(of member: LayerMember, _ visitors: [any LayerVisitor]) throws {
        while true {
            let span = try reader.read(upTo: 1 << 20)
            if span.isEmpty { return }
            for visitor in visitors { try visitor.take(span, of: member) }
        }
    }

    /// What has been looked at is in the spool; whoever takes everything gets that first.
    private func showStream(
        _ member: LayerMember, _ looking: [any LayerVisitor], _ taking: [any LayerVisitor]
    ) throws {
        if !looking.isEmpty {
            spool.reset()
            let content = StreamContent(size: member.entry.size, spool) { [self] in try reader.read(upTo: $0) }
            for visitor in looking { try visitor.look(into: content, of: member) }
            content.close()
            if !taking.isEmpty {
                var offset: Int64 = 0
                while offset < spool.count {
                    let bytes = try spool.bytes(at: offset, count: 1 << 20)
                    for visitor in taking { try bytes.withUnsafeBytes { try visitor.take($0, of: member) } }
                    offset += Int64(bytes.count)
                }
            }
        }
        if !taking.isEmpty { try readRest(of: member, taking) }
    }

    /// Files with holes are rare and of unlimited size: they are looked into when they are small.
    private func showSparse(
        _ member: LayerMember, _ looking: [any LayerVisitor], _ taking: [any LayerVisitor]
    ) throws {
        let limit = Int64(64 << 20)
        if !looking.isEmpty, member.entry.size <= limit {
            let bytes = try reader.readAll(of: member.entry, limit: limit)
            let content = MemoryBytes(bytes)
            for visitor in looking { try visitor.look(into: content, of: member) }
            for visitor in taking { try bytes.withUnsafeBytes { try visitor.take($0, of: member) } }
            return
        }
        guard !taking.isEmpty else { return }
        let zeros = [UInt8](repeating: 0, count: 64 << 10)
        var position: Int64 = 0
        func fill(to offset: Int64) throws {
            while position < offset {
                let count = Int(min(offset - position, Int64(zeros.count)))
                try zeros.withUnsafeBytes { bytes in
                    let span = UnsafeRawBufferPointer(rebasing: bytes[..<count])
                    for visitor in taking { try visitor.take(span, of: member) }
                }
                position += Int64(count)
            }
        }
        try reader.readContent { offset, bytes in
            try fill(to: offset)
            for visitor in taking { try visitor.take(bytes, of: member) }
            position += Int64(bytes.count)
        }
        try fill(to: member.entry.size)
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
