/// Reads a tar archive from front to back: v7, ustar, pax, GNU long names and sparse files.
///
/// Nothing in an archive makes it use more than a few MiB of memory. Names come out as they are in the archive:
/// whoever makes files of them must keep them inside a directory.
public struct TarReader {
    /// Extended headers and long names larger than this are refused, as Go's archive/tar does.
    public static let specialLimit: Int64 = 1 << 20

    private let source: any ByteSource
    /// How much of the source has been taken.
    private var position: Int64 = 0
    /// What is left of the current member's stored content.
    private var remaining: Int64 = 0
    private var padding = 0
    private var sparse: SparseMap?
    private var finished = false
    /// Where in the source the current member starts, its extended headers included; at the end of the archive, where the
    /// last member's padding ends. The differences are what each member takes up.
    public private(set) var memberOffset: Int64 = 0

    /// Reads from `source`.
    public init(_ source: any ByteSource) {
        self.source = source
    }

    /// Where in the source the content of the current member starts; with ``isSparse`` it is not the plain content.
    public var contentOffset: Int64 { position }

    /// The type of the current member as it is written; ``TarEntry/kind`` is what it comes to.
    public private(set) var memberType: UInt8 = 0

    /// Has the current member holes, so that its stored content is not its content?
    public var isSparse: Bool { sparse != nil }

    /// The next member, nil at the end of the archive. What was not read of the current one is skipped.
    ///
    /// - Throws: ``OCIError/malformedTar(offset:reason:)``, or what the source throws.
    public mutating func next() throws -> TarEntry? {
        if finished { return nil }
        try skip(remaining + Int64(padding))
        remaining = 0
        padding = 0
        sparse = nil
        memberOffset = position
        var pax = PaxRecords()
        var longName: PathBytes?
        var longLink: PathBytes?
        var specials = 0
        while true {
            let start = position
            guard let block = try readBlock() else {
                finished = true
                if specials > 0 { throw malformed("the archive ends after an extended header") }
                return nil
            }
            if block.allSatisfy({ $0 == 0 }) {
                // Two zero blocks end an archive; after one, the end of the file will do.
                if let second = try readBlock(), !second.allSatisfy({ $0 == 0 }) {
                    throw malformed("there is a zero block inside the archive")
                }
                finished = true
                if specials > 0 { throw malformed("the archive ends after an extended header") }
                return nil
            }
            let header = try TarHeader(block: block, offset: start)
            switch header.type {
            case UInt8(ascii: "x"):
                try pax.parse(try readSpecial(header, start), offset: start)
            case UInt8(ascii: "g"):
                // Global defaults are read by no container tool; git puts the commit into one.
                _ = try readSpecial(header, start)
            case UInt8(ascii: "L"):
                longName = Array(try readSpecial(header, start).prefix { $0 != 0 })
            case UInt8(ascii: "K"):
                longLink = Array(try readSpecial(header, start).prefix { $0 != 0 })
            default:
                return try member(header, start, pax, longName, longLink)
            }
            specials += 1
            guard specials < 16 else { throw malformed("too many extended headers for one member") }
        }
    }

    /// Hands out the content of the current member: the offset in the file, and the bytes there. Holes are left out.
    public mutating func readContent(_ body: (_ offset: Int64, _ bytes: UnsafeRawBufferPointer) throws -> Void) throws {
        if let sparse {
            for extent in sparse.extents {
                try readExtent(SparseMap.Extent(offset: extent.offset, length: extent.length), body)
            }
        } else {
            try readExtent(SparseMap.Extent(offset: 0, length: remaining), body)
        }
    }

    /// The next bytes of the current member, which must not be sparse: at most `limit`, none at its end. Valid until the
    /// next call.
    public mutating func read(upTo limit: Int) throws -> UnsafeRawBufferPointer {
        let wanted = Int(min(Int64(min(limit, 1 << 30)), remaining))
        guard sparse == nil, wanted > 0 else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        let span = try source.read(upTo: wanted)
        if span.isEmpty { throw malformed("the archive is cut off inside a file") }
        position += Int64(span.count)
        remaining -= Int64(span.count)
        return span
    }

