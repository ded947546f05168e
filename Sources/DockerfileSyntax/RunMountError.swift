/// Why a RUN mount is not accepted.
public enum RunMountError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The text is not comma-separated values.
    case malformed(CommaSeparatedError)
    case fieldWithoutValue(field: String)
    case keyNotForType(key: String, type: String)
    case unsupportedType(value: String, suggestion: String?)
    case unsupportedSharing(value: String, suggestion: String?)
    case invalidValue(key: String, value: String)
    case invalidNumber(key: String, value: String)
    case unexpectedKey(key: String, field: String, suggestion: String?)
    case fromWithVariable
    case ownershipNotForType(key: String, type: String)
    case secretWithFrom
    case secretWithSharing
    case secretWithoutName
    case secretWithSourceAndID
    case sharingNotForType(type: String)

    /// The message.
    public var description: String {
        switch self {
        case .malformed(let error): "failed to parse csv mounts: \(error)"
        case .fieldWithoutValue(let field): "invalid field '\(field)' must be a key=value pair"
        case .keyNotForType(let key, let type): "unexpected key '\(key)' for mount type '\(type)'"
        case .unsupportedType(let value, let suggestion):
            "unsupported mount type \(quoted(value))" + didYouMean(suggestion)
        case .unsupportedSharing(let value, let suggestion):
            "unsupported sharing value \(quoted(value))" + didYouMean(suggestion)
        case .invalidValue(let key, let value): "invalid value for \(key): \(value)"
        case .invalidNumber(let key, let value): "invalid value \(value) for \(key)"
        case .unexpectedKey(let key, let field, let suggestion):
            "unexpected key '\(key)' in '\(field)'" + didYouMean(suggestion)
        case .fromWithVariable: "'from' doesn't support variable expansion, define alias stage instead"
        case .ownershipNotForType(let key, let type): "\(key) not allowed for \(quoted(type)) type mounts"
        case .secretWithFrom: "secret mount should not have a from"
        case .secretWithSharing: "secret mount should not define sharing"
        case .secretWithoutName: "invalid secret mount. one of source, target required"
        case .secretWithSourceAndID: "both source and id can't be set"
        case .sharingNotForType(let type): "invalid cache sharing set for \(type) mount"
        }
    }
}

/// Why the devices of a RUN are not accepted.
public enum RunDeviceError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The text is not comma-separated values.
    case malformed(CommaSeparatedError)
    case fieldWithoutValue(field: String)
    case nameAlreadySet(name: String)
    case invalidValue(key: String, value: String)
    case unexpectedKey(key: String, field: String, suggestion: String?)

    /// The message.
    public var description: String {
        switch self {
        case .malformed(let error): "failed to parse csv devices: \(error)"
        case .fieldWithoutValue(let field): "invalid field '\(field)' must be a key=value pair"
        case .nameAlreadySet(let name): "device name already set to \(name)"
        case .invalidValue(let key, let value): "invalid value for \(key): \(value)"
        case .unexpectedKey(let key, let field, let suggestion):
            "unexpected key '\(key)' in '\(field)'" + didYouMean(suggestion)
        }
    }
}
