/// A file name or path as Linux has it: any bytes but NUL. Swift strings would repair what is not UTF-8.
public typealias PathBytes = [UInt8]

/// The metadata of one member of a tar archive.
public struct TarEntry: Hashable, Sendable {
    /// What kind of file it is.
    public enum Kind: Hashable, Sendable {
        /// A regular file; its content follows.
        case file
        /// A directory.
        case directory
        /// A symbolic link to ``TarEntry/linkName``.
        case symlink
        /// Another name of the member called ``TarEntry/linkName``.
        case hardlink
        /// A character device.
        case characterDevice
        /// A block device.
        case blockDevice
        /// A named pipe.
        case fifo
    }

    /// An extended attribute.
    public struct Attribute: Hashable, Sendable {
        /// The name with its namespace, e.g. `security.capability`.
        public var name: String
        /// The value.
        public var value: [UInt8]

        /// An attribute.
        public init(name: String, value: [UInt8]) {
            self.name = name
            self.value = value
        }
    }

    /// The path, as it is in the archive; directories may end in `/`.
    public var name: PathBytes
    /// What kind of file it is.
    public var kind: Kind
    /// Permission, setuid, setgid and sticky bits (07777).
    public var mode: UInt32
    /// The owner.
    public var uid: UInt32
    /// The group.
    public var gid: UInt32
    /// The length of the content in bytes; zero for anything but files.
    public var size: Int64
    /// The target of a symbolic or hard link.
    public var linkName: PathBytes
    /// Modification time, seconds since 1970.
    public var modificationSeconds: Int64
    /// Modification time, nanoseconds within the second.
    public var modificationNanoseconds: Int32
    /// The major number of a device.
    public var deviceMajor: UInt32
    /// The minor number of a device.
    public var deviceMinor: UInt32
    /// Extended attributes, sorted by name.
    public var attributes: [Attribute]

    /// An entry; what is not given is zero or empty.
    public init(
        name: PathBytes, kind: Kind, mode: UInt32, uid: UInt32 = 0, gid: UInt32 = 0, size: Int64 = 0,
        linkName: PathBytes = [], modificationSeconds: Int64 = 0, modificationNanoseconds: Int32 = 0,
        deviceMajor: UInt32 = 0, deviceMinor: UInt32 = 0, attributes: [Attribute] = []
    ) {
        self.name = name
        self.kind = kind
        self.mode = mode
        self.uid = uid
        self.gid = gid
        self.size = size
        self.linkName = linkName
        self.modificationSeconds = modificationSeconds
        self.modificationNanoseconds = modificationNanoseconds
        self.deviceMajor = deviceMajor
        self.deviceMinor = deviceMinor
        self.attributes = attributes
    }

    /// The name for messages, repaired where it is not UTF-8.
    public var displayName: String { String(decoding: name, as: UTF8.self) }
}

/// The size of a tar block.
let tarBlock = 512

/// How many bytes fill up the last block of a content of `size` bytes.
func tarPadding(_ size: Int64) -> Int {
    Int(-size & Int64(tarBlock - 1))
}

/// Where the fields of a header block are (POSIX.1-1988 ustar, and GNU tar's variation of it).
enum TarField {
    static let name = 0..<100
    static let mode = 100..<108
    static let uid = 108..<116
    static let gid = 116..<124
    static let size = 124..<136
    static let modificationTime = 136..<148
    static let checksum = 148..<156
    static let type = 156
    static let linkName = 157..<257
    static let magic = 257..<265
    static let deviceMajor = 329..<337
    static let deviceMinor = 337..<345
    static let prefix = 345..<500
    /// GNU's old sparse format keeps its map where ustar has the prefix.
    static let sparse = 386..<482
    static let sparseIsExtended = 482
    static let sparseRealSize = 483..<495
}
