import OCI

/// Everything that can go wrong with the bytes of a layer or with unpacking an archive.
public enum LayerFormatError: Error, Hashable, Sendable {
    /// A system call on a file failed.
    case system(operation: String, path: String, errno: Int32)
    /// The compressed data is damaged, cut off, or followed by something else.
    case corruptCompression(format: String, reason: String)
    /// The compressor gave up.
    case compressionFailed(format: String, reason: String)
    /// A member of the archive would end up outside the directory, or has a name no file can have.
    case unsafeName(name: String, reason: String)
    /// A hard link to something that is not in the archive.
    case missingLinkTarget(name: String, target: String)
    /// More symbolic links on the way to a file than the kernel would follow.
    case tooManySymlinks(name: String)
    /// A file of a layer changed or vanished while it was being read.
    case fileChanged(path: String)
    /// The directory was made with an overlay feature that cannot be exported.
    case unsupportedOverlay(path: String, feature: String)
    /// Directories nested deeper than we follow.
    case tooDeep(path: String, limit: Int)
    /// Changing the owner failed because the id is not mapped into the user namespace.
    case unmappedOwner(name: String, uid: UInt32, gid: UInt32)
    /// The archive cannot be read.
    case malformedArchive(reason: String)
    /// The thread could not be started.
    case noThread(errno: Int32)
}
