/// Why a Dockerfile could not be slimmed at all.
public enum SlimmingError: Error, Sendable, CustomStringConvertible {
    /// The context is no directory that can be read.
    case context(path: String, reason: String)
    /// The original does not build.
    case originalFails(reason: String)
    /// There is no Dockerfile to be written for this project.
    case unknownProject(path: String)
    /// A file is in the way.
    case exists(path: String)

    /// One line for people.
    public var description: String {
        switch self {
        case .context(let path, let reason): "cannot read the context \(path): \(reason)"
        case .originalFails(let reason): "the original Dockerfile does not build: \(reason)"
        case .unknownProject(let path): "no recipe knows how to build the project in \(path)"
        case .exists(let path): "\(path) exists already; whittle slim works on it"
        }
    }
}
