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
    /// An image has no variant for the platform.
    case foreignPlatform(step: FailedStep, platform: Platform)
    /// An output cannot be written.
    case export(String)
    /// The options contradict each other or name something that is not there.
    case options(String)

    public var description: String {
        switch self {
        case .dockerfile(let diagnostic): diagnostic.message
        case .commandFailed(let failure):
            "process \"\(failure.command)\" did not complete successfully: \(failure.ending)"
        case .stepFailed(_, let reason, _): reason
        case .image(let name, _, let reason, _): reason.contains(name) ? reason : "\(name): \(reason)"
        case .foreignPlatform(_, let platform):
            "cannot run \(platform) programs here: no binfmt handler for \(platform.architecture) is registered"
        case .export(let reason): reason
        case .options(let reason): reason
        }
    }
}

/// The instruction that failed.
public struct FailedStep: Sendable {
    public var displayName: String
    public var range: SourceRange
    public var lines: ClosedRange<Int>

    init(_ step: Step) {
        displayName = step.displayName
        range = step.range
        lines = step.lines
    }
}

/// A RUN step that ended badly, with the last of what it printed.
public struct StepFailure: Sendable {
    public var step: FailedStep
    public var command: String
    /// `exit code: 2` or `killed by signal 9`.
    public var ending: String
    public var exitCode: Int32
    public var lastOutput: [UInt8]
}
