import DockerfileSyntax

/// Ordered variables of a stage: what ARG and ENV have set so far.
///
/// Setting a name again moves it to the end, which is the order in which a RUN step sees its environment.
public struct EnvironmentList: Hashable, Sendable, EnvironmentLookup {
    /// The pairs, oldest first; names are unique.
    public private(set) var pairs: [Pair] = []

    /// One variable.
    public struct Pair: Hashable, Sendable {
        /// Its name.
        public var name: String
        /// Its value.
        public var value: String
    }

    /// Creates an empty list.
    public init() {}

    /// Creates a list from `NAME=VALUE` strings, as in an image's `Env`.
    public init(_ assignments: [String]) {
        for assignment in assignments {
            let (name, value) = Self.split(assignment)
            set(name, value)
        }
    }

    /// Splits `NAME=VALUE`; without `=` the value is empty.
    public static func split(_ assignment: String) -> (name: String, value: String) {
        guard let equals = assignment.utf8.firstIndex(of: UInt8(ascii: "=")) else { return (assignment, "") }
        return (String(assignment[..<equals]), String(assignment[assignment.utf8.index(after: equals)...]))
    }

    /// Sets a variable, at the end of the order.
    public mutating func set(_ name: String, _ value: String) {
        pairs.removeAll { $0.name == name }
        pairs.append(Pair(name: name, value: value))
    }

    /// Its name.
    public func value(_ name: String) -> String? {
        pairs.last { $0.name == name }?.value
    }

    /// All names, in order.
    public var names: [String] { pairs.map(\.name) }

    /// `NAME=VALUE` strings in order.
    public var assignments: [String] { pairs.map { "\($0.name)=\($0.value)" } }
}
