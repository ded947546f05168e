import LayerFormat

/// A program or library for some machine: its sections, and reading by address. ELF, PE and Mach-O.
struct ProgramFile {
    /// A part of the file with what it becomes in memory.
    struct Part {
        let name: String
        let address: UInt64
        let offset: Int64
        let size: Int64
        let isWritable: Bool
    }

    let file: any RandomAccessBytes
    /// Sections by name.
    private(set) var sections: [Part] = []
    /// What is loaded into memory.
    private(set) var segments: [Part] = []
    let isBigEndian: Bool

    /// Honest programs have fewer sections and segments.
    private static let partLimit = 4_096
    /// The entries of ELF's tables have less than 100 bytes.
    private static let entryLimit = 256

    /// Reads the tables; nil when it is no program, or one whose tables are damaged.
    init?(_ file: any RandomAccessBytes) throws {
        self.file = file
        let head = try file.bytes(at: 0, count: 4_096)
        guard head.count >= 64 else { return nil }
        if head.starts(with: [0x7F, 0x45, 0x4C, 0x46]) {
            isBigEndian = head[5] == 2
            try readELF(ByteReader(head, isBigEndian: isBigEndian), is64Bit: head[4] == 2)
        } else if head.starts(with: [0x4D, 0x5A]) {
            isBigEndian = false
            try readPE(ByteReader(head))
        } else if head.starts(with: [0xCF, 0xFA, 0xED, 0xFE]) || head.starts(with: [0xCE, 0xFA, 0xED, 0xFE]) {
            isBigEndian = false
            try readMachO(ByteReader(head), is64Bit: head[0] == 0xCF)
        } else {
            return nil
        }
        if sections.isEmpty, segments.isEmpty { return nil }
    }

    /// The section of that name.
    func section(_ name: String) -> Part? { sections.first { $0.name == name } }

    /// The bytes of a part, at most `limit`.
    func bytes(of part: Part, limit: Int) throws -> [UInt8] {
        try file.bytes(at: part.offset, count: Int(min(part.size, Int64(limit))))
    }

    /// Bytes at an address of the running program; nil where there are none.
    func bytes(at address: UInt64, count: Int) throws -> [UInt8]? {
        for part in segments + sections
        where address >= part.address && address - part.address < UInt64(part.size) && part.address != 0 {
            let inside = Int64(address - part.address)
            let bytes = try file.bytes(
                at: part.offset + inside, count: Int(min(Int64(count), part.size - inside)))
            return bytes.count == count ? bytes : nil
        }
        return nil
    }

    /// A part with foreign numbers, unless they are impossible.
    private static func part(
        _ name: String, address: UInt64?, offset: UInt64?, size: UInt64?, isWritable: Bool
    ) -> Part? {
        let limit = UInt64(Int64.max) / 4
        guard let address, let offset, let size, offset < limit, size < limit else { return nil }
        return Part(name: name, address: address, offset: Int64(offset), size: Int64(size), isWritable: isWritable)
    }

