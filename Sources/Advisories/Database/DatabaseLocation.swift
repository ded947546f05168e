import Glibc

/// Where an advisory database is.
public struct DatabaseLocation: Hashable, Sendable {
    /// The directory.
    public let directory: String

    /// The database in a directory.
    public init(directory: String) { self.directory = directory }

    /// The database itself. It is never changed in place: whoever has it open keeps what was there.
    public var file: String { directory + "/advisories.sqlite" }

    /// Whether there is a database.
    public var exists: Bool { access(file, F_OK) == 0 }

    /// Held by whoever makes a new one.
    var lock: String { directory + "/lock" }

    /// Makes the directory.
    func create() throws(AdvisoriesError) {
        var path = ""
        for part in directory.split(separator: "/", omittingEmptySubsequences: false) {
            path += (path.isEmpty && part.isEmpty ? "" : part)
            if !path.isEmpty, mkdir(path, 0o755) != 0, errno != EEXIST, errno != EROFS, errno != EACCES, errno != EPERM
            {
                throw .system(operation: "create", path: path, errno: errno)
            }
            path += "/"
        }
        guard access(directory, W_OK) == 0 else { throw .system(operation: "write to", path: directory, errno: errno) }
    }
}
