/// Why a Dockerfile is not accepted. The wording is BuildKit's wherever BuildKit rejects the same, because people search
/// for it and scripts match it.
public enum DockerfileError: Error, Hashable, Sendable {
    // The file and its directives.
    case noInstructions(range: SourceRange)
    case duplicateDirective(name: String, range: SourceRange)
    case invalidEscape(value: String, range: SourceRange)
    case notUTF8(range: SourceRange)
    case lineTooLong(range: SourceRange)

    // The shape of an instruction.
    case notStringArray(range: SourceRange)
    case twoArgumentsRequired(instruction: String, range: SourceRange)
    case missingEquals(word: String, range: SourceRange)
    case unterminatedHeredoc(name: String, range: SourceRange)
    case word(WordError, range: SourceRange)
    case unknownInstruction(name: String, suggestion: String?, range: SourceRange)

    // Flags.
    case unknownFlag(name: String, suggestion: String?, range: SourceRange)
    case duplicateFlag(name: String, range: SourceRange)
    case flagWithoutValue(name: String, range: SourceRange)
    case flagNotBoolean(name: String, value: String, range: SourceRange)

    // Arguments.
    case oneArgumentAtLeast(instruction: String, range: SourceRange)
    case oneArgumentExactly(instruction: String, range: SourceRange)
    case noDestination(instruction: String, range: SourceRange)
    case heredocAsDestination(instruction: String, range: SourceRange)
    case blankName(instruction: String, range: SourceRange)
    case fromArguments(range: SourceRange)
    case invalidStageName(name: String, range: SourceRange)
    case noStage(range: SourceRange)
    case chainedOnbuild(range: SourceRange)
    case triggerNotAllowed(instruction: String, range: SourceRange)
    case notOneTrigger(range: SourceRange)
    case emptyVolume(range: SourceRange)
    case shellNotJSON(range: SourceRange)
    case healthcheckNoneWithArguments(range: SourceRange)
    case healthcheckWithoutCommand(range: SourceRange)
    case unknownHealthcheckType(type: String, range: SourceRange)
    case invalidDuration(DurationError, range: SourceRange)
    case durationTooShort(flag: String, range: SourceRange)
    case invalidRetries(value: String, isOutOfRange: Bool, range: SourceRange)
    case negativeRetries(value: Int, range: SourceRange)
    case invalidNetwork(value: String, range: SourceRange)
    case invalidSecurity(value: String, range: SourceRange)
    case mount(RunMountError, range: SourceRange)
    case device(RunDeviceError, range: SourceRange)
}

extension DockerfileError {
    /// What the error is about: a keyword, a flag, a word.
    public var range: SourceRange? {
        switch self {
        case .noInstructions(let range), .lineTooLong(let range), .duplicateDirective(_, let range),
            .invalidEscape(_, let range),
            .notUTF8(let range), .notStringArray(let range), .twoArgumentsRequired(_, let range),
            .missingEquals(_, let range), .unterminatedHeredoc(_, let range), .word(_, let range),
            .unknownInstruction(_, _, let range), .unknownFlag(_, _, let range), .duplicateFlag(_, let range),
            .flagWithoutValue(_, let range), .flagNotBoolean(_, _, let range), .oneArgumentAtLeast(_, let range),
            .oneArgumentExactly(_, let range), .noDestination(_, let range), .heredocAsDestination(_, let range),
            .blankName(_, let range), .fromArguments(let range), .invalidStageName(_, let range), .noStage(let range),
            .chainedOnbuild(let range), .triggerNotAllowed(_, let range), .notOneTrigger(let range),
            .emptyVolume(let range), .shellNotJSON(let range), .healthcheckNoneWithArguments(let range),
            .healthcheckWithoutCommand(let range), .unknownHealthcheckType(_, let range),
            .invalidDuration(_, let range), .durationTooShort(_, let range), .invalidRetries(_, _, let range),
            .negativeRetries(_, let range), .invalidNetwork(_, let range), .invalidSecurity(_, let range),
            .mount(_, let range), .device(_, let range):
            range
        }
    }

