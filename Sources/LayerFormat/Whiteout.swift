import OCI

/// How a layer says that something of the layers below is gone (OCI image-spec, layer.md, "Whiteouts").
public enum Whiteout {
    /// `.wh.NAME` deletes NAME.
    public static let prefix = PathBytes(".wh.".utf8)
    /// `.wh..wh..opq` hides all that lower layers have in its directory.
    static let opaque = PathBytes(".wh..wh..opq".utf8)
    /// Other names of this form are AUFS's bookkeeping.
    static let reserved = PathBytes(".wh..wh.".utf8)

    /// What a file name means.
    public enum Meaning: Hashable, Sendable {
        /// Nothing but a file.
        case file
        /// What lower layers have in the directory is gone.
        case opaque
        /// What lower layers have under this name in the directory is gone.
        case deletes(PathBytes)
        /// Bookkeeping of another tool.
        case ignored
    }

    /// What the last component of a member's name means.
    ///
    /// - Throws: ``LayerFormatError/unsafeName(name:reason:)`` for a whiteout of nothing, `.` or `..`.
    public static func meaning(of name: PathBytes) throws(LayerFormatError) -> Meaning {
        guard name.starts(with: prefix) else { return .file }
        if name == opaque { return .opaque }
        if name.starts(with: reserved) { return .ignored }
        let target = PathBytes(name.dropFirst(prefix.count))
        guard !target.isEmpty, target != [0x2E], target != [0x2E, 0x2E] else {
            throw .unsafeName(name: display(name), reason: "it is a whiteout of nothing")
        }
        return .deletes(target)
    }
}
