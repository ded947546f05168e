/// Why a file that should say what is installed could not be read. The image is listed without it, with a warning.
public enum InventoryError: Error, Hashable, Sendable, CustomStringConvertible {
    /// It is not what its name says, or is damaged.
    case malformed(what: String, reason: String)
    /// It is larger than any honest one.
    case tooLarge(what: String, limit: Int64)
    /// A remembered result is not one, or of another version.
    case unusableCache(reason: String)

    /// One line, in lower case.
    public var description: String {
        switch self {
        case .malformed(let what, let reason): "malformed \(what): \(reason)"
        case .tooLarge(let what, let limit): "the \(what) is larger than \(limit) bytes"
        case .unusableCache(let reason): "unusable remembered result: \(reason)"
        }
    }
}