    /// What to do about it, where that is not plain from the message.
    public var hint: String? {
        switch self {
        case .unterminatedHeredoc(let name, _): "end the heredoc with a line that holds only \(name)"
        case .noStage: "begin with FROM; only ARG may stand before it"
        case .notStringArray: "write all elements in double quotes"
        case .shellNotJSON: #"write it as ["executable", "parameter"]"#
        case .missingEquals: "put a value with spaces in quotes"
        case .notUTF8: "save the file as UTF-8"
        default: nil
        }
    }

    /// The error for display.
    public var diagnostic: Diagnostic {
        Diagnostic(severity: .error, message: description, range: range, hint: hint)
    }
}

extension DockerfileError: CustomStringConvertible {
    /// The message, one line.
    public var description: String {
        switch self {
        case .noInstructions: "file with no instructions"
        case .duplicateDirective(let name, _): "only one \(name) parser directive can be used"
        case .invalidEscape(let value, _): "invalid escape token '\(value)' does not match ` or \\"
        case .lineTooLong: "line is longer than \(DockerfileParser.longestLine) bytes"
        case .notUTF8: "instruction is not valid UTF-8"
        case .notStringArray: "when using JSON array syntax, arrays must be comprised of strings only"
        case .twoArgumentsRequired(let instruction, _): "\(instruction) must have two arguments"
        case .missingEquals(let word, _):
            "Syntax error - can't find = in \(quoted(word)). Must be of the form: name=value"
        case .unterminatedHeredoc: "unterminated heredoc"
        case .word(let error, _): error.description
        case .unknownInstruction(let name, let suggestion, _): "unknown instruction: \(name)" + didYouMean(suggestion)
        case .unknownFlag(let name, let suggestion, _): "unknown flag: --\(name)" + didYouMean(suggestion)
        case .duplicateFlag(let name, _): "duplicate flag specified: --\(name)"
        case .flagWithoutValue(let name, _): "missing a value on flag: --\(name)"
        case .flagNotBoolean(let name, let value, _): "expecting boolean value for flag --\(name), not: \(value)"
        default: argumentDescription
        }
    }

    private var argumentDescription: String {
        switch self {
        case .oneArgumentAtLeast(let instruction, _): "\(instruction) requires at least one argument"
        case .oneArgumentExactly(let instruction, _): "\(instruction) requires exactly one argument"
        case .noDestination(let instruction, _):
            "\(instruction) requires at least two arguments, but only one was provided. "
                + "Destination could not be determined"
        case .heredocAsDestination(let instruction, _): "\(instruction) cannot accept a heredoc as a destination"
        case .blankName(let instruction, _): "\(instruction) names can not be blank"
        case .fromArguments: "FROM requires either one or three arguments"
        case .invalidStageName(let name, _):
            "invalid name for build stage: \(quoted(name)), name can't start with a number or contain symbols"
        case .noStage: "no build stage in current context"
        case .chainedOnbuild: "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"
        case .triggerNotAllowed(let instruction, _): "\(instruction) isn't allowed as an ONBUILD trigger"
        case .notOneTrigger: "onbuild trigger should be a single expression"
        case .emptyVolume: "VOLUME specified can not be an empty string"
        case .shellNotJSON: "SHELL requires the arguments to be in JSON form"
        case .healthcheckNoneWithArguments: "HEALTHCHECK NONE takes no arguments"
        case .healthcheckWithoutCommand: "Missing command after HEALTHCHECK CMD"
        case .unknownHealthcheckType(let type, _): "Unknown type \(quoted(type)) in HEALTHCHECK (try CMD)"
        case .invalidDuration(let error, _): error.description
        case .durationTooShort(let flag, _): "Interval \(quoted(flag)) cannot be less than 1ms"
        case .invalidRetries(let value, let isOutOfRange, _):
            "--retries: \(quoted(value)) is \(isOutOfRange ? "out of range" : "not a number")"
        case .negativeRetries(let value, _): "--retries cannot be negative (\(value))"
        case .invalidNetwork(let value, _): "invalid network mode \(quoted(value))"
        case .invalidSecurity(let value, _): "security \(quoted(value)) is not valid"
        case .mount(let error, _): error.description
        case .device(let error, _): error.description
        default: ""
        }
    }
}

/// A suggestion as the end of a message.
func didYouMean(_ suggestion: String?) -> String { suggestion.map { " (did you mean \($0)?)" } ?? "" }
