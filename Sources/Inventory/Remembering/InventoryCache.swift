import Glibc
import OCI

/// Inventories of layers that were read before, by their diffID: a file for each in a directory.
///
/// A file that is damaged, or of another version, is not there. Nothing depends on a file being there.
public struct InventoryCache: Sendable {
    private let directory: String

    /// Says what follows; the number changes with the form.
    private static let mark = Array("whittle inventory 3\n".utf8)
    private static let limit: Int64 = 512 << 20

    /// Keeps them in `directory`, which is made when it is first needed.
    public init(directory: String) { self.directory = directory }

    private func path(_ diffID: Digest) -> String { directory + "/" + diffID.algorithm + "-" + diffID.hex }

    private static var head: [UInt8] {
        withUnsafeBytes(of: Cataloguers.version.littleEndian) { mark + $0 }
    }

    /// What is remembered of a layer.
    public func inventory(of diffID: Digest) -> LayerInventory? {
        guard let blob = try? Blob(path: path(diffID)),
            let bytes = try? blob.bytes(limit: Self.limit, what: "remembered result"), bytes.starts(with: Self.head)
        else { return nil }
        return try? LayerInventory(encoded: Array(bytes[Self.head.count...]))
    }

    /// Remembers a layer, whose content the diffID must have been compared with.
    ///
    /// - Throws: `OCIError` when the file cannot be written.
    public func remember(_ inventory: LayerInventory, of diffID: Digest) throws {
        if mkdir(directory, 0o700) != 0, errno != EEXIST {
            throw OCIError.system(operation: "create", path: directory, errno: errno)
        }
        let file = try AtomicFile(path: path(diffID), mode: 0o600)
        try FileSink(descriptor: file.descriptor, path: path(diffID)).write(Self.head + inventory.encoded)
        try file.commit()
    }
}
