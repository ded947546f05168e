/// A change of the Dockerfile, with its reason.
public struct SlimStep: Sendable, Hashable, Encodable {
    /// Which kind of change it is, e.g. `runtime-base`.
    public var id: String
    /// The line of the original Dockerfile that it concerns, counted from 1.
    public var line: Int
    /// One line that says why.
    public var why: String

    /// A step.
    public init(id: String, line: Int, why: String) {
        self.id = id
        self.line = line
        self.why = why
    }
}
