import BuildContext

/// What of a source tree an instruction takes: not what the context ignores, only what `--parents` names, and not
/// what `--exclude` names.
struct SelectionFilter: Sendable {
    /// What is known about a directory on the way down, per list of patterns.
    struct State: Sendable {
        fileprivate var ignored: IgnoreMatcher.DirectoryState?
        fileprivate var included: IgnoreMatcher.DirectoryState?
        fileprivate var excluded: IgnoreMatcher.DirectoryState?
    }

    /// The answer for one path.
    struct Verdict {
        /// The path exists as far as the build is concerned. An ignored directory exists only if something in it does.
        var isVisible: Bool
        /// The patterns of the instruction take it.
        var isSelected: Bool
        /// Something below may be taken.
        var descends: Bool
    }

    /// Patterns relative to the root of the context.
    private var ignored: IgnoreMatcher?
    /// Patterns relative to the source.
    private let included: IgnoreMatcher?
    private let excluded: IgnoreMatcher?
    /// The leading components of the only include pattern that have no wildcard: other directories hold nothing.
    private let includedPrefix: [PathBytes]

    /// - Parameters:
    ///   - parentsPattern: the part of a `--parents` source behind the pivot.
    init(ignored: IgnoreMatcher?, parentsPattern: String?, excludes: IgnoreMatcher?) throws(BuildContextError) {
        self.ignored = ignored.flatMap { $0.isEmpty ? nil : $0 }
        excluded = excludes.flatMap { $0.isEmpty ? nil : $0 }
        if let parentsPattern {
            let matcher = try IgnoreMatcher(patterns: [parentsPattern])
            included = matcher
            let components = PathBytes(parentsPattern.utf8).cleaned.split(separator: 0x2F).map { PathBytes($0) }
            let plain = components.prefix { component in !component.contains { "*?[]\\^!".utf8.contains($0) } }
            includedPrefix = Array(plain)
        } else {
            included = nil
            includedPrefix = []
        }
    }

    /// The same filter for a tree whose ignored parts are gone already.
    var withoutIgnoring: SelectionFilter {
        var filter = self
        filter.ignored = nil
        return filter
    }

    /// True when everything is taken, so that no paths need be kept.
    var takesEverything: Bool { ignored == nil && included == nil && excluded == nil }

    /// The state for the entries of the source directory at `path` of the tree (relative, without leading slash).
    func state(below path: PathBytes) -> State {
        var ignoredState = ignored?.root
        if let ignored, var state = ignoredState {
            for index in path.indices where path[index] == 0x2F {
                state = ignored.enter(PathBytes(path[..<index]), below: state).state
            }
            if !path.isEmpty { state = ignored.enter(path, below: state).state }
            ignoredState = state
        }
        return State(ignored: ignoredState, included: included?.root, excluded: excluded?.root)
    }

    /// Whether a file is taken.
    ///
    /// - Parameters:
    ///   - path: the path in the tree; what follows `start` is relative to the source.
    func file(_ path: PathBytes, from start: Int, below state: State) -> Verdict {
        path.withUnsafeBytes { whole in
            let relative = UnsafeRawBufferPointer(rebasing: whole[start...])
            var verdict = Verdict(isVisible: true, isSelected: true, descends: false)
            if let ignored, let known = state.ignored { verdict.isVisible = !ignored.excludes(whole, below: known) }
            if let included, let known = state.included {
                verdict.isSelected = included.excludes(relative, below: known)
            }
            if verdict.isSelected, let excluded, let known = state.excluded {
                verdict.isSelected = !excluded.excludes(relative, below: known)
            }
            return verdict
        }
    }

    /// Whether a directory is taken, and the state for what is in it.
    func directory(_ path: PathBytes, from start: Int, below state: State) -> (verdict: Verdict, state: State) {
        var verdict = Verdict(isVisible: true, isSelected: true, descends: true)
        var below = state
        if let ignored, let known = state.ignored {
            let (isIgnored, next) = ignored.enter(path, below: known)
            below.ignored = next
            if isIgnored {
                verdict.isVisible = false
                if ignored.canSkip(excludedDirectory: path) { verdict.descends = false }
            }
        }
        guard included != nil || excluded != nil else { return (verdict, below) }
        let relative = PathBytes(path[start...])
        if let included, let known = state.included {
            let (isIncluded, next) = included.enter(relative, below: known)
            below.included = next
            verdict.isSelected = isIncluded
            if !isIncluded && !canHoldIncluded(relative) { verdict.descends = false }
        }
        if let excluded, let known = state.excluded {
            let (isExcluded, next) = excluded.enter(relative, below: known)
            below.excluded = next
            if isExcluded {
                verdict.isSelected = false
                if excluded.canSkip(excludedDirectory: relative) { verdict.descends = false }
            }
        }
        return (verdict, below)
    }

    /// Whether the context ignores a path of the tree, parents considered. Of an ignored directory, something in it may
    /// be taken back in.
    func isIgnored(_ path: PathBytes) -> Bool {
        guard ignored != nil, !path.isEmpty else { return false }
        return isIgnored(path, below: state(below: path.lastIndex(of: 0x2F).map { PathBytes(path[..<$0]) } ?? []))
    }

    /// The same with what is known about the directory that holds it.
    func isIgnored(_ path: PathBytes, below state: State) -> Bool {
        guard let ignored, let known = state.ignored else { return false }
        return ignored.excludes(path, below: known)
    }

    /// Whether something in an ignored directory may be taken back in.
    func mayHoldVisible(_ directory: PathBytes) -> Bool {
        guard let ignored else { return true }
        return !ignored.canSkip(excludedDirectory: directory)
    }

    private func canHoldIncluded(_ directory: PathBytes) -> Bool {
        zip(directory.split(separator: 0x2F), includedPrefix).allSatisfy { $0.elementsEqual($1) }
    }
}
