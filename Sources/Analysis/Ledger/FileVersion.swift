import OCI

/// One member of one layer: a version of the file at its path.
public struct FileVersion: Sendable {
    /// What became of a version.
    public enum State: UInt8, Sendable {
        /// The image shows it.
        case live
        /// A directory that a later layer lists again; it was not in the way of anything.
        case listedAgain
        /// A later version has its place.
        case replaced
        /// A later layer, or a member further on in its own, took it away.
        case deleted
        /// It deletes something of the layers below.
        case whiteout
        /// Its name leaves the root directory or is no name, so nothing is unpacked.
        case ignored
    }

    var node: PathTree.Node
    /// The layer it lies in, the lowest being 0.
    public internal(set) var layer: Int32
    /// The layer that replaced or deleted it; -1 while it is live.
    public internal(set) var endedBy: Int32 = -1
    /// The version that has its content: itself, or what a hard link is another name of; -1 for a link to nothing.
    var content: Int32
    /// How many live names its content has.
    var names: Int32 = 0
    /// The version that this one replaced though it has the same content; -1 if it is none such.
    var repeats: Int32 = -1
    /// What a whiteout deletes; -1 for nothing.
    var hides: Int32 = -1
    /// The package that has the path, a position in ``Ledger/packages``; -1 for none.
    public internal(set) var package: Int32 = -1
    /// What became of it.
    public internal(set) var state: State
    /// What kind of file it is.
    public internal(set) var kind: TarEntry.Kind
    /// Permission, setuid, setgid and sticky bits.
    public internal(set) var mode: UInt16
    /// The owner.
    public internal(set) var uid: UInt32
    /// The group.
    public internal(set) var gid: UInt32
    /// The length of the content.
    public internal(set) var size: Int64
    /// The bytes of the layer's tar that it takes up: headers, content, padding.
    public internal(set) var stored: Int64
    var digest: ContentDigest
    /// Where its link's target is among the ledger's names.
    var link: Range<Int>
}
