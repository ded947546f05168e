/// The instructions of the Dockerfile reference.
enum Keyword: String, CaseIterable, Hashable, Sendable {
    case add, arg, cmd, copy, entrypoint, env, expose, from, healthcheck, label, maintainer, onbuild, run, shell
    case stopsignal, user, volume, workdir

    /// The instruction of a name in any case; nil when there is none.
    init?(_ text: String) { self.init(rawValue: text.lowercased()) }

    /// The name as it is shown in messages.
    var display: String { rawValue.uppercased() }

    /// True when heredocs may follow.
    var takesHeredocs: Bool { self == .add || self == .copy || self == .run }
}
