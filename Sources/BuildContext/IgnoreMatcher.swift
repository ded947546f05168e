/// Decides which paths an ignore list excludes, exactly as Docker does.
///
/// Patterns are relative to the context root. Later ones win; `!pattern` takes paths back in; a path below an excluded
/// directory is excluded unless an exception says otherwise. A matcher is a value and may be used from any thread.
public struct IgnoreMatcher: Sendable {
    /// What is known about a directory: which patterns have matched it or one of its parents.
    ///
    /// Made by ``enter(_:below:)`` and handed to the matching of what lies in the directory, so that a walk evaluates
    /// each pattern once per path instead of once per path and parent.
    public struct DirectoryState: Sendable {
        fileprivate var matched: [Bool]
        /// True for the context root, above which nothing was matched.
        fileprivate var isRoot: Bool
    }

    private let patterns: [IgnorePattern]

    /// True when no pattern is given, so that nothing is excluded.
    public var isEmpty: Bool { patterns.isEmpty }
    /// True when some pattern starts with `!`.
    public let hasExceptions: Bool

    /// Compiles the patterns. Blank ones are skipped.
    ///
    /// - Throws: ``BuildContextError/badPattern(pattern:file:line:)`` and
    ///   ``BuildContextError/emptyException(file:line:)``.
    public init(patterns: [String]) throws(BuildContextError) {
        try self.init(patterns.map { ($0, nil) }, file: nil)
    }

    /// Compiles patterns that come from a file, so that an error can name their lines.
    init(_ lines: [(pattern: String, line: Int?)], file: String?) throws(BuildContextError) {
        var patterns: [IgnorePattern] = []
        for (pattern, line) in lines {
            if let compiled = try IgnorePattern(pattern, file: file, line: line) { patterns.append(compiled) }
        }
        self.patterns = patterns
        hasExceptions = patterns.contains { $0.isException }
    }

    /// The state to start a walk with.
    public var root: DirectoryState {
        DirectoryState(matched: [Bool](repeating: false, count: patterns.count), isRoot: true)
    }

    /// Whether a path is excluded, given what is known about the directory that holds it.
    ///
    /// - Parameter path: the path relative to the context root, without leading or trailing slash.
    public func excludes(_ path: PathBytes, below parent: DirectoryState) -> Bool {
        path.withUnsafeBytes { excludes($0, below: parent) }
    }

    /// The same as ``excludes(_:below:)`` for bytes that are not in an array.
    public func excludes(_ path: UnsafeRawBufferPointer, below parent: DirectoryState) -> Bool {
        var excluded = false
        for index in patterns.indices {
            let pattern = patterns[index]
            // The answer of a pattern that could not change anything is not looked for.
            if parent.matched[index] || (pattern.isException == excluded && pattern.matches(path)) {
                excluded = !pattern.isException
            }
        }
        return excluded
    }

    /// Whether a directory is excluded, and the state for what lies in it.
    ///
    /// - Parameter path: the directory's path relative to the context root.
    public func enter(_ path: PathBytes, below parent: DirectoryState) -> (excluded: Bool, state: DirectoryState) {
        var state = parent
        state.isRoot = false
        var excluded = false
        path.withUnsafeBytes { bytes in
            for index in patterns.indices {
                let pattern = patterns[index]
                if !state.matched[index] {
                    guard pattern.isException == excluded, pattern.matches(bytes) else { continue }
                    state.matched[index] = true
                }
                excluded = !pattern.isException
            }
        }
        return (excluded, state)
    }

    /// Whether an excluded directory can be left out with all that is in it, because no exception can match there.
    public func canSkip(excludedDirectory path: PathBytes) -> Bool {
        for pattern in patterns where pattern.isException && pattern.canMatch(below: path) { return false }
        return true
    }

    /// Whether a path is excluded, its parents considered one by one. For single paths; a walk uses states.
    ///
    /// This is `MatchesOrParentMatches` of Docker's matcher. It can differ from a walk where a pattern is repeated
    /// behind its own exception (`a`, `!a/b`, `a` excludes `a/b` here, and not in a walk); builds walk.
    public func excludes(_ path: PathBytes) -> Bool {
        var excluded = false
        for pattern in patterns where pattern.isException == excluded {
            if Self.matchesSelfOrParent(pattern, path) { excluded = !pattern.isException }
        }
        return excluded
    }

    /// The same as ``excludes(_:)-(PathBytes)`` for a path given as text.
    public func excludes(_ path: String) -> Bool {
        excludes(PathBytes(path.utf8))
    }

    private static func matchesSelfOrParent(_ pattern: IgnorePattern, _ path: PathBytes) -> Bool {
        path.withUnsafeBytes { bytes in
            if pattern.matches(bytes) { return true }
            // The directory of `a/b/` is `a/b`, that of `/a` is `/`, whose first part is the empty path.
            guard let slash = bytes.lastIndex(of: 0x2F) else { return false }
            let parent = PathBytes(bytes[..<slash]).cleaned
            let directory = slash == 0 ? [0x2F] : parent
            if directory.elementsEqual([0x2E]) { return false }
            return directory.withUnsafeBytes { parent in
                for index in parent.indices where parent[index] == 0x2F {
                    if pattern.matches(UnsafeRawBufferPointer(rebasing: parent[..<index])) { return true }
                }
                return pattern.matches(parent)
            }
        }
    }
}
