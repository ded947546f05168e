import BuildGraph
import DockerfileSyntax
import OCI

/// Why a build failed. The underlying error's own text says what; the case says where.
public enum BuildError: Error, Sendable, CustomStringConvertible {
    /// The Dockerfile cannot be read or planned.
    case dockerfile(Diagnostic)
    /// A step's process ended with a status other than 0.
    case commandFailed(StepFailure)
    /// A step could not be carried out. `remedy` says what to do about it.
    case stepFailed(step: FailedStep, reason: String, remedy: String? = nil)
    /// The configuration or a layer of an image cannot be had. `remedy` says what to do about it.
    case image(name: String, range: SourceRange?, reason: String, remedy: String? = nil)
    /// An output cannot be written.
    case export(String)
    /// The options contradict each other or name something that is not there.
    case options(String)

    /// One line for people.
    public var description: String {
        switch self {
        case .dockerfile(let diagnostic): diagnostic.message
        case .commandFailed(let failure):
            "process \"\(failure.command)\" did not complete successfully: \(failure.ending)"
        case .stepFailed(_, let reason, _): reason
        case .image(let name, _, let reason, _): reason.contains(name) ? reason : "\(name): \(reason)"
        case .export(let reason): reason
        case .options(let reason): reason
        }
    }
}

/// The instruction that failed.
public struct FailedStep: Sendable {
    /// As shown in progress.
    public var displayName: String
    /// Where it is written.
    public var range: SourceRange
    /// Its lines, counted from 1.
    public var lines: ClosedRange<Int>

    init(_ step: Step) {
        displayName = step.displayName
        range = step.range
        lines = step.lines
    }

    /// The same, pointing at a word of the instruction where the Dockerfile has it as it is.
    func pointing(at word: String, in bytes: [UInt8]) -> FailedStep {
        let word = Array(word.utf8)
        let end = min(range.end, bytes.count)
        guard !word.isEmpty, range.start >= 0, range.start + word.count <= end else { return self }
        func isEdge(_ index: Int) -> Bool {
            index < 0 || index >= bytes.count || " \t\r\n\",[]".utf8.contains(bytes[index])
        }
        for start in range.start...(end - word.count)
        where bytes[start..<(start + word.count)].elementsEqual(word) && isEdge(start - 1) && isEdge(start + word.count)
        {
            var found = self
            found.range = SourceRange(start: start, end: start + word.count)
            return found
        }
        return self
    }
}

/// A RUN step that ended badly, with the last of what it printed.
public struct StepFailure: Sendable {
    /// The instruction.
    public var step: FailedStep
    /// What was run.
    public var command: String
    /// `exit code: 2` or `killed by signal 9`.
    public var ending: String
    /// Its exit status.
    public var exitCode: Int32
    /// The end of what it printed.
    public var lastOutput: [UInt8]
}
