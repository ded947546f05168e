import OCI

/// Paths of archives, relative to the root directory that they are unpacked into.
enum RootedPath {
    static let slash = UInt8(ascii: "/")

    /// The path without empty and `.` components, `..` taken back; nil when it leaves the root. The root itself is empty.
    static func normalized(_ name: PathBytes) -> PathBytes? {
        if isNormal(name) { return name }
        var parts: [ArraySlice<UInt8>] = []
        for part in name.split(separator: slash) {
            if part == [0x2E] { continue }
            if part == [0x2E, 0x2E] {
                guard parts.popLast() != nil else { return nil }
                continue
            }
            parts.append(part)
        }
        return PathBytes(parts.joined(separator: [slash]))
    }

    /// Most names are as they should be: no need to make new ones.
    private static func isNormal(_ name: PathBytes) -> Bool {
        var previous = slash
        for byte in name {
            // A dot or a slash at the beginning of a component is looked at closely.
            if previous == slash, byte == 0x2E || byte == slash { return false }
            previous = byte
        }
        return previous != slash || name.isEmpty
    }

    /// The parts of a path before and after its last slash.
    static func split(_ path: PathBytes) -> (parent: ArraySlice<UInt8>, name: ArraySlice<UInt8>) {
        guard let cut = path.lastIndex(of: slash) else { return ([], path[...]) }
        return (path[..<cut], path[(cut + 1)...])
    }
}
