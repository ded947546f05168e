import Glibc

/// The kinds of things a directory can hold.
public enum FileKind: UInt8, Hashable, Sendable {
    case file
    case directory
    case symbolicLink
    case characterDevice
    case blockDevice
    case fifo
    case socket
}

/// A time of the file system, in nanoseconds since 1970.
public struct FileTime: Hashable, Comparable, Sendable {
    /// Whole seconds since 1970.
    public var seconds: Int64
    /// Nanoseconds within the second.
    public var nanoseconds: Int32

    /// Creates a time from its parts.
    public init(seconds: Int64, nanoseconds: Int32 = 0) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// Earlier times sort first.
    public static func < (a: FileTime, b: FileTime) -> Bool {
        (a.seconds, a.nanoseconds) < (b.seconds, b.nanoseconds)
    }
}

/// Which file something is, whatever its names: two entries with one identity are hard links to each other.
public struct FileIdentity: Hashable, Sendable {
    /// The file system's device number.
    public var device: UInt64
    /// The inode number.
    public var inode: UInt64

    /// Creates an identity from its numbers.
    public init(device: UInt64, inode: UInt64) {
        self.device = device
        self.inode = inode
    }
}

/// One extended attribute.
public struct FileAttribute: Hashable, Sendable {
    /// The full name, for example `security.capability`.
    public var name: String
    /// The value's bytes.
    public var value: [UInt8]

    /// Creates an attribute.
    public init(name: String, value: [UInt8]) {
        self.name = name
        self.value = value
    }
}

/// A file, directory, link or device found by a ``TreeWalker``, with everything that a copy or a digest needs to know.
public struct TreeEntry: Hashable, Sendable {
    /// The path relative to the walk's root, without leading slash; empty for the root itself.
    public var path: PathBytes
    /// Where a symbolic link points; empty for everything else.
    public var linkTarget: PathBytes
    /// The attributes that were asked for, sorted by name.
    public var attributes: [FileAttribute]
    /// Which file it is.
    public var identity: FileIdentity
    /// The size of a file in bytes; 0 for everything that is not a regular file.
    public var size: Int64
    /// When the content last changed.
    public var modified: FileTime
    /// When anything about the file last changed.
    public var changed: FileTime
    /// Numeric owner.
    public var uid: UInt32
    /// Numeric group.
    public var gid: UInt32
    /// Permission, set-id and sticky bits (07777).
    public var mode: UInt32
    /// How many names the file has.
    public var linkCount: UInt32
    /// The number of a device node; 0 for everything else.
    public var deviceNumber: UInt64
    /// What it is.
    public var kind: FileKind

    /// Major number of a device node.
    public var deviceMajor: UInt32 { UInt32((deviceNumber >> 8) & 0xFFF | (deviceNumber >> 32) & 0xFFFF_F000) }
    /// Minor number of a device node.
    public var deviceMinor: UInt32 { UInt32(deviceNumber & 0xFF | (deviceNumber >> 12) & 0xFFFF_FF00) }

    /// True when the same file may appear under another name.
    public var hasOtherNames: Bool { linkCount > 1 && kind != .directory }

    /// The last component of the path; empty for the root.
    public var name: ArraySlice<UInt8> {
        guard let slash = path.lastIndex(of: 0x2F) else { return path[...] }
        return path[(slash + 1)...]
    }

    /// What identifies this state of the file in a ``StatCache``.
    public var statKey: StatKey {
        StatKey(identity: identity, changed: changed, modified: modified, size: size)
    }

    init(path: PathBytes, status: stat) {
        self.path = path
        linkTarget = []
        attributes = []
        identity = FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
        modified = FileTime(status.st_mtim)
        changed = FileTime(status.st_ctim)
        uid = status.st_uid
        gid = status.st_gid
        mode = status.st_mode & 0o7777
        linkCount = UInt32(truncatingIfNeeded: status.st_nlink)
        deviceNumber = 0
        size = 0
        switch status.st_mode & S_IFMT {
        case S_IFDIR: kind = .directory
        case S_IFLNK: kind = .symbolicLink
        case S_IFCHR:
            kind = .characterDevice
            deviceNumber = UInt64(status.st_rdev)
        case S_IFBLK:
            kind = .blockDevice
            deviceNumber = UInt64(status.st_rdev)
        case S_IFIFO: kind = .fifo
        case S_IFSOCK: kind = .socket
        default:
            kind = .file
            size = Int64(status.st_size)
        }
    }
}

extension FileTime {
    init(_ time: timespec) {
        self.init(seconds: Int64(time.tv_sec), nanoseconds: Int32(time.tv_nsec))
    }
}
