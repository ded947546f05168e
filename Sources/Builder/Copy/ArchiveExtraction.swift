import LayerFormat

/// What ADD needs of archives; the rest of the engine need not know their format.
enum ArchiveExtraction {
    /// Whether an open file is an archive that ADD extracts.
    static func isArchive(_ descriptor: Int32) -> Bool {
        LayerFormat.isArchive(descriptor)
    }

    /// Extracts an open file into an open directory. The text says why it failed.
    ///
    /// - Parameter owner: replaces every owner in the archive.
    static func extract(_ descriptor: Int32, into directory: Int32, owner: FileOwner?) -> String? {
        do {
            try extractArchive(descriptor, into: directory, path: [], owner: owner.map { ($0.uid, $0.gid) })
            return nil
        } catch {
            return "\(error)"
        }
    }
}
