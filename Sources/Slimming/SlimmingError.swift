/// Why a Dockerfile could not be slimmed at all.
public enum SlimmingError: Error, Sendable, CustomStringConvertible {
    /// The context is no directory that can be read.
    case context(path: String, reason: String)
    /// The original does not build.
    case originalFails(reason: String)
    /// Nothing in the directory says what kind of project it is.
    case unknownProject(path: String, lookedFor: [String])
    /// The kind is known, but not how the project is started.
    case incompleteProject(kind: String, reason: String)
    /// A file is in the way.
    case exists(path: String)

    /// One line for people.
    public var description: String {
        switch self {
        case .context(let path, let reason): "cannot read the context \(path): \(reason)"
        case .originalFails(let reason): "the original Dockerfile does not build: \(reason)"
        case .unknownProject(let path, let names):
            "nothing in \(path) says what kind of project it is: looked for \(names.joined(separator: ", "))"
        case .incompleteProject(let kind, let reason):
            "this is a \(kind) project, but how it is started cannot be told: \(reason)"
        case .exists(let path): "\(path) exists already; whittle slim works on it"
        }
    }
}
