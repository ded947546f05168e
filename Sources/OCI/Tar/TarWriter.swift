/// Writes a tar archive: ustar, with pax extended headers for just what ustar cannot hold. Equal entries give equal bytes.
public struct TarWriter {
    private let sink: any ByteSink
    /// What is still to come of the current member's content.
    private var remaining: Int64 = 0
    private var padding = 0
    private static let zeros = [UInt8](repeating: 0, count: 2 * tarBlock)

    /// Writes to `sink`.
    public init(_ sink: any ByteSink) {
        self.sink = sink
    }

    /// Starts a member. Its content, if it is a file, goes in with ``write(_:)``, in full, before the next one starts.
    ///
    /// Directories get a trailing slash.
    ///
    /// - Throws: ``OCIError/malformedTar(offset:reason:)`` for what cannot be written, or what the sink throws.
    public mutating func begin(_ entry: TarEntry) throws {
        try endMember(before: entry.displayName)
        var name = entry.name
        if entry.kind == .directory, name.last != UInt8(ascii: "/") { name.append(UInt8(ascii: "/")) }
        guard !name.isEmpty, !name.contains(0), !entry.linkName.contains(0) else {
            throw OCIError.malformedTar(offset: 0, reason: "\"\(entry.displayName)\" is no name for a member")
        }
        let size = entry.kind == .file ? entry.size : 0
        guard size >= 0 else { throw OCIError.malformedTar(offset: 0, reason: "a size is negative") }
        var header = HeaderBuilder()
        header.setName(name)
        header.setLinkName(entry.linkName)
        header.set(TarField.mode, Int64(entry.mode & 0o7777), record: nil)
        header.set(TarField.uid, Int64(entry.uid), record: "uid")
        header.set(TarField.gid, Int64(entry.gid), record: "gid")
        header.set(TarField.size, size, record: "size")
        header.setTime(entry.modificationSeconds, entry.modificationNanoseconds)
        if entry.kind == .characterDevice || entry.kind == .blockDevice {
            // Linux has 12 bits for the major and 20 for the minor number: they fit seven octal digits.
            header.set(TarField.deviceMajor, Int64(entry.deviceMajor & 0xFFF), record: nil)
            header.set(TarField.deviceMinor, Int64(entry.deviceMinor & 0xFFFFF), record: nil)
        }
        for attribute in entry.attributes { PaxRecords.append(attribute: attribute, to: &header.records) }
        if !header.records.isEmpty {
            var extended = HeaderBuilder()
            // The name of the pseudo member matters to nobody; a fixed one keeps the bytes short and the same.
            extended.setName(Array("PaxHeaders.0/".utf8) + name.filter { $0 < 0x80 && $0 != 0x2F }.suffix(80))
            extended.set(TarField.mode, 0o644, record: nil)
            extended.set(TarField.uid, 0, record: nil)
            extended.set(TarField.gid, 0, record: nil)
            extended.set(TarField.size, Int64(header.records.count), record: nil)
            extended.set(TarField.modificationTime, 0, record: nil)
            try sink.write(extended.finish(type: UInt8(ascii: "x")))
            try sink.write(header.records)
            try pad(tarPadding(Int64(header.records.count)))
        }
        try sink.write(header.finish(type: Self.type(of: entry.kind)))
        remaining = size
        padding = tarPadding(size)
    }

