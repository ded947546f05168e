import LayerFormat

/// What Go's linker leaves in a program about its modules. Stripping does not remove it.
struct GoBuildInfo {
    /// `go1.22.1`, perhaps with more behind it.
    let version: String
    /// Lines of `path`, `mod`, `dep`, `=>` and `build`; empty for programs that were not built from modules.
    let modules: [ArraySlice<UInt8>]

    /// How far into the data it is searched for.
    private static let searchLimit = 16 << 20
    /// Longer texts are no honest ones.
    private static let textLimit = 16 << 20

    /// Searches for it; nil in other programs.
    init?(_ program: ProgramFile) throws {
        guard let (place, size) = Self.place(in: program),
            let start = try Self.magic(in: program, at: place, size: size)
        else { return nil }
        let head = try program.file.bytes(at: start, count: 32)
        guard head.count == 32 else { return nil }
        let texts: (version: [UInt8], modules: [UInt8])?
        if head[15] & 2 != 0 {
            texts = try Self.inline(program, at: start + 32)
        } else {
            texts = try Self.pointed(program, head)
        }
        guard let texts, texts.version.starts(with: "go".utf8) || texts.version.starts(with: "devel".utf8) else {
            return nil
        }
        version = texts.version[...].text
        // The linker puts marks of 16 bytes around it, so that others can find it in memory.
        let modules = texts.modules
        let inner = modules.count >= 33 && modules[modules.count - 17] == 0x0A ? modules[16..<(modules.count - 16)] : []
        self.modules = inner.split(separator: 0x0A)
    }

    /// Where in the file it must be.
    private static func place(in program: ProgramFile) -> (Int64, Int64)? {
        let part =
            program.section(".go.buildinfo") ?? program.section("__go_buildinfo")
            ?? program.segments.first { $0.isWritable } ?? program.section(".data")
        return part.map { ($0.offset, min($0.size, Int64(searchLimit))) }
    }

    /// It begins at a multiple of 16.
    private static func magic(in program: ProgramFile, at place: Int64, size: Int64) throws -> Int64? {
        let mark = [UInt8]([0xFF]) + Array(" Go buildinf:".utf8)
        let chunk = 256 << 10
        var offset: Int64 = 0
        while offset < size {
            let bytes = try program.file.bytes(at: place + offset, count: chunk)
            guard bytes.count >= 32 else { return nil }
            for index in stride(from: 0, to: bytes.count - 16, by: 16)
            where bytes[index] == 0xFF && bytes[index...].starts(with: mark) {
                return place + offset + Int64(index)
            }
            offset += Int64(chunk) - 32
        }
        return nil
    }

    /// Since Go 1.18 the two texts follow, each with its length in front.
    private static func inline(_ program: ProgramFile, at start: Int64) throws -> ([UInt8], [UInt8])? {
        guard let (version, next) = try text(program, at: start) else { return nil }
        let modules = try text(program, at: next)?.bytes ?? []
        return (version, modules)
    }

    private static func text(_ program: ProgramFile, at start: Int64) throws -> (bytes: [UInt8], next: Int64)? {
        var length: UInt64 = 0
        var shift: UInt64 = 0
        var position = start
        for byte in try program.file.bytes(at: start, count: 10) {
            position += 1
            length |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 {
                guard length <= UInt64(textLimit) else { return nil }
                let bytes = try program.file.bytes(at: position, count: Int(length))
                return bytes.count == Int(length) ? (bytes, position + Int64(length)) : nil
            }
            shift += 7
            guard shift < 63 else { return nil }
        }
        return nil
    }

    /// Earlier there were pointers to the two strings.
    private static func pointed(_ program: ProgramFile, _ head: [UInt8]) throws -> ([UInt8], [UInt8])? {
        let width = Int(head[14])
        guard width == 4 || width == 8 else { return nil }
        let isBigEndian = head[15] & 1 != 0
        func text(_ pointer: UInt64?) throws -> [UInt8]? {
            guard let pointer, pointer != 0, let string = try program.bytes(at: pointer, count: 2 * width) else {
                return nil
            }
            let reader = ByteReader(string, isBigEndian: isBigEndian)
            guard let address = reader.word(0, is64Bit: width == 8),
                let length = reader.word(width, is64Bit: width == 8),
                length <= UInt64(textLimit)
            else { return nil }
            return try program.bytes(at: address, count: Int(length))
        }
        let reader = ByteReader(head, isBigEndian: isBigEndian)
        guard let version = try text(reader.word(16, is64Bit: width == 8)) else { return nil }
        return (version, try text(reader.word(16 + width, is64Bit: width == 8)) ?? [])
    }
}
