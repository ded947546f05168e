import OCI

/// Descriptors in database columns, as canonical JSON.
enum StoredJSON {
    static func text(_ descriptor: Descriptor, path: String) throws(StoreError) -> String {
        do {
            return String(decoding: try CanonicalJSON.encode(descriptor), as: UTF8.self)
        } catch {
            throw .corrupt(path: path, detail: "\(error)")
        }
    }

    static func descriptor(_ text: String, path: String) throws(StoreError) -> Descriptor {
        do {
            return try CanonicalJSON.decode(Descriptor.self, from: Array(text.utf8), what: "descriptor")
        } catch {
            throw .corrupt(path: path, detail: "\(error)")
        }
    }
}
