/// Everything that can be wrong with image metadata, a name or an image archive.
public enum OCIError: Error, Hashable, Sendable {
    /// The text is no digest (`algorithm:hex`), or not one of an algorithm we verify.
    case invalidDigest(String)
    /// The text is no image reference by Docker's grammar; the reason says which part.
    case invalidReference(String, reason: String)
    /// The text is no `os/architecture/variant`.
    case invalidPlatform(String, reason: String)
    /// The text names no image in any of the accepted forms.
    case invalidImageName(String, reason: String)
    /// The JSON document cannot be read as what it should be.
    case malformedJSON(what: String, reason: String)
    /// The file or directory is no image layout or archive.
    case notAnImage(path: String, reason: String)
    /// The layout or archive has no such blob.
    case missingBlob(path: String, name: String)
    /// The layout or archive has several images and the name picks none.
    case ambiguousImage(path: String, candidates: [String])
    /// The layout or archive has no image of that name.
    case imageNotFound(path: String, name: String, candidates: [String])
    /// The bytes are not those that the descriptor promises.
    case digestMismatch(what: String, expected: Digest, actual: Digest)
    /// The blob's length is not what the descriptor promises.
    case sizeMismatch(what: String, expected: Int64, actual: Int64)
    /// A document is larger than any honest one; read it no further.
    case tooLarge(what: String, limit: Int64)
    /// A system call on a file failed.
    case system(operation: String, path: String, errno: Int32)
    /// A tar archive is not what tar is; the offset is where in the archive.
    case malformedTar(offset: Int64, reason: String)
    /// A member of a tar archive is of a type that is not known; the offset is where in the archive.
    case unknownTarMember(offset: Int64, type: UInt8)
    /// No image of the index is for the wanted platform.
    case noMatchingPlatform(wanted: String, available: [String])
}
