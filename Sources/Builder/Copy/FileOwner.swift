import BuildContext
import CLinux
import Glibc

/// Numeric owner and group of a file.
public struct FileOwner: Hashable, Sendable {
    /// User id.
    public var uid: UInt32
    /// Group id.
    public var gid: UInt32

    /// `0:0`.
    public static let root = FileOwner(uid: 0, gid: 0)

    /// Creates an owner from ids.
    public init(uid: UInt32, gid: UInt32) {
        self.uid = uid
        self.gid = gid
    }

    /// Resolves `user`, `user:group`, `:group` and their numeric forms, as `--chown` and USER have them.
    ///
    /// The rules are Docker's: a numeric user is also the group unless one is given; a named user brings the group of
    /// its passwd line; an unknown, missing or negative user is 0; an unknown group leaves the user's. `root` is always 0.
    ///
    /// - Parameters:
    ///   - spec: the text after expansion.
    ///   - database: the root directory whose `/etc/passwd` and `/etc/group` names are looked up in; `nil` where there
    ///     is none (`FROM scratch`, or a `--link` layer).
    /// - Throws: ``CopyError/ownerNameWithoutDatabase(name:)`` for a name without a database,
    ///   ``CopyError/unusableOwnerDatabase(path:)``, ``CopyError/tooManyLinks(path:)``.
    public static func resolve(_ spec: String, database: String?) throws(CopyError) -> FileOwner {
        let parts = spec.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        var owner = FileOwner.root
        let user = parts.first ?? ""
        if let id = number(user) {
            owner = FileOwner(uid: id, gid: id)
        } else if let fields = try lookUp(user, in: "/etc/passwd", of: database) {
            owner = FileOwner(uid: field(2, of: fields), gid: field(3, of: fields))
        }
        guard parts.count == 2 else { return owner }
        if let id = number(parts[1]) {
            owner.gid = id
        } else if let fields = try lookUp(parts[1], in: "/etc/group", of: database) {
            owner.gid = field(2, of: fields)
        }
        return owner
    }

    /// True when resolving the text needs `/etc/passwd` or `/etc/group`.
    public static func needsDatabase(_ spec: String) -> Bool {
        spec.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).contains { part in
            !(part.isEmpty || part == "root" || Int32(part) != nil)
        }
    }

    /// The id that a part stands for; `nil` for a name. An empty part is 0.
    private static func number(_ part: Substring) -> UInt32? {
        if part.isEmpty || part == "root" { return 0 }
        guard let value = Int32(part) else { return nil }
        return UInt32(exactly: value) ?? 0
    }

    private static func lookUp(
        _ name: Substring, in path: String, of database: String?
    ) throws(CopyError) -> [ArraySlice<UInt8>]? {
        guard let database else { throw .ownerNameWithoutDatabase(name: String(name)) }
        guard let contents = try read(path, of: database) else { return nil }
        for line in contents.split(separator: 0x0A) {
            let fields = line.split(separator: 0x3A, omittingEmptySubsequences: false)
            if let first = fields.first, trimmed(first).elementsEqual(name.utf8) { return fields }
        }
        return nil
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        bytes.drop { $0 == 0x20 || (0x09...0x0D).contains($0) }
    }

    /// A numeric field; what is missing or no number counts as 0.
    private static func field(_ index: Int, of fields: [ArraySlice<UInt8>]) -> UInt32 {
        fields.indices.contains(index) ? UInt32(String(decoding: fields[index], as: UTF8.self)) ?? 0 : 0
    }

    /// More than any real list of users; a bound on memory for hostile images.
    private static let largestDatabase = 10 << 20

    private static func read(_ path: String, of database: String) throws(CopyError) -> [UInt8]? {
        do {
            let location = try RootDirectory(path: database).resolve(PathBytes(path.utf8))
            guard let leaf = location.leaf else {
                // Missing counts as not found in it; a directory in its place does not.
                if location.missing.isEmpty { throw CopyError.unusableOwnerDatabase(path: path) }
                return nil
            }
            guard leaf.isRegularFile, leaf.size <= largestDatabase else {
                throw CopyError.unusableOwnerDatabase(path: path)
            }
            let file = try location.openLeaf(O_RDONLY)
            return try file.readAll(limit: largestDatabase, path: PathBytes(path.utf8))
        } catch let error as CopyError {
            throw error
        } catch let failure as PathFailure {
            if case .notADirectory = failure.kind { return nil }
            throw failure.error(copying: nil)
        } catch {
            throw .unusableOwnerDatabase(path: path)
        }
    }
}
