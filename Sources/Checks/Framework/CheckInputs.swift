/// What rules may know of the world outside the Dockerfile. Whoever calls the checks decides what to find out; a rule that
/// misses a fact says nothing, or offers no fix, rather than guessing.
public struct CheckInputs: Sendable {
    /// The files that the build may copy.
    public var buildContext: (any ContextFacts)?
    /// Configurations of images named in FROM.
    public var baseImages: (any BaseImageFacts)?
    /// Versions of packages, for pinning.
    public var packages: (any PackageVersions)?
    /// Tags of images, for pinning.
    public var tags: (any TagResolver)?
    /// Analysis of shell scripts.
    public var scripts: (any ScriptLinter)?
    /// The platform that is built for, `linux/amd64`; nil when nobody has said.
    public var platform: String?

    /// Creates inputs with nothing known.
    public init(
        buildContext: (any ContextFacts)? = nil, baseImages: (any BaseImageFacts)? = nil,
        packages: (any PackageVersions)? = nil, tags: (any TagResolver)? = nil, scripts: (any ScriptLinter)? = nil,
        platform: String? = nil
    ) {
        self.buildContext = buildContext
        self.baseImages = baseImages
        self.packages = packages
        self.tags = tags
        self.scripts = scripts
        self.platform = platform
    }
}

/// What is known of the build context.
public protocol ContextFacts: Sendable {
    /// True when there is an ignore file for this Dockerfile, even an empty one.
    var hasIgnoreFile: Bool { get }
    /// True when the ignore file leaves a path out. The path is relative, without a leading `/` or `./`; `.` is the
    /// context itself.
    func isIgnored(_ path: String) -> Bool
    /// True when the ignore file has a pattern that begins with `!`.
    var ignoreFileHasExceptions: Bool { get }
    /// True when a pattern of the ignore file stands for everything: `*`, `**` or `**/*`.
    var ignoresEverything: Bool { get }
    /// The files of the context that the ignore file lets through, with sizes in bytes, in no particular order; nil when
    /// nobody has looked.
    var files: [ContextFile]? { get }
    /// What is in a regular file of the context that the ignore file lets through; nil when there is none, or it is not
    /// a text of usual size.
    func text(of path: String) -> String?
}

/// A file of the build context.
public struct ContextFile: Hashable, Sendable {
    /// Its path in the context, without a leading `/`.
    public let path: String
    /// What makes it needless; nil when nothing does. Found out once, not for each Dockerfile of the context.
    let needlessness: String?
    /// Its size in bytes.
    public var size: Int64
    /// Permission bits.
    public var mode: UInt32

    /// Creates a file.
    public init(path: String, size: Int64, mode: UInt32 = 0o644) {
        self.path = path
        needlessness = NeedlessFile.kind(of: path)
        self.size = size
        self.mode = mode
    }
}

/// What is known of base images without building anything.
public protocol BaseImageFacts: Sendable {
    /// The configuration of an image as FROM names it; nil when it is not known.
    func configuration(of image: String) -> BaseImageConfiguration?
}

/// The parts of an image's configuration that rules look at.
public struct BaseImageConfiguration: Hashable, Sendable {
    /// `NAME=VALUE` of the environment.
    public var environment: [String: String]
    /// SHELL; nil when the image does not set one.
    public var shell: [String]?
    /// WORKDIR; empty when it is not set.
    public var workingDirectory: String
    /// USER; empty when it is not set.
    public var user: String
    /// What the image was made for, `linux/arm64`; nil when it is not known.
    public var platform: String?

    /// Creates a configuration.
    public init(
        environment: [String: String] = [:], shell: [String]? = nil, workingDirectory: String = "", user: String = "",
        platform: String? = nil
    ) {
        self.environment = environment
        self.shell = shell
        self.workingDirectory = workingDirectory
        self.user = user
        self.platform = platform
    }
}

/// The kinds of packages that installation commands name.
public enum PackageManager: String, CaseIterable, Hashable, Sendable {
    case apt, apk, dnf, yum, zypper, microdnf
    case pip, npm, gem, go
}

/// Versions of packages as they are now, from the base image's package sources or a registry. Answers are facts or nil.
public protocol PackageVersions: Sendable {
    /// The version that an installation command without a version would install today.
    ///
    /// - Parameters:
    ///   - package: the name as written, without version.
    ///   - image: the image the command runs on, as FROM names it after expansion; nil for a stage on scratch.
    func version(of package: String, manager: PackageManager, image: String?) -> String?
}

/// Tags of images as they are now.
public protocol TagResolver: Sendable {
    /// The most exact tag that names the same image as this reference does now, `3.12.4-slim-bookworm` for
    /// `python:slim`; nil when none is known. The answer is a tag without the name.
    func pinnedTag(for reference: String) -> String?
    /// The digest of the reference now, `sha256:…`.
    func digest(of reference: String) -> String?
}

/// A program that checks shell scripts.
public protocol ScriptLinter: Sendable {
    /// What it says about a script.
    func lint(_ script: LintedScript) -> [ScriptRemark]
}

/// A script as a linter gets it.
public struct LintedScript: Hashable, Sendable {
    /// The whole text: a line that names the shell, lines that set variables, the script.
    public var text: String
    /// How many lines there are in front of the script.
    public var headerLines: Int

    /// Creates a script.
    public init(text: String, headerLines: Int) {
        self.text = text
        self.headerLines = headerLines
    }
}

/// Something that a ``ScriptLinter`` says.
public struct ScriptRemark: Hashable, Sendable {
    /// `SC2086`.
    public var code: String
    /// How bad it is.
    public var severity: Severity
    /// One line.
    public var message: String
    /// The line in the text, counted from 1.
    public var line: Int
    /// The first character, counted from 1.
    public var column: Int
    /// The line that it ends in.
    public var endLine: Int
    /// The character behind the last.
    public var endColumn: Int

    /// Creates a remark.
    public init(
        code: String, severity: Severity, message: String, line: Int, column: Int, endLine: Int, endColumn: Int
    ) {
        self.code = code
        self.severity = severity
        self.message = message
        self.line = line
        self.column = column
        self.endLine = endLine
        self.endColumn = endColumn
    }
}
