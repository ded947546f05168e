import DockerfileSyntax
import OCI

/// Why a Dockerfile that parses cannot be planned.
public struct PlanError: Error, Sendable, CustomStringConvertible {
    /// What is wrong.
    public var reason: Reason
    /// The instruction or FROM line it is about.
    public var range: SourceRange?

    /// The ways in which planning fails.
    public enum Reason: Hashable, Sendable {
        case noStages
        case blankBaseName(String)
        case invalidBaseName(String, String)
        case emptyPlatform(String)
        case invalidPlatform(String)
        case unknownTarget(String, suggestion: String?)
        case variableInFrom
        case invalidStageIndex(String)
        case circularDependency(String)
        case stageNotYetDefined(stage: String, current: String)
        case mountStageNotYetDefined(stage: String, target: String)
        case expansion(String)
        case invalidMountTarget(String)
        case invalidMount(String)
        case invalidPort(String)
        case emptyVolume
        case invalidSignal(String)
        case invalidChmod(String)
        case checksumOnCopy
        case checksumOnSeveralSources
        case checksumOnLocalSource
        case checksumInvalid(String)
        case urlInCopy(String)
        case gitInCopy(String)
        case invalidEpoch(String)
        case invalidTrigger(String)
        case invalidRunCommand
        case devicesUnsupported
        case invalidHeredocName(String)
    }

    /// Creates an error.
    public init(_ reason: Reason, range: SourceRange? = nil) {
        self.reason = reason
        self.range = range
    }

    /// One line for people.
    public var description: String {
        switch reason {
        case .noStages: "the Dockerfile has no FROM, so there is nothing to build"
        case .blankBaseName(let name): "base name (\(name)) should not be blank"
        case .invalidBaseName(let name, let why): "cannot use \"\(name)\" as a base image: \(why)"
        case .emptyPlatform(let text): "empty platform value from expression \(text)"
        case .invalidPlatform(let text): "invalid platform \"\(text)\""
        case .unknownTarget(let name, let suggestion):
            "target stage \"\(name)\" could not be found" + (suggestion.map { " (did you mean \($0)?)" } ?? "")
        case .variableInFrom:
            "variable expansion is not supported for --from; define a stage with FROM and an ARG before the first FROM"
        case .invalidStageIndex(let index): "invalid stage index \(index)"
        case .circularDependency(let name): "circular dependency detected on stage: \(name)"
        case .stageNotYetDefined(let stage, let current):
            "cannot copy from stage \"\(stage)\", it needs to be defined before current stage \"\(current)\""
        case .mountStageNotYetDefined(let stage, let target):
            "cannot mount from stage \"\(stage)\" to \"\(target)\", stage needs to be defined before current command"
        case .expansion(let why): why
        case .invalidMountTarget(let target): "invalid mount target \"\(target)\""
        case .invalidMount(let why): why
        case .invalidPort(let why): why
        case .emptyVolume: "VOLUME specified can not be an empty string"
        case .invalidSignal(let text): "invalid signal: \(text)"
        case .invalidChmod(let text):
            "invalid chmod parameter: '\(text)': expected an octal number from 0 to 07777 or a symbolic mode"
        case .checksumOnCopy: "checksum can't be specified for COPY"
        case .checksumOnSeveralSources: "checksum can't be specified for multiple sources"
        case .checksumOnLocalSource: "checksum requires HTTP(S) or Git sources"
        case .checksumInvalid(let text): "invalid checksum \"\(text)\""
        case .urlInCopy(let url): "source can't be a URL for COPY: \(url)"
        case .gitInCopy(let url): "source can't be a git ref for COPY: \(url)"
        case .invalidEpoch(let text): "invalid SOURCE_DATE_EPOCH \"\(text)\": expected seconds since 1970"
        case .invalidTrigger(let why): "invalid ONBUILD trigger of the base image: \(why)"
        case .invalidHeredocName(let name): "heredoc \"\(name)\" cannot be the name of a file"
        case .devicesUnsupported: "RUN --device is not supported"
        case .invalidRunCommand: "parsing produced an invalid run command"
        }
    }
}
