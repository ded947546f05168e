/// What a token allows: actions on a resource, as the token specification of the distribution project writes it
/// (`repository:library/busybox:pull,push`).
struct Scope: Hashable, Sendable, Comparable, CustomStringConvertible {
    let resource: String
    let actions: [String]

    init(resource: String, actions: [String]) {
        self.resource = resource
        self.actions = actions.sorted()
    }

    static func pull(_ repository: String) -> Scope { Scope(resource: "repository:\(repository)", actions: ["pull"]) }
    static func push(_ repository: String) -> Scope {
        Scope(resource: "repository:\(repository)", actions: ["pull", "push"])
    }
    static func delete(_ repository: String) -> Scope {
        Scope(resource: "repository:\(repository)", actions: ["delete", "pull"])
    }
    static let catalog = Scope(resource: "registry:catalog", actions: ["*"])

    /// One scope of a challenge; its actions are what follows the last colon, as repository names may hold a port's.
    init?(_ text: some StringProtocol) {
        guard let colon = text.lastIndex(of: ":"), text.firstIndex(of: ":") != colon else { return nil }
        self.init(
            resource: String(text[..<colon]),
            actions: text[text.index(after: colon)...].split(separator: "," as Character).map { String($0) })
    }

    var description: String { "\(resource):\(actions.joined(separator: ","))" }

    static func < (left: Scope, right: Scope) -> Bool { left.description < right.description }

    /// The union: one scope for each resource.
    static func merged(_ scopes: some Sequence<Scope>) -> [Scope] {
        var actions: [String: Set<String>] = [:]
        for scope in scopes { actions[scope.resource, default: []].formUnion(scope.actions) }
        return actions.map { Scope(resource: $0.key, actions: Array($0.value)) }.sorted()
    }
}
