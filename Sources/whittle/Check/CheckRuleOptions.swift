import ArgumentParser
import Checks
import Rendering

/// Which rules apply, and how much they weigh.
struct CheckRuleOptions: ParsableArguments {
    @Option(
        name: [.customShort("c"), .long],
        help: ArgumentHelp("Settings (default: .whittle.yaml or .hadolint.yaml).", valueName: "file"))
    var config: String?

    @Option(
        name: [.customShort("t"), .long, .customLong("failure-threshold")],
        help: ArgumentHelp("Fail from this severity on: error, warning, info, style, none.", valueName: "severity"))
    var threshold: String?

    @Option(name: .long, help: ArgumentHelp("Rules that are not applied.", valueName: "rule,…"))
    var ignore: [String] = []

    @Option(name: .customLong("error"), help: ArgumentHelp("Rules that are errors.", valueName: "rule,…"))
    var errors: [String] = []

    @Option(name: .customLong("warning"), help: ArgumentHelp("Rules that are warnings.", valueName: "rule,…"))
    var warnings: [String] = []

    @Option(name: .customLong("info"), help: ArgumentHelp("Rules that are remarks.", valueName: "rule,…"))
    var infos: [String] = []

    @Option(name: .customLong("style"), help: ArgumentHelp("Rules about style.", valueName: "rule,…"))
    var styles: [String] = []

    @Option(name: .long, help: ArgumentHelp("Experimental rules to apply, or all.", valueName: "rule,…"))
    var experimental: [String] = []

    @Option(name: .long, help: ArgumentHelp("A registry that images may come from.", valueName: "host"))
    var trustedRegistry: [String] = []

    @Option(name: .long, help: ArgumentHelp("A label with the type of its value.", valueName: "label:type"))
    var requireLabel: [String] = []

    @Flag(name: .long, help: "Allow no other labels than those of --require-label.")
    var strictLabels = false

    @Flag(name: .long, help: "Do not heed comments that silence rules.")
    var disableIgnorePragma = false

    @Flag(name: .long, help: "Exit with 0 whatever is found.")
    var noFail = false

    /// The settings of the file with those of the options on top.
    func settings() throws(OptionError) -> CheckSettings {
        var settings = try CheckSettings.load(config)
        if let threshold {
            guard let value = CheckSettings.Threshold(threshold) else {
                throw OptionError("--threshold \(threshold): must be error, warning, info, style or none")
            }
            settings.threshold = value
        }
        settings.configuration.ignored.formUnion(Self.words(ignore))
        for (ids, severity) in [
            (errors, Severity.error), (warnings, .warning), (infos, .info), (styles, .style),
        ] {
            for id in Self.words(ids) { settings.configuration.severities[id] = severity }
        }
        settings.configuration.experimental.formUnion(Self.words(experimental))
        settings.configuration.trustedRegistries += trustedRegistry
        for label in requireLabel {
            guard let colon = label.lastIndex(of: ":"),
                let kind = CheckConfiguration.LabelKind(hadolint: String(label[label.index(after: colon)...]))
            else { throw OptionError("--require-label \(label): must be NAME:TYPE") }
            settings.configuration.labelSchema[String(label[..<colon])] = kind
        }
        if strictLabels { settings.configuration.strictLabels = true }
        if disableIgnorePragma { settings.configuration.disablesPragmas = true }
        if noFail { settings.neverFails = true }
        return settings
    }

    /// A format by the name it has here or in hadolint's settings.
    static func format(_ name: String) throws -> FindingsFormat {
        switch name {
        case "tty": return .text
        case "gitlab_codeclimate", "codeclimate": return .gitlab
        default:
            guard let format = FindingsFormat(rawValue: name) else { throw OptionError("there is no format \(name)") }
            return format
        }
    }

    private static func words(_ lists: [String]) -> [String] {
        lists.flatMap { $0.split(separator: ",").map(String.init) }
    }
}
