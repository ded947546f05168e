import BuildContext
import Glibc

/// How new files and directories look when nothing says otherwise.
struct NewFileAttributes: Sendable {
    /// Permission bits.
    var mode: UInt32
    /// `nil` leaves what the kernel chose: the process's ids, or the group of a set-group-id directory.
    var owner: FileOwner?
    /// `nil` leaves the current time.
    var time: FileTime?
}

/// A directory that was made or whose entries changed, and the time it gets once nothing is written into it any more.
struct PendingTime {
    let directory: OpenFile
    let time: FileTime
}

extension RootedLocation {
    /// Makes what is missing of the path, each component a directory.
    ///
    /// - Returns: the directory the path names, and the directories made, parents first.
    func makeDirectories(
        _ attributes: NewFileAttributes
    ) throws(PathFailure) -> (directory: OpenFile, created: [OpenFile]) {
        if leaf != nil { throw PathFailure(.notADirectory, path) }
        return try Self.makeDirectories(missing, in: directory, at: directoryPath, attributes)
    }

    /// Makes the parent directories of the path.
    func makeParents(
        _ attributes: NewFileAttributes
    ) throws(PathFailure) -> (directory: OpenFile, created: [OpenFile]) {
        try Self.makeDirectories(missing.dropLast(), in: directory, at: directoryPath, attributes)
    }

    private static func makeDirectories(
        _ names: some Sequence<PathBytes>, in start: OpenFile, at startPath: [PathBytes],
        _ attributes: NewFileAttributes
    ) throws(PathFailure) -> (directory: OpenFile, created: [OpenFile]) {
        var current = start
        var path = startPath
        var created: [OpenFile] = []
        for name in names {
            path.append(name)
            guard let (next, isNew) = name.withCString({ OpenFile.makeDirectory($0, in: current.descriptor) }) else {
                throw PathFailure("create", RootDirectory.join(path, nil))
            }
            current = next
            guard isNew else { continue }
            if let owner = attributes.owner, fchown(next.descriptor, owner.uid, owner.gid) != 0 {
                throw PathFailure("change the owner of", RootDirectory.join(path, nil))
            }
            // Below a set-group-id directory the kernel has made it one, too, and that stays.
            let inherited = (FileStatus(of: next.descriptor)?.mode ?? 0) & UInt32(S_ISGID)
            if fchmod(next.descriptor, attributes.mode | inherited) != 0 {
                throw PathFailure("change the mode of", RootDirectory.join(path, nil))
            }
            created.append(next)
        }
        return (current, created)
    }
}

/// Small changes to a root file system: directories and files that do not come from anywhere.
///
/// Paths are those inside the image; symbolic links are followed inside the root. Results never depend on the umask.
public struct RootFilesystem: Sendable {
    private let root: RootDirectory

    /// Opens the directory that stands for `/`.
    ///
    /// - Throws: ``CopyError/system(operation:path:code:source:)``.
    public init(directory: String) throws(CopyError) {
        do throws(PathFailure) {
            root = try RootDirectory(path: directory)
        } catch {
            throw error.error(copying: nil)
        }
    }

    /// Makes a directory and those above it that are missing.
    ///
    /// - Parameters:
    ///   - mode: permission bits of each directory made.
    ///   - owner: their owner; `nil` leaves the process's, which is `0:0` in a build.
    ///   - time: their modification time; `nil` leaves the current time.
    /// - Returns: whether anything was made.
    /// - Throws: ``CopyError/notADirectory(path:)`` when a component is a file,
    ///   ``CopyError/tooManyLinks(path:)``, ``CopyError/system(operation:path:code:source:)``.
    @discardableResult
    public func makeDirectories(
        _ path: String, mode: UInt32 = 0o755, owner: FileOwner? = nil, time: FileTime? = nil
    ) throws(CopyError) -> Bool {
        do throws(PathFailure) {
            let location = try root.resolve(absolutePath(path, from: "/"))
            let made = try location.makeDirectories(NewFileAttributes(mode: mode, owner: owner, time: time)).created
            if let time {
                // The directory above got an entry; children first, since each one changes its parent's time.
                for directory in made.reversed() + (made.isEmpty ? [] : [location.directory]) {
                    _ = time.apply(to: directory.descriptor)
                }
            }
            return !made.isEmpty
        } catch {
            throw error.error(copying: nil)
        }
    }

