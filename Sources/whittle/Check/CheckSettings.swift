import Checks
import Glibc
import Yams

/// What configuration files and options have decided: rules, severities, the threshold.
struct CheckSettings {
    var configuration = CheckConfiguration()
    var threshold: Threshold = .severity(.info)
    var format: String?
    var neverFails = false
    var noColor = false

    /// From which severity on findings make the command fail.
    enum Threshold: Equatable {
        case severity(Severity)
        /// Nothing fails.
        case none

        init?(_ text: String) {
            switch text.lowercased() {
            case "none": self = .none
            // hadolint's lowest: everything that is not ignored.
            case "ignore": self = .severity(.style)
            default:
                guard let severity = Severity(rawValue: text.lowercased()) else { return nil }
                self = .severity(severity)
            }
        }

        /// True when a finding of this severity makes the command fail.
        func isReached(by severity: Severity) -> Bool {
            if case .severity(let least) = self { severity >= least } else { false }
        }
    }

    /// The files looked for when none is named, the first that exists counts.
    static let names = [".whittle.yaml", ".whittle.yml", ".hadolint.yaml", ".hadolint.yml"]

    /// Reads the file of `--config`, or the one that is found; without one the defaults.
    ///
    /// - Throws: ``OptionError`` that names the file, for what is not YAML or not a known setting's value.
    static func load(_ path: String?) throws(OptionError) -> CheckSettings {
        if let path { return try CheckSettings(parsing: try FileBytes.read(path, what: "configuration"), path: path) }
        var candidates = names
        if let directory = environment("XDG_CONFIG_HOME") ?? environment("HOME").map({ $0 + "/.config" }) {
            candidates += ["whittle.yaml", "hadolint.yaml"].map { directory + "/" + $0 }
        }
        if let home = environment("HOME") { candidates += names.map { home + "/" + $0 } }
        for path in candidates where access(path, R_OK) == 0 {
            return try CheckSettings(parsing: try FileBytes.read(path, what: "configuration"), path: path)
        }
        return CheckSettings()
    }

    /// The settings of a file: hadolint's, at the top or, in a file of ours, also below `check`.
    init(parsing bytes: [UInt8], path: String) throws(OptionError) {
        var root: Node?
        do {
            root = try Yams.compose(yaml: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw OptionError("\(path): \(CheckSettings.line(error))")
        }
        guard var node = root, !CheckSettings.isNull(node) else { return }
        guard node.mapping != nil else { throw OptionError("\(path): settings are a mapping of names to values") }
        if let section = node.mapping?["check"] { node = section }
        try read(node, SettingsReader(path: path))
    }

    init() {}

    private mutating func read(_ node: Node, _ reader: SettingsReader) throws(OptionError) {
        for (key, value) in try reader.members(node, "check") {
            switch key {
            case "ignored", "ignore": configuration.ignored.formUnion(try reader.strings(value, key))
            case "override", "overrides": try readOverrides(value, reader)
            case "failure-threshold", "threshold": threshold = try reader.threshold(value, key)
            case "format": format = try reader.string(value, key)
            case "no-fail": neverFails = try reader.bool(value, key)
            case "no-color": noColor = try reader.bool(value, key)
            case "disable-ignore-pragma": configuration.disablesPragmas = try reader.bool(value, key)
            case "strict-labels": configuration.strictLabels = try reader.bool(value, key)
            case "trustedRegistries", "trusted-registries":
                configuration.trustedRegistries += try reader.strings(value, key)
            case "label-schema":
                for (label, kind) in try reader.members(value, key) {
                    let name = try reader.string(kind, label)
                    guard let kind = CheckConfiguration.LabelKind(hadolint: name) else {
                        throw reader.failure("\(name) is not a type of label", kind)
                    }
                    configuration.labelSchema[label] = kind
                }
            // The rules for images (whittle inspect --ci) may be in the same file.
            case "inspect" where reader.path.contains(".whittle."): break
            case "experimental": configuration.experimental.formUnion(try reader.strings(value, key))
            default: throw reader.failure("there is no setting \(key)", value)
            }
        }
    }

    private mutating func readOverrides(_ node: Node, _ reader: SettingsReader) throws(OptionError) {
        for (level, rules) in try reader.members(node, "override") {
            let ids = try reader.strings(rules, level)
            if level == "ignore" || level == "none" {
                configuration.ignored.formUnion(ids)
                continue
            }
            guard let severity = Severity(rawValue: level) else {
                throw reader.failure("\(level) is not a severity", rules)
            }
            for id in ids { configuration.severities[id] = severity }
        }
    }

    private static func isNull(_ node: Node) -> Bool { node.null != nil && node.mapping == nil && node.sequence == nil }

    private static func line(_ error: any Error) -> String {
        if let error = error as? YamlError {
            return String("\(error)".split(separator: "\n").first ?? "malformed YAML")
        }
        return "malformed YAML"
    }
}

extension CheckConfiguration.LabelKind {
    /// A type by the name that hadolint's configuration has for it.
    init?(hadolint name: String) {
        switch name.lowercased() {
        case "text", "rawtext", "": self = .text
        case "hash", "githash": self = .hash
        default: self.init(rawValue: name.lowercased())
        }
    }
}

/// Reads values of settings; errors name the file and line.
private struct SettingsReader {
    let path: String

    func failure(_ message: String, _ node: Node) -> OptionError {
        let place = node.mark.map { "\(path):\($0.line):\($0.column)" } ?? path
        return OptionError("\(place): \(message)")
    }

    func members(_ node: Node, _ name: String) throws(OptionError) -> [(String, Node)] {
        if node.null != nil, node.mapping == nil { return [] }
        guard let mapping = node.mapping else { throw failure("\(name) must be a mapping", node) }
        var members: [(String, Node)] = []
        for (key, value) in mapping {
            guard let name = key.string else { throw failure("a name must be a word", key) }
            members.append((name, value))
        }
        return members
    }

    func strings(_ node: Node, _ name: String) throws(OptionError) -> [String] {
        if let sequence = node.sequence {
            var result: [String] = []
            for element in sequence { result.append(try string(element, name)) }
            return result
        }
        if node.null != nil { return [] }
        return [try string(node, name)]
    }

    func string(_ node: Node, _ name: String) throws(OptionError) -> String {
        guard let text = node.scalar?.string else { throw failure("\(name) must be a word", node) }
        return text
    }

    func bool(_ node: Node, _ name: String) throws(OptionError) -> Bool {
        guard let value = node.bool else { throw failure("\(name) must be true or false", node) }
        return value
    }

    func threshold(_ node: Node, _ name: String) throws(OptionError) -> CheckSettings.Threshold {
        let text = try string(node, name)
        guard let threshold = CheckSettings.Threshold(text) else {
            throw failure("\(name) must be error, warning, info, style or none", node)
        }
        return threshold
    }
}
