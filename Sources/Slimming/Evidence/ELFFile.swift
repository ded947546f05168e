import Glibc

/// What the header and the dynamic section of a program or library say.
struct ELFFile: Sendable {
    /// The loader it names; nil for a library or a static program.
    var interpreter: String?
    /// The names of the libraries that it needs.
    var needed: [String] = []
    /// Where it wants them to be looked for.
    var searchPaths: [String] = []
    /// Bytes of what no process loads: symbols and tables for debuggers.
    var unloadedSize: UInt64 = 0
    /// Whether there is a dynamic section at all.
    var isDynamic = false

    /// Whether it is linked against musl; nil when it does not tell.
    var usesMusl: Bool? {
        if let interpreter { return interpreter.contains("musl") }
        if needed.contains(where: { $0.contains("musl") || $0 == "libc.so" }) { return true }
        return needed.contains("libc.so.6") ? false : nil
    }

    private static let tableLimit = 1 << 20

    /// Reads the file; nil when it is no 64-bit little-endian ELF file.
    init?(path: String) {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return nil }
        defer { close(file) }
        func bytes(at offset: UInt64, count: UInt64) -> [UInt8]? {
            guard count <= Self.tableLimit, let start = Int(exactly: offset), let length = Int(exactly: count),
                length > 0
            else { return nil }
            var buffer = [UInt8](repeating: 0, count: length)
            return pread(file, &buffer, length, off_t(start)) == length ? buffer : nil
        }
        guard let header = bytes(at: 0, count: 64), header.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]) else {
            return nil
        }
        unloadedSize = Self.unloaded(header) { bytes(at: $0, count: $1) }
        let table = Self.number(header, 32, 8)
        let entrySize = Self.number(header, 54, 2)
        let entryCount = Self.number(header, 56, 2)
        guard entrySize >= 56, let programs = bytes(at: table, count: entrySize * entryCount) else { return nil }
        var loads: [(address: UInt64, offset: UInt64, size: UInt64)] = []
        var dynamic: [UInt8] = []
        for index in 0..<Int(entryCount) {
            let base = index * Int(entrySize)
            let kind = Self.number(programs, base, 4)
            let offset = Self.number(programs, base + 8, 8)
            let address = Self.number(programs, base + 16, 8)
            let size = Self.number(programs, base + 32, 8)
            switch kind {
            case 1: loads.append((address, offset, size))
            case 2: dynamic = bytes(at: offset, count: size) ?? []
            case 3: interpreter = bytes(at: offset, count: size).map(Self.text)
            default: break
            }
        }
        isDynamic = !dynamic.isEmpty
        var names: [UInt64] = []
        var paths: [UInt64] = []
        var strings: (address: UInt64, size: UInt64) = (0, 0)
        for base in stride(from: 0, to: dynamic.count - 15, by: 16) {
            let value = Self.number(dynamic, base + 8, 8)
            switch Self.number(dynamic, base, 8) {
            case 1: names.append(value)
            case 5: strings.address = value
            case 10: strings.size = value
            case 15, 29: paths.append(value)
            default: break
            }
        }
        let segment = loads.first { strings.address >= $0.address && strings.address - $0.address < $0.size }
        guard let segment,
            let texts = bytes(
                at: segment.offset &+ (strings.address - segment.address), count: min(strings.size, 1 << 20))
        else { return }
        func string(_ offset: UInt64) -> String? {
            guard let start = Int(exactly: offset), start < texts.count else { return nil }
            return Self.text(Array(texts[start...]))
        }
        needed = names.compactMap(string)
        searchPaths = paths.compactMap(string).flatMap { $0.split(separator: ":").map(String.init) }
    }

    /// The sizes of all sections that are not part of the process, added up.
    private static func unloaded(_ header: [UInt8], _ bytes: (UInt64, UInt64) -> [UInt8]?) -> UInt64 {
        let (size, count) = (number(header, 58, 2), number(header, 60, 2))
        guard size >= 64, let sections = bytes(number(header, 40, 8), size * count) else { return 0 }
        return (0..<Int(count)).reduce(0) { total, index in
            let base = index * Int(size)
            let (kind, flags) = (number(sections, base + 4, 4), number(sections, base + 8, 8))
            // Kind 8 takes no place in the file; flag 2 is for what is loaded.
            guard kind != 0, kind != 8, flags & 2 == 0 else { return total }
            return total.addingReportingOverflow(number(sections, base + 32, 8)).partialValue
        }
    }

    private static func number(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> UInt64 {
        guard offset >= 0, offset + count <= bytes.count else { return 0 }
        return (0..<count).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64(bytes[offset + $1]) }
    }

    private static func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}
