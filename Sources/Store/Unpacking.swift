import LayerFormat
import OCI

extension Store {
    /// Unpacks a blob of the store into a directory that becomes an overlay lower. Returns the diffID of what was read.
    func applyBlob(_ blob: Descriptor, into directory: String) throws -> Digest {
        throw StoreError.notFound("unpacking")
    }
}