    /// The whole content of the current member.
    ///
    /// - Throws: ``OCIError/tooLarge(what:limit:)`` when it has more than `limit` bytes.
    public mutating func readAll(of entry: TarEntry, limit: Int64) throws -> [UInt8] {
        guard entry.size <= limit else { throw OCIError.tooLarge(what: entry.displayName, limit: limit) }
        var content = [UInt8](repeating: 0, count: sparse == nil ? 0 : Int(entry.size))
        let isSparse = sparse != nil
        try readContent { offset, bytes in
            if isSparse {
                content.replaceSubrange(Int(offset)..<Int(offset) + bytes.count, with: bytes)
            } else {
                content.append(contentsOf: bytes)
            }
        }
        return content
    }

    private mutating func readExtent(
        _ extent: SparseMap.Extent, _ body: (Int64, UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var offset = extent.offset
        var left = extent.length
        while left > 0 {
            let span = try source.read(upTo: Int(min(left, 1 << 30)))
            if span.isEmpty { throw malformed("the archive is cut off inside a file") }
            position += Int64(span.count)
            remaining -= Int64(span.count)
            left -= Int64(span.count)
            try body(offset, span)
            offset += Int64(span.count)
        }
    }

    private func malformed(_ reason: String) -> OCIError {
        .malformedTar(offset: position, reason: reason)
    }

    /// One block, nil at the end.
    private mutating func readBlock() throws -> [UInt8]? {
        let block = try take(tarBlock)
        if block.isEmpty { return nil }
        guard block.count == tarBlock else { throw malformed("the archive is cut off inside a header") }
        return block
    }

    /// `count` bytes, or fewer at the end.
    private mutating func take(_ count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let span = try source.read(upTo: count - bytes.count)
            if span.isEmpty { break }
            if bytes.isEmpty { bytes.reserveCapacity(count) }
            bytes.append(contentsOf: span)
        }
        position += Int64(bytes.count)
        return bytes
    }

    private mutating func skip(_ count: Int64) throws {
        guard count > 0 else { return }
        let skipped = try source.skip(count)
        position += skipped
        // A missing pad at the very end is harmless, missing content is not.
        if skipped < remaining { throw malformed("the archive is cut off inside a file") }
    }

    /// The content of an extended header or of a long name's pseudo member.
    private mutating func readSpecial(_ header: TarHeader, _ start: Int64) throws -> [UInt8] {
        let size = try header.number(TarField.size, "size", start)
        guard size >= 0, size <= Self.specialLimit else { throw malformed("an extended header is too large") }
        let bytes = try take(Int(size))
        guard bytes.count == Int(size) else { throw malformed("the archive is cut off inside an extended header") }
        try skip(Int64(tarPadding(size)))
        return bytes
    }

