/// What can go wrong with advisories, their database, and the files that go with them.
public enum AdvisoriesError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A file or directory cannot be opened, read or written.
    case system(operation: String, path: String, errno: Int32)
    /// An archive or compressed file is damaged.
    case damagedArchive(path: String, reason: String)
    /// JSON is malformed. The line is counted from 1, 0 when the place is a byte of the whole file.
    case malformedJSON(path: String, line: Int, offset: Int, reason: String)
    /// A file is of no form that is known.
    case unrecognized(path: String)
    /// A file is of a known form, but something in it is not.
    case malformed(path: String, line: Int, reason: String)
    /// A file is larger than anything that is honestly meant.
    case tooLarge(path: String, limit: Int64)
    /// Nothing was found to import.
    case nothingToImport(path: String)
    /// There is no database.
    case noDatabase(path: String)
    /// The database cannot be used.
    case damagedDatabase(path: String, reason: String)
    /// The database has another form than this program reads.
    case otherVersion(path: String, found: Int, expected: Int)
    /// The database is older than was asked for.
    case outdated(ecosystem: String, days: Int, limit: String)

    /// One line, in lower case.
    public var description: String {
        switch self {
        case .system(let operation, let path, let code): "cannot \(operation) \(path): \(errorText(code))"
        case .damagedArchive(let path, let reason): "\(path) is damaged: \(reason)"
        case .malformedJSON(let path, let line, let offset, let reason):
            line > 0
                ? "\(path):\(line):\(offset + 1): malformed json: \(reason)"
                : "\(path): malformed json at byte \(offset): \(reason)"
        case .unrecognized(let path):
            "\(path) is neither OSV records, a secdb, Debian's tracker, KEV, EPSS nor an advisory list"
        case .malformed(let path, let line, let reason): line > 0 ? "\(path):\(line): \(reason)" : "\(path): \(reason)"
        case .tooLarge(let path, let limit): "\(path) is larger than \(limit >> 20) MiB"
        case .nothingToImport(let path): "\(path) has no advisories in it"
        case .noDatabase(let path):
            "there is no advisory database in \(path): fetch one with whittle db update, or import one with whittle db import"
        case .damagedDatabase(let path, let reason): "the advisory database \(path) cannot be used: \(reason)"
        case .otherVersion(let path, let found, let expected):
            "the advisory database \(path) has form \(found), not \(expected): update or import again"
        case .outdated(let ecosystem, let days, let limit):
            "the advisories for \(ecosystem) are \(days) days old, more than \(limit)"
        }
    }
}
