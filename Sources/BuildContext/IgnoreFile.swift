import Glibc

/// The list of patterns in a `.dockerignore`.
public struct IgnoreFile: Hashable, Sendable {
    /// Where the list was read, for messages.
    public let path: String
    /// The patterns in order, cleaned, with their `!`.
    public let patterns: [String]
    /// The line of each pattern, counted from 1.
    public let lines: [Int]

    /// Reads the patterns of an ignore file's text.
    public init(path: String, contents: [UInt8]) {
        self.path = path
        let found = Self.patternsWithLines(contents)
        patterns = found.map(\.pattern)
        lines = found.map(\.line)
    }

    /// The patterns in the text of an ignore file, as Docker reads it.
    ///
    /// A byte order mark is skipped, as are blank lines and those that *start* with `#`. White space around a pattern
    /// goes, the path is cleaned, and one leading slash is removed. Nothing is checked; ``IgnoreMatcher`` does that.
    public static func parse(_ contents: [UInt8]) -> [String] {
        patternsWithLines(contents).map(\.pattern)
    }

    /// The matcher for these patterns; errors name file and line.
    public func matcher() throws(BuildContextError) -> IgnoreMatcher {
        try IgnoreMatcher(zip(patterns, lines).map { ($0, $1) }, file: path)
    }

    /// The ignore file that counts for a build: the one named after the Dockerfile (`web.Dockerfile.dockerignore`) if
    /// there is one next to it, else `.dockerignore` of the context; `nil` when there is neither.
    ///
    /// - Parameters:
    ///   - contextDirectory: the context's root.
    ///   - dockerfile: the path of the Dockerfile, or `nil` when it is not a file (standard input), or for a named
    ///     context, which only has its own `.dockerignore`.
    public static func find(
        contextDirectory: String, dockerfile: String?
    ) throws(BuildContextError) -> IgnoreFile? {
        if let dockerfile, let own = try read(dockerfile + ".dockerignore") { return own }
        return try read(contextDirectory + "/.dockerignore")
    }

    private static func patternsWithLines(_ contents: [UInt8]) -> [(pattern: String, line: Int)] {
        var result: [(pattern: String, line: Int)] = []
        var rest = contents[...]
        if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
        for (index, line) in rest.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            if line.first == 0x23 { continue }
            var pattern = IgnorePattern.trimmingSpace(String(decoding: line, as: UTF8.self))
            guard let first = pattern.first else { continue }
            let isException = first == 0x21
            if isException { pattern = IgnorePattern.trimmingSpace(String(Substring(pattern.dropFirst()))) }
            var path = pattern.isEmpty ? [] : PathBytes(pattern).cleaned
            if path.count > 1 && path.first == 0x2F { path.removeFirst() }
            result.append(((isException ? "!" : "") + String(decoding: path, as: UTF8.self), index + 1))
        }
        return result
    }

    private static func read(_ path: String) throws(BuildContextError) -> IgnoreFile? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw .unreadable(path: path, code: errno)
        }
        defer { close(descriptor) }
        var contents: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0 {
                if errno == EINTR { continue }
                // A directory of that name is no ignore file.
                if errno == EISDIR { return nil }
                throw .unreadable(path: path, code: errno)
            }
            if count == 0 { break }
            contents += buffer[..<count]
        }
        return IgnoreFile(path: path, contents: contents)
    }
}