    private mutating func member(
        _ header: TarHeader, _ start: Int64, _ pax: PaxRecords, _ longName: PathBytes?, _ longLink: PathBytes?
    ) throws -> TarEntry {
        let name = pax.sparse.name ?? pax.path ?? longName ?? header.name
        var isSparse = false
        let kind: TarEntry.Kind
        memberType = header.type
        switch header.type {
        case 0: kind = name.last == UInt8(ascii: "/") ? .directory : .file
        case UInt8(ascii: "0"), UInt8(ascii: "7"): kind = .file
        case UInt8(ascii: "1"): kind = .hardlink
        case UInt8(ascii: "2"): kind = .symlink
        case UInt8(ascii: "3"): kind = .characterDevice
        case UInt8(ascii: "4"): kind = .blockDevice
        case UInt8(ascii: "5"): kind = .directory
        case UInt8(ascii: "6"): kind = .fifo
        case UInt8(ascii: "S"):
            kind = .file
            isSparse = true
        case let type:
            throw OCIError.unknownTarMember(offset: start, type: type)
        }
        var entry = TarEntry(
            name: name, kind: kind,
            mode: UInt32(truncatingIfNeeded: try header.number(TarField.mode, "mode", start)) & 0o7777,
            uid: try pax.uid ?? header.owner(TarField.uid, "owner", start),
            gid: try pax.gid ?? header.owner(TarField.gid, "group", start))
        if kind == .symlink || kind == .hardlink {
            entry.linkName = pax.linkPath ?? longLink ?? header.text(TarField.linkName)
        }
        if let time = pax.modificationTime {
            entry.modificationSeconds = time.seconds
            entry.modificationNanoseconds = time.nanoseconds
        } else {
            entry.modificationSeconds = try header.number(TarField.modificationTime, "modification time", start)
        }
        if kind == .characterDevice || kind == .blockDevice {
            entry.deviceMajor = try header.unsigned(TarField.deviceMajor, "device number", start)
            entry.deviceMinor = try header.unsigned(TarField.deviceMinor, "device number", start)
        }
        entry.attributes = pax.attributes.sorted { $0.name < $1.name }
        // Anything but a file has no content, whatever its size field says.
        guard kind == .file else { return entry }
        let size = try pax.size ?? header.number(TarField.size, "size", start)
        // Room for the padding, so that sums of sizes cannot overflow.
        guard size >= 0, size < .max - 4096 else { throw malformed("the size of a file is out of range") }
        remaining = size
        padding = tarPadding(size)
        entry.size = size
        if isSparse {
            sparse = try oldSparseMap(header, start)
        } else if pax.sparse.isInContent {
            sparse = try contentSparseMap(realSize: pax.sparse.realSize)
        } else if pax.sparse.isInline {
            sparse = pax.sparse.inlineMap()
            guard sparse != nil else { throw malformed("a sparse file's map is malformed") }
        }
        if let sparse {
            guard sparse.isValid(stored: remaining) else { throw malformed("a sparse file's map is malformed") }
            entry.size = sparse.realSize
        }
        return entry
    }

    /// GNU's old format: four extents in the header, further ones in extension blocks after it.
    private mutating func oldSparseMap(_ header: TarHeader, _ start: Int64) throws -> SparseMap {
        var map = SparseMap(
            extents: [], realSize: try header.number(TarField.sparseRealSize, "size of a sparse file", start))
        func read(_ block: TarHeader, _ area: Range<Int>) throws {
            for place in stride(from: area.lowerBound, to: area.upperBound, by: 24) where block.block[place] != 0 {
                map.extents.append(
                    SparseMap.Extent(
                        offset: try block.number(place..<place + 12, "sparse map", start),
                        length: try block.number(place + 12..<place + 24, "sparse map", start)))
            }
        }
        try read(header, TarField.sparse)
        var more = header.block[TarField.sparseIsExtended] != 0
        while more {
            guard let block = try readBlock(), map.extents.count < SparseMap.limit else {
                throw malformed("a sparse file's map is malformed")
            }
            // An extension block is 21 extents and a flag, without a checksum.
            try read(TarHeader(extension: block), 0..<504)
            more = block[504] != 0
        }
        return map
    }

    /// Format 1.0: decimal numbers, one a line, padded to a block, in front of the content and counted in its size.
    private mutating func contentSparseMap(realSize: Int64?) throws -> SparseMap {
        var pending: [UInt8] = []
        func line() throws -> Int64 {
            while true {
                if let end = pending.firstIndex(of: 0x0A) {
                    guard let number = decimal(pending[..<end]) else { break }
                    pending.removeFirst(end + 1)
                    return number
                }
                guard pending.count < 32, remaining >= Int64(tarBlock), let block = try readBlock() else { break }
                remaining -= Int64(tarBlock)
                pending += block
            }
            throw malformed("a sparse file's map is malformed")
        }
        guard let realSize else { throw malformed("a sparse file has no size") }
        let count = try line()
        guard count <= Int64(SparseMap.limit) else { throw malformed("a sparse file's map is too large") }
        var map = SparseMap(extents: [], realSize: realSize)
        for _ in 0..<count {
            let offset = try line()
            map.extents.append(SparseMap.Extent(offset: offset, length: try line()))
        }
        return map
    }
}

extension TarHeader {
    /// A block that continues a sparse map; it has no fields of its own.
    init(extension block: [UInt8]) {
        self.block = block
        self.dialect = .gnu
    }
}
