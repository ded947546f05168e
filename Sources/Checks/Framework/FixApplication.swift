import DockerfileSyntax

/// Applies the fixes of findings to the text, again and again until nothing changes.
///
/// A fix goes in whole or not at all. Of fixes that touch the same place the first one goes in, and the others are looked
/// at again in the next pass, when their places are known anew. A fix after which the text is not a Dockerfile any more,
/// or which loses a comment, is left out: that is a mistake in its rule, and must not reach the file.
public struct FixApplication: Sendable {
    /// How often the text is checked again. Fixes that cause each other's findings would never end.
    static let maximumPasses = 32

    let checker: Checker
    /// The promises that are good enough.
    public let classes: Set<FixClass>

    /// Creates an application of a checker's fixes.
    ///
    /// - Parameter classes: the promises that are good enough.
    public init(_ checker: Checker, classes: Set<FixClass> = Set(FixClass.allCases)) {
        self.checker = checker
        self.classes = classes
    }

    /// The same with fewer fixes.
    public func only(_ classes: Set<FixClass>) -> FixApplication {
        FixApplication(checker, classes: self.classes.intersection(classes))
    }

    /// A fix that went in.
    public struct Applied: Hashable, Sendable {
        /// The rule whose fix it is.
        public var rule: String
        /// What it promised.
        public var kind: FixClass
        /// What it did.
        public var summary: String
        /// The line it was found at, in the text of its pass.
        public var line: Int
        /// That line's origin in the text that the first pass began with.
        public var originalLine: Int
        /// What it declared to change.
        public var declares: Declaration

        init(_ fix: Fix, of finding: Finding, in source: SourceText) {
            rule = finding.rule
            kind = fix.kind
            summary = fix.summary
            line = source.lineNumber(of: finding.range.start)
            originalLine = line
            declares = fix.declares ?? Rules.rule(finding.rule)?.documentation.declares ?? Declaration()
        }
    }

    /// The text after the fixes.
    public struct Result: Sendable {
        /// The text.
        public var bytes: [UInt8]
        /// The fixes that went in, in order.
        public var applied: [Applied]
    }

    /// Applies the fixes to a text. A text that is not a Dockerfile stays as it is.
    public func apply(to bytes: [UInt8], path: String, inputs: CheckInputs = CheckInputs()) -> Result {
        var inputs = inputs
        // What is said about scripts comes without fixes.
        inputs.scripts = nil
        var result = Result(bytes: bytes, applied: [])
        var origins = Array(1...SourceText(bytes, path: path).lineCount)
        for _ in 0..<FixApplication.maximumPasses {
            let report = checker.check(result.bytes, path: path, inputs: inputs)
            guard report.error == nil else { return result }
            let before = result.bytes
            pass(report, &result, &origins)
            if result.bytes == before { break }
        }
        return result
    }

    /// A fix that could go in next.
    public struct Step: Sendable {
        /// The fix.
        public var fix: Applied
        /// What tells it from others, in this text and in those that other fixes make of it.
        public var key: String
        /// The text after it.
        public var bytes: [UInt8]
    }

    /// The text after one more fix, the first that is not among the refused ones; nil when there is none. For callers
    /// that want to see what each fix does before it goes in.
    public func step(
        _ bytes: [UInt8], path: String, inputs: CheckInputs = CheckInputs(), refused: Set<String>
    ) -> Step? {
        let report = checker.check(bytes, path: path, inputs: inputs)
        guard report.error == nil else { return nil }
        for finding in report.findings {
            guard let fix = finding.fix, classes.contains(fix.kind), !fix.edits.isEmpty else { continue }
            let key = "\(finding.rule)\u{0}\(fix.summary)\u{0}\(report.source.text(in: finding.range))"
            guard !refused.contains(key), let text = try? report.source.applying(fix.edits), text != bytes,
                isSound(text, replacing: report.source)
            else { continue }
            return Step(fix: Applied(fix, of: finding, in: report.source), key: key, bytes: text)
        }
        return nil
    }

    /// One pass: the fixes of a report that do not touch each other.
    ///
    /// - Parameter origins: for each line of the text, the one that it had before the first pass.
    private func pass(_ report: CheckReport, _ result: inout Result, _ origins: inout [Int]) {
        var edits: [TextEdit] = []
        var applied: [Applied] = []
        for finding in report.findings {
            guard let fix = finding.fix, classes.contains(fix.kind), !fix.edits.isEmpty else { continue }
            let candidate = edits + fix.edits
            guard !touches(fix.edits, edits),
                let text = try? report.source.applying(candidate), isSound(text, replacing: report.source)
            else { continue }
            edits = candidate
            result.bytes = text
            var fixed = Applied(fix, of: finding, in: report.source)
            if origins.indices.contains(fixed.line - 1) { fixed.originalLine = origins[fixed.line - 1] }
            applied.append(fixed)
        }
        result.applied += applied
        origins = report.source.originalLines(after: edits).map { line in
            origins.indices.contains(line - 1) ? origins[line - 1] : origins.last ?? 1
        }
    }

    /// True when one of the edits is in or right next to one of the others.
    private func touches(_ edits: [TextEdit], _ others: [TextEdit]) -> Bool {
        edits.contains { edit in
            others.contains { $0.range.start <= edit.range.end && edit.range.start <= $0.range.end }
        }
    }

    /// True when the text still is a Dockerfile with all its comments.
    private func isSound(_ bytes: [UInt8], replacing source: SourceText) -> Bool {
        guard let dockerfile = try? Dockerfile.parse(bytes, path: source.path), (try? dockerfile.resolve()) != nil
        else {
            return false
        }
        return CommentLines.all(in: dockerfile.source).isSuperset(of: CommentLines.all(in: source))
    }
}

/// The comments of a text, each with how often it occurs.
struct CommentLines {
    private var counts: [String: Int] = [:]

    /// The lines that begin with `#`, also those within instructions.
    static func all(in source: SourceText) -> CommentLines {
        var result = CommentLines()
        guard source.bytes.contains(UInt8(ascii: "#")) else { return result }
        for number in 1...source.lineCount {
            let line = source.line(number).trimmed
            if line.first == "#" { result.counts[String(line), default: 0] += 1 }
        }
        return result
    }

    /// True when all of the others are here, as often.
    func isSuperset(of other: CommentLines) -> Bool {
        other.counts.allSatisfy { counts[$0.key, default: 0] >= $0.value }
    }
}
