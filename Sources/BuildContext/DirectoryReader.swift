import CLinux
import Glibc

/// Reads one directory: its names sorted as bytes, and what each of them is.
struct DirectoryReader {
    /// The names of a directory in one piece of memory, since a large tree has very many.
    struct Names {
        struct Name {
            let offset: Int
            let length: Int
            /// Nil where the file system does not say.
            let isDirectory: Bool?
        }

        /// All names, each followed by NUL.
        fileprivate var text: [CChar] = []
        /// The names in order.
        fileprivate(set) var sorted: [Name] = []

        /// The path of a name in a directory.
        func path(of name: Name, in directory: PathBytes) -> PathBytes {
            let start = directory.isEmpty ? 0 : directory.count + 1
            return PathBytes(unsafeUninitializedCapacity: start + name.length) { buffer, count in
                count = start + name.length
                if start > 0 {
                    _ = buffer.update(fromContentsOf: directory)
                    buffer[start - 1] = PathBytes.slash
                }
                text.withUnsafeBytes { text in
                    let source = UnsafeRawBufferPointer(rebasing: text[name.offset..<(name.offset + name.length)])
                    UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[start...])
                        .copyMemory(from: source)
                }
            }
        }

        /// Calls `body` with a name as C takes it.
        func withCString<Result>(_ name: Name, _ body: (UnsafePointer<CChar>) -> Result) -> Result {
            text.withUnsafeBufferPointer { text in
                // The text holds at least this name, so it has an address.
                body(text.baseAddress.unsafelyUnwrapped + name.offset)
            }
        }
    }

    /// The sorted names in an open directory, without `.` and `..`; a failure is the `errno`.
    static func names(in directory: Descriptor) -> Result<Names, Descriptor.Errno> {
        var names = Names()
        let failure: Int32 = withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 8) { buffer in
            while true {
                let count = context_read_directory(directory.number, buffer.baseAddress, buffer.count)
                if count <= 0 { return Int32(-count) }
                var offset = 0
                while offset < count {
                    var start: UnsafePointer<CChar>?
                    var length = 0
                    var type: UInt8 = 0
                    offset += context_directory_record(
                        UnsafeRawPointer(buffer.baseAddress.map { $0 + offset }), &start, &length, &type)
                    guard let start else { continue }
                    let name = UnsafeBufferPointer(start: start, count: length)
                    if name[0] == 0x2E && (length == 1 || (length == 2 && name[1] == 0x2E)) { continue }
                    let isDirectory = Int(type) == Int(DT_UNKNOWN) ? nil : Int(type) == Int(DT_DIR)
                    names.sorted.append(
                        Names.Name(offset: names.text.count, length: length, isDirectory: isDirectory))
                    names.text.append(contentsOf: name)
                    names.text.append(0)
                }
            }
        }
        if failure != 0 { return .failure(.init(code: failure)) }
        names.text.withUnsafeBufferPointer { text in
            guard let start = text.baseAddress else { return }
            // Names have no NUL, so comparing them as C strings compares their bytes.
            names.sorted.sort { strcmp(start + $0.offset, start + $1.offset) < 0 }
        }
        return .success(names)
    }

    /// Describes a name in a directory. A symbolic link's target and the wanted attributes are read, too.
    static func entry(
        _ name: UnsafePointer<CChar>, in directory: Descriptor, path: PathBytes,
        attributes: TreeWalker.AttributeSelection
    ) -> Result<TreeEntry, Descriptor.Errno> {
        var status = stat()
        guard fstatat(directory.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            return .failure(.init(code: errno))
        }
        var entry = TreeEntry(path: path, status: status)
        if entry.kind == .symbolicLink {
            switch linkTarget(name, in: directory) {
            case .success(let target): entry.linkTarget = target
            case .failure(let failure): return .failure(failure)
            }
        }
        let mayHaveAttributes = attributes == .all || (attributes == .capability && entry.kind == .file)
        if mayHaveAttributes {
            let start = Array("/proc/self/fd/\(directory.number)/".utf8).map { CChar(bitPattern: $0) }
            let route = start + UnsafeBufferPointer(start: name, count: strlen(name) + 1)
            switch FileAttribute.read(route, attributes) {
            case .success(let found): entry.attributes = found
            case .failure(let failure): return .failure(failure)
            }
        }
        return .success(entry)
    }

    private static func linkTarget(
        _ name: UnsafePointer<CChar>, in directory: Descriptor
    ) -> Result<PathBytes, Descriptor.Errno> {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        let count = readlinkat(directory.number, name, &buffer, buffer.count)
        guard count >= 0 else { return .failure(.init(code: errno)) }
        return .success(buffer[..<count].map { UInt8(bitPattern: $0) })
    }
}

extension FileAttribute {
    /// The attribute that keeps a file's Linux capabilities.
    static let capabilityName = "security.capability"

    /// The attributes of the file that `route` names, the last component not followed; none where the file system has
    /// no attributes.
    static func read(
        _ route: [CChar], _ selection: TreeWalker.AttributeSelection
    ) -> Result<[FileAttribute], Descriptor.Errno> {
        if selection == .capability {
            return value(of: capabilityName, at: route).map { value in
                value.map { [FileAttribute(name: capabilityName, value: $0)] } ?? []
            }
        }
        var list = [CChar](repeating: 0, count: 64 << 10)
        let length = llistxattr(route, &list, list.count)
        guard length >= 0 else { return errno == ENOTSUP ? .success([]) : .failure(.init(code: errno)) }
        var result: [FileAttribute] = []
        for name in list[..<length].split(separator: 0) {
            let name = String(decoding: name.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            switch value(of: name, at: route) {
            case .success(let value?): result.append(FileAttribute(name: name, value: value))
            case .success(nil): continue
            case .failure(let failure): return .failure(failure)
            }
        }
        return .success(result.sorted { $0.name < $1.name })
    }

    private static func value(of name: String, at route: [CChar]) -> Result<[UInt8]?, Descriptor.Errno> {
        var value = [UInt8](repeating: 0, count: 256)
        while true {
            let count = lgetxattr(route, name, &value, value.count)
            if count >= 0 { return .success(Array(value[..<count])) }
            switch errno {
            case ERANGE: value = [UInt8](repeating: 0, count: value.count * 16)
            case ENODATA, ENOTSUP: return .success(nil)
            default: return .failure(.init(code: errno))
            }
        }
    }
}
