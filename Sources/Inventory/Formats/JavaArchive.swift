import Glibc
import LayerFormat

/// What a Java archive on this machine says about itself.
public struct JavaArchive: Sendable {
    /// The main section of its manifest.
    public let manifest: [String: String]
    /// The names of the layers that a Spring Boot archive can be taken apart into, in their order; none for others.
    public let layers: [String]

    private static let limit = 1 << 20

    /// Reads an archive; nil when the file cannot be read or is none.
    public init?(path: String) {
        guard let file = ArchiveFile(path), let archive = try? ZipArchive(file) else { return nil }
        func text(_ name: String) -> [UInt8] {
            guard let entry = archive.entries.first(where: { $0.name.elementsEqual(name.utf8) }) else { return [] }
            return (try? archive.content(of: entry, limit: Self.limit)) ?? []
        }
        manifest = JavaManifest.fields(text("META-INF/MANIFEST.MF"))
        let index = manifest["Spring-Boot-Layers-Index"].map(text) ?? []
        layers = Self.layers(String(decoding: index, as: UTF8.self))
    }

    /// Names in an index of the form `- "NAME":`, with lines of paths between them.
    static func layers(_ index: String) -> [String] {
        index.split(whereSeparator: \.isNewline).compactMap { line in
            guard line.hasPrefix("- \""), line.hasSuffix("\":") else { return nil }
            let name = line.dropFirst(3).dropLast(2)
            return name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
                ? String(name) : nil
        }
    }
}

/// A regular file of this machine.
private final class ArchiveFile: RandomAccessBytes {
    private let descriptor: Int32
    let size: Int64

    init?(_ path: String) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
        size = Int64(status.st_size)
    }

    deinit { close(descriptor) }

    func bytes(at offset: Int64, count: Int) throws -> [UInt8] {
        guard offset >= 0, offset < size, count > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: Int(min(Int64(count), size - offset)))
        var filled = 0
        while filled < bytes.count {
            let read = bytes.withUnsafeMutableBytes { buffer in
                pread(descriptor, buffer.baseAddress.map { $0 + filled }, buffer.count - filled, Int(offset) + filled)
            }
            if read < 0, errno == EINTR { continue }
            // A file that was cut off meanwhile.
            guard read > 0 else { return Array(bytes[..<filled]) }
            filled += read
        }
        return bytes
    }
}
