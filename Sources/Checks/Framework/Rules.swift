/// All rules.
public enum Rules {
    /// Every rule there is: BuildKit's, hadolint's, ours.
    public static let all: [Rule] = buildChecks + hadolint + lean

    /// The rule of an id; nil when there is none.
    public static func rule(_ id: String) -> Rule? { byID[id] }

    private static let byID = Dictionary(all.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
}