    /// Writes a file, replacing the content of one that exists; missing directories above it are made with mode 0755.
    ///
    /// - Throws: ``CopyError/fileOverDirectory(source:path:)`` when the path is a directory, and as
    ///   ``makeDirectories(_:mode:owner:time:)``.
    public func writeFile(
        _ path: String, data: [UInt8], mode: UInt32 = 0o644, owner: FileOwner? = nil, time: FileTime? = nil
    ) throws(CopyError) {
        do throws(PathFailure) {
            let location = try root.resolve(absolutePath(path, from: "/"))
            guard let name = location.leafName ?? location.missing.last else {
                throw PathFailure(.fileOverDirectory, location.path)
            }
            let (directory, made) = try location.makeParents(NewFileAttributes(mode: 0o755, owner: owner, time: time))
            let flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK
            let descriptor = name.withCString { openat(directory.descriptor, $0, flags, 0o600) }
            guard descriptor >= 0 else { throw PathFailure("write", location.path) }
            let file = OpenFile(adopting: descriptor)
            try file.write(data, path: location.path)
            try file.setAttributes(owner: owner, mode: mode, time: time, path: location.path)
            if let time {
                for directory in made.reversed() + [location.directory] { _ = time.apply(to: directory.descriptor) }
            }
        } catch {
            throw error.error(copying: nil)
        }
    }
}

extension OpenFile {
    func write(_ data: [UInt8], path: PathBytes) throws(PathFailure) {
        let code: Int32 = data.withUnsafeBytes { bytes in
            var written = 0
            while written < bytes.count {
                let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
                if count < 0 {
                    if errno == EINTR { continue }
                    return errno
                }
                written += count
            }
            return 0
        }
        if code != 0 { throw PathFailure("write", path, code: code) }
    }

    /// Sets what is given. The order matters: changing the owner clears set-id bits, writing changes the time.
    func setAttributes(
        owner: FileOwner?, mode: UInt32, time: FileTime?, path: @autoclosure () -> PathBytes
    ) throws(PathFailure) {
        if let owner, fchown(descriptor, owner.uid, owner.gid) != 0 {
            throw PathFailure("change the owner of", path())
        }
        if fchmod(descriptor, mode) != 0 { throw PathFailure("change the mode of", path()) }
        if let time, time.apply(to: descriptor) != 0 { throw PathFailure("set the time of", path()) }
    }
}

/// Makes the directory of a WORKDIR instruction.
public enum WorkdirMaker {
    /// Makes the directory and what is missing above it, mode 0755, each owned by the instruction's user.
    ///
    /// - Parameters:
    ///   - path: the working directory, absolute; it need not be in its shortest form.
    ///   - root: the directory that stands for `/`.
    ///   - user: the USER in effect, as written; `nil` or empty for none. It is resolved in the same root.
    ///   - hasDatabase: false on `scratch`, where a user given by name is an error.
    ///   - time: the modification time of what is made; `nil` leaves the current time.
    /// - Returns: whether anything was made. Directories that exist keep owner and mode.
    /// - Throws: ``CopyError/notADirectory(path:)`` when a component is a file, and as
    ///   ``FileOwner/resolve(_:database:)``.
    public static func make(
        _ path: String, in root: String, user: String?, hasDatabase: Bool = true, time: FileTime?
    ) throws(CopyError) -> Bool {
        if absolutePath(path, from: "/") == [0x2F] { return false }
        var owner: FileOwner?
        if let user, !user.isEmpty { owner = try FileOwner.resolve(user, database: hasDatabase ? root : nil) }
        return try RootFilesystem(directory: root).makeDirectories(path, owner: owner, time: time)
    }
}