    private mutating func readELF(_ head: ByteReader, is64Bit: Bool) throws {
        let wide = is64Bit
        guard let programs = head.word(wide ? 32 : 28, is64Bit: wide),
            let table = head.word(wide ? 40 : 32, is64Bit: wide),
            let programSize = head.u16(wide ? 54 : 42), let programCount = head.u16(wide ? 56 : 44),
            let sectionSize = head.u16(wide ? 58 : 46), let sectionCount = head.u16(wide ? 60 : 48),
            let nameIndex = head.u16(wide ? 62 : 50), programs < UInt64(Int64.max) / 4, table < UInt64(Int64.max) / 4,
            programSize <= Self.entryLimit, sectionSize <= Self.entryLimit
        else { return }
        let programTable = ByteReader(
            try file.bytes(at: Int64(programs), count: programSize * min(programCount, Self.partLimit)),
            isBigEndian: isBigEndian)
        for index in 0..<min(programCount, Self.partLimit) {
            let at = index * programSize
            guard let type = programTable.u32(at) else { break }
            let flags = programTable.u32(at + (wide ? 4 : 24)) ?? 0
            guard type == 1,
                let part = Self.part(
                    "", address: programTable.word(at + (wide ? 16 : 8), is64Bit: wide),
                    offset: programTable.word(at + (wide ? 8 : 4), is64Bit: wide),
                    size: programTable.word(at + (wide ? 32 : 16), is64Bit: wide), isWritable: flags & 2 != 0)
            else { continue }
            segments.append(part)
        }
        guard table > 0, sectionSize >= (wide ? 64 : 40) else { return }
        let sectionTable = ByteReader(
            try file.bytes(at: Int64(table), count: sectionSize * min(sectionCount, Self.partLimit)),
            isBigEndian: isBigEndian)
        func part(_ index: Int, _ name: String) -> Part? {
            let at = index * sectionSize
            // A section of this type takes no room in the file.
            guard let type = sectionTable.u32(at + 4), type != 8 else { return nil }
            let flags = sectionTable.word(at + 8, is64Bit: wide) ?? 0
            return Self.part(
                name, address: sectionTable.word(at + (wide ? 16 : 12), is64Bit: wide),
                offset: sectionTable.word(at + (wide ? 24 : 16), is64Bit: wide),
                size: sectionTable.word(at + (wide ? 32 : 20), is64Bit: wide), isWritable: flags & 1 != 0)
        }
        guard let nameTable = part(nameIndex, "") else { return }
        let names = ByteReader(try bytes(of: nameTable, limit: 1 << 20))
        for index in 0..<min(sectionCount, Self.partLimit) {
            guard let place = sectionTable.u32(index * sectionSize), let name = names.string(place),
                let part = part(index, name.text)
            else { continue }
            sections.append(part)
        }
    }

    private mutating func readPE(_ head: ByteReader) throws {
        guard let start = head.u32(0x3C), start < 1 << 20 else { return }
        let reader = ByteReader(try file.bytes(at: Int64(start), count: 64 << 10))
        guard reader.u32(0) == 0x4550, let count = reader.u16(6), let optionalSize = reader.u16(20),
            let magic = reader.u16(24)
        else { return }
        let base = (magic == 0x20B ? reader.u64(24 + 24) : reader.u32(24 + 28).map(UInt64.init)) ?? 0
        for index in 0..<min(count, Self.partLimit) {
            let at = 24 + optionalSize + index * 40
            guard let name = reader.string(at, limit: 8), let address = reader.u32(at + 12) else { break }
            let flags = reader.u32(at + 36) ?? 0
            let part = Self.part(
                name.text, address: base &+ UInt64(address), offset: reader.u32(at + 20).map(UInt64.init),
                size: reader.u32(at + 16).map(UInt64.init), isWritable: flags & 0x8000_0000 != 0)
            if let part { sections.append(part) }
        }
        segments = sections
    }

    private mutating func readMachO(_ head: ByteReader, is64Bit: Bool) throws {
        guard let count = head.u32(16), let size = head.u32(20), size <= 1 << 20 else { return }
        let start = is64Bit ? 32 : 28
        let reader = ByteReader(try file.bytes(at: Int64(start), count: size))
        var position = 0
        for _ in 0..<min(count, Self.partLimit) {
            guard let command = reader.u32(position), let length = reader.u32(position + 4), length >= 8 else { return }
            if command == (is64Bit ? 0x19 : 0x1) { readMachOSegment(reader, at: position, is64Bit: is64Bit) }
            position += length
        }
    }

    private mutating func readMachOSegment(_ reader: ByteReader, at position: Int, is64Bit wide: Bool) {
        let name = reader.string(position + 8, limit: 16)?.text ?? ""
        let part = Self.part(
            name, address: reader.word(position + 24, is64Bit: wide),
            offset: reader.word(position + (wide ? 40 : 32), is64Bit: wide),
            size: reader.word(position + (wide ? 48 : 36), is64Bit: wide), isWritable: name.hasPrefix("__DATA"))
        if let part { segments.append(part) }
        let count = reader.u32(position + (wide ? 64 : 48)) ?? 0
        for index in 0..<min(count, Self.partLimit) {
            let at = position + (wide ? 72 : 56) + index * (wide ? 80 : 68)
            guard let sectionName = reader.string(at, limit: 16) else { return }
            let section = Self.part(
                sectionName.text, address: reader.word(at + 32, is64Bit: wide),
                offset: reader.u32(at + (wide ? 48 : 40)).map(UInt64.init),
                size: reader.word(at + (wide ? 40 : 36), is64Bit: wide), isWritable: name.hasPrefix("__DATA"))
            if let section { sections.append(section) }
        }
    }
}
