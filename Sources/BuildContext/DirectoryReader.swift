import CLinux
import Glibc

/// Reads one directory: its names sorted as bytes, and what each of them is.
struct DirectoryReader {
    struct Name {
        let bytes: PathBytes
        /// Nil where the file system does not say.
        let isDirectory: Bool?
    }

    /// The sorted names in an open directory, without `.` and `..`; a failure is the `errno`.
    static func names(in directory: Descriptor) -> Result<[Name], Descriptor.Errno> {
        var names: [Name] = []
        let failure: Int32 = withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 8) { buffer in
            while true {
                let count = context_read_directory(directory.number, buffer.baseAddress, buffer.count)
                if count <= 0 { return Int32(-count) }
                var offset = 0
                while offset < count {
                    var name: UnsafePointer<CChar>?
                    var length = 0
                    var type: UInt8 = 0
                    offset += context_directory_record(
                        UnsafeRawPointer(buffer.baseAddress.map { $0 + offset }), &name, &length, &type)
                    guard let name else { continue }
                    let bytes = PathBytes(UnsafeRawBufferPointer(start: name, count: length))
                    if bytes == [0x2E] || bytes == [0x2E, 0x2E] { continue }
                    let isDirectory = Int(type) == Int(DT_UNKNOWN) ? nil : Int(type) == Int(DT_DIR)
                    names.append(Name(bytes: bytes, isDirectory: isDirectory))
                }
            }
        }
        if failure != 0 { return .failure(.init(code: failure)) }
        names.sort { PathOrder.isBefore($0.bytes[...], $1.bytes[...]) }
        return .success(names)
    }

    /// Describes a name in a directory. A symbolic link's target and the wanted attributes are read, too.
    static func entry(
        _ name: PathBytes, in directory: Descriptor, path: PathBytes, attributes: TreeWalker.AttributeSelection
    ) -> Result<TreeEntry, Descriptor.Errno> {
        let text = name.map { CChar(bitPattern: $0) } + [0]
        var status = stat()
        guard fstatat(directory.number, text, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            return .failure(.init(code: errno))
        }
        var entry = TreeEntry(path: path, status: status)
        if entry.kind == .symbolicLink {
            switch linkTarget(text, in: directory) {
            case .success(let target): entry.linkTarget = target
            case .failure(let failure): return .failure(failure)
            }
        }
        let mayHaveAttributes = attributes == .all || (attributes == .capability && entry.kind == .file)
        if mayHaveAttributes {
            let route = Array("/proc/self/fd/\(directory.number)/".utf8).map { CChar(bitPattern: $0) } + text
            switch FileAttribute.read(route, attributes) {
            case .success(let found): entry.attributes = found
            case .failure(let failure): return .failure(failure)
            }
        }
        return .success(entry)
    }

    private static func linkTarget(
        _ name: [CChar], in directory: Descriptor
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
