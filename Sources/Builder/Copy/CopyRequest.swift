import BuildContext

/// A tree that sources are taken from.
public struct SourceTree: Sendable {
    /// The directory that stands for `/`; symbolic links do not lead out of it.
    public var root: String
    /// What is treated as if it did not exist.
    public var ignore: IgnoreMatcher?
    /// False for a build context, whose files belong to `0:0` whoever owns them on the host.
    public var keepsOwners: Bool

    /// The build context, or a named context that is a local directory.
    public static func context(_ directory: String, ignore: IgnoreMatcher?) -> SourceTree {
        SourceTree(root: directory, ignore: ignore, keepsOwners: false)
    }

    /// The mounted root file system of a stage or an image.
    public static func rootFilesystem(_ directory: String) -> SourceTree {
        SourceTree(root: directory, ignore: nil, keepsOwners: true)
    }
}

/// One source of a COPY or ADD.
public enum CopySource: Sendable {
    /// A path or wildcard pattern, after expansion, in a tree.
    case path(String, in: SourceTree)
    /// A heredoc: a file with this name and content, mode 0644.
    case inlineFile(name: String, data: [UInt8])
    /// A file fetched by ADD, now at `file` on the host: mode 0600, owner 0:0. `url` is for messages.
    case download(url: String, name: String, file: String, modified: FileTime?)
    /// A git checkout made by ADD, now at `directory` on the host. `url` is for messages.
    case gitCheckout(url: String, directory: String)

    /// The source as messages name it.
    public var text: String {
        switch self {
        case .path(let path, _): path
        case .inlineFile(let name, _): "<<" + name
        case .download(let url, _, _, _), .gitCheckout(let url, _): url
        }
    }
}

/// A COPY or ADD instruction after expansion.
public struct CopyRequest: Sendable {
    /// The sources in the order they are copied: those of the line, then its heredocs.
    public var sources: [CopySource]
    /// The destination as written, after expansion.
    public var destination: String
    /// The working directory a relative destination starts from.
    public var workingDirectory: String
    /// True for ADD: local archives are extracted.
    public var isAdd: Bool
    /// `--chown` after expansion.
    public var chown: String?
    /// `--chmod`.
    public var chmod: ModeChange?
    /// `--parents`.
    public var keepsParents: Bool
    /// `--exclude`, in order.
    public var excludes: [String]
    /// `--unpack`; when it is not given, ADD extracts local archives and leaves fetched ones alone.
    public var unpack: Bool?
    /// `--checksum` as written. Whoever fetches a source verifies it; on a local source it is an error.
    public var checksum: String?

    /// Creates a COPY without flags.
    public init(sources: [CopySource], destination: String, workingDirectory: String = "/", isAdd: Bool = false) {
        self.sources = sources
        self.destination = destination
        self.workingDirectory = workingDirectory
        self.isAdd = isAdd
        chown = nil
        chmod = nil
        keepsParents = false
        excludes = []
        unpack = nil
        checksum = nil
    }

    /// Whether archives among the copies of this source are extracted.
    func unpacks(_ source: CopySource) -> Bool {
        switch source {
        case .path: isAdd && unpack ?? true
        case .download: isAdd && unpack ?? false
        case .inlineFile, .gitCheckout: false
        }
    }

    /// The destination as an absolute path without `.`, `..` and links resolved in the text, and whether it was
    /// written as a directory.
    ///
    /// Docker resolves `..` before it looks at the file system: `/link/..` is `/`.
    var resolvedDestination: (path: PathBytes, isDirectory: Bool) {
        let text = destination.isEmpty || destination == "." ? "./" : destination
        let isDirectory = text.hasSuffix("/") || text.hasSuffix("/.")
        return (absolutePath(text, from: workingDirectory), isDirectory)
    }
}

/// A path as an absolute one in the shortest form, starting at `base` when it is relative.
func absolutePath(_ path: String, from base: String) -> PathBytes {
    let text = path.hasPrefix("/") ? path : "/" + base + "/" + path
    return PathBytes(("/" + text).utf8).cleaned
}