    /// Adds to the content of the current member.
    public mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
        guard Int64(bytes.count) <= remaining else {
            throw OCIError.malformedTar(offset: 0, reason: "a member has more content than its size says")
        }
        try sink.write(bytes)
        remaining -= Int64(bytes.count)
    }

    /// Counts content that went to the sink by another way.
    public mutating func wrote(_ count: Int64) throws {
        guard count <= remaining else {
            throw OCIError.malformedTar(offset: 0, reason: "a member has more content than its size says")
        }
        remaining -= count
    }

    /// A member with its content.
    public mutating func add(_ entry: TarEntry, content: [UInt8] = []) throws {
        var entry = entry
        entry.size = Int64(content.count)
        try begin(entry)
        try content.withUnsafeBytes { try write($0) }
    }

    /// Ends the archive.
    public mutating func finish() throws {
        try endMember(before: "the end")
        try sink.write(Self.zeros)
    }

    private mutating func endMember(before next: String) throws {
        guard remaining == 0 else {
            throw OCIError.malformedTar(offset: 0, reason: "\(remaining) bytes are missing before \(next)")
        }
        try pad(padding)
        padding = 0
    }

    private func pad(_ count: Int) throws {
        guard count > 0 else { return }
        try Self.zeros.withUnsafeBytes { try sink.write(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    }

    private static func type(of kind: TarEntry.Kind) -> UInt8 {
        switch kind {
        case .file: UInt8(ascii: "0")
        case .hardlink: UInt8(ascii: "1")
        case .symlink: UInt8(ascii: "2")
        case .characterDevice: UInt8(ascii: "3")
        case .blockDevice: UInt8(ascii: "4")
        case .directory: UInt8(ascii: "5")
        case .fifo: UInt8(ascii: "6")
        }
    }
}

/// One header block under construction, and the extended records that it needs.
private struct HeaderBuilder {
    var block = [UInt8](repeating: 0, count: tarBlock)
    var records: [UInt8] = []

    /// Name field, prefix and name, or a `path` record: whatever the name needs.
    mutating func setName(_ name: PathBytes) {
        let isASCII = name.allSatisfy { $0 < 0x80 }
        if isASCII, name.count <= TarField.name.count {
            put(name, at: TarField.name)
        } else if isASCII, let slash = Self.split(name) {
            put(name[..<slash], at: TarField.prefix)
            put(name[(slash + 1)...], at: TarField.name)
        } else {
            // ustar says nothing of names beyond ASCII, extended headers are UTF-8; other bytes are copied by all readers.
            PaxRecords.append("path", name, to: &records)
            put(name.filter { $0 < 0x80 }.prefix(TarField.name.count), at: TarField.name)
        }
    }

    mutating func setLinkName(_ name: PathBytes) {
        if name.count <= TarField.linkName.count, name.allSatisfy({ $0 < 0x80 }) {
            put(name, at: TarField.linkName)
        } else {
            PaxRecords.append("linkpath", name, to: &records)
            put(name.filter { $0 < 0x80 }.prefix(TarField.linkName.count), at: TarField.linkName)
        }
    }

    mutating func setTime(_ seconds: Int64, _ nanoseconds: Int32) {
        if nanoseconds == 0 {
            set(TarField.modificationTime, seconds, record: "mtime")
            return
        }
        set(TarField.modificationTime, max(0, min(seconds, 0o777_7777_7777)), record: nil)
        var fraction = String(nanoseconds)
        fraction = String(repeating: "0", count: 9 - fraction.utf8.count) + fraction
        while fraction.last == "0" { fraction.removeLast() }
        if seconds >= 0 {
            PaxRecords.append("mtime", Array("\(seconds).\(fraction)".utf8), to: &records)
        } else {
            // Before 1970 the decimal fraction counts the other way.
            var rest = String(1_000_000_000 - nanoseconds)
            rest = String(repeating: "0", count: 9 - rest.utf8.count) + rest
            while rest.last == "0" { rest.removeLast() }
            PaxRecords.append("mtime", Array("-\(-(seconds + 1)).\(rest)".utf8), to: &records)
        }
    }

    /// An octal field; what does not fit goes into a record and leaves the field zero.
    mutating func set(_ field: Range<Int>, _ value: Int64, record: String?) {
        let digits = field.count - 1
        var rest = value
        if let record, value < 0 || value >= 1 << (3 * digits) {
            PaxRecords.append(record, Array(String(value).utf8), to: &records)
            rest = 0
        }
        for place in stride(from: field.lowerBound + digits - 1, through: field.lowerBound, by: -1) {
            block[place] = 0x30 + UInt8(rest & 7)
            rest >>= 3
        }
    }

    mutating func finish(type: UInt8) -> [UInt8] {
        block[TarField.type] = type
        put("ustar\u{0}00".utf8, at: TarField.magic)
        put("        ".utf8, at: TarField.checksum)
        let sum = block.reduce(0) { $0 + Int64($1) }
        // Six digits, NUL, blank: as every tar has written it since v7.
        for place in 0..<6 {
            block[TarField.checksum.lowerBound + place] = 0x30 + UInt8((sum >> (3 * (5 - Int64(place)))) & 7)
        }
        block[TarField.checksum.lowerBound + 6] = 0
        return block
    }

    private mutating func put(_ bytes: some Sequence<UInt8>, at field: Range<Int>) {
        for (place, byte) in zip(field, bytes) { block[place] = byte }
    }

    /// The slash at which the name parts into prefix and name; nil when no slash fits.
    private static func split(_ name: PathBytes) -> Int? {
        guard name.count <= TarField.prefix.count + 1 + TarField.name.count else { return nil }
        let earliest = max(1, name.count - TarField.name.count - 1)
        let latest = min(TarField.prefix.count, name.count - 2)
        guard earliest <= latest else { return nil }
        return (earliest...latest).first { name[$0] == UInt8(ascii: "/") }
    }
}
