/// Checks the flags of an instruction against those it has, and hands out their values.
struct FlagReader {
    /// What a flag takes.
    enum Kind {
        /// Nothing, `true` or `false`.
        case boolean
        /// One value.
        case value
        /// A value, any number of times.
        case values
    }

    private var used: [String: [Flag]] = [:]
    /// The names of the flags used, in order, each once.
    private(set) var names: [String] = []

    /// Checks flags.
    init(_ flags: [Flag], _ known: KeyValuePairs<String, Kind>) throws(DockerfileError) {
        for flag in flags {
            guard let kind = known.first(where: { $0.key == flag.name })?.value else {
                throw .unknownFlag(
                    name: flag.name, suggestion: suggestion(for: flag.name, among: known.map(\.key)),
                    range: flag.nameRange)
            }
            if used[flag.name] == nil {
                names.append(flag.name)
            } else if kind != .values {
                throw .duplicateFlag(name: flag.name, range: flag.range)
            }
            used[flag.name, default: []].append(flag)
            guard kind == .boolean else {
                if flag.value == nil { throw .flagWithoutValue(name: flag.name, range: flag.range) }
                continue
            }
            guard let value = flag.value else { continue }
            if value.isEmpty { throw .flagWithoutValue(name: flag.name, range: flag.range) }
            guard ["true", "false"].contains(value.lowercased()) else {
                throw .flagNotBoolean(name: flag.name, value: value, range: flag.valueRange ?? flag.range)
            }
        }
    }

    /// A flag; nil when it is not used.
    func flag(_ name: String) -> Flag? { used[name]?.first }

    /// The value of a flag; nil when it is not used or empty, which means the same everywhere.
    func value(_ name: String) -> String? {
        guard let value = flag(name)?.value, !value.isEmpty else { return nil }
        return value
    }

    /// All uses of a flag.
    func all(_ name: String) -> [Flag] { used[name] ?? [] }

    /// A boolean flag; nil when it is not used.
    func boolean(_ name: String) -> Bool? { flag(name).map { $0.value?.lowercased() != "false" } }
}
