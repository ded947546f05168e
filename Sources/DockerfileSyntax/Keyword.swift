/// The instructions of the Dockerfile reference.
public enum Keyword: String, CaseIterable, Hashable, Sendable {
    case add, arg, cmd, copy, entrypoint, env, expose, from, healthcheck, label, maintainer, onbuild, run, shell
    case stopsignal, user, volume, workdir

    /// The instruction of a name in any case; nil when there is none.
    public init?(_ text: String) {
        // Asked for several times for each instruction: letters are compared in place.
        let name = text.utf8
        let found = Keyword.names.first { known in
            known.name.count == name.count && name.elementsEqual(known.name) { $0 | 0x20 == $1 }
        }
        if let found {
            self = found.keyword
        } else {
            guard name.contains(where: { $0 >= 0x80 }) else { return nil }
            self.init(rawValue: text.lowercased())
        }
    }

    /// The names in lower case.
    private static let names = allCases.map { (keyword: $0, name: Array($0.rawValue.utf8)) }

    /// The name as it is shown in messages.
    var display: String { rawValue.uppercased() }

    /// True when heredocs may follow.
    var takesHeredocs: Bool { self == .add || self == .copy || self == .run }
}
