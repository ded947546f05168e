/// What can go wrong when an image is taken apart, besides what reading its layers throws.
public enum AnalysisError: Error, Hashable, Sendable {
    /// A layer has more members than are held in memory.
    case tooManyMembers(limit: Int)
}

extension AnalysisError: CustomStringConvertible {
    /// One line for people.
    public var description: String {
        switch self {
        case .tooManyMembers(let limit): "a layer has more than \(limit) members"
        }
    }
}
