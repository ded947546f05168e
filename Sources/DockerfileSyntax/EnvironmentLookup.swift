/// Where the values of variables come from.
public protocol EnvironmentLookup {
    /// The value of a variable, nil when it is not set.
    func value(_ name: String) -> String?
    /// The names of all variables that are set, for suggestions.
    var names: [String] { get }
}

/// An environment without variables.
public struct EmptyEnvironment: EnvironmentLookup, Sendable {
    /// Creates the environment.
    public init() {}
    /// Always nil.
    public func value(_ name: String) -> String? { nil }
    /// Always empty.
    public var names: [String] { [] }
}

extension [String: String]: EnvironmentLookup {
    /// The value under the name.
    public func value(_ name: String) -> String? { self[name] }
    /// The keys, sorted.
    public var names: [String] { keys.sorted() }
}
