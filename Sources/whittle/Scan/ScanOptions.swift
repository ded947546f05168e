import Advisories
import ArgumentParser
import Glibc
import OCI

/// What is looked for, and which of it is shown.
struct ScanSelectionOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Only these, separated by commas: CRITICAL, HIGH, MEDIUM, LOW, UNKNOWN.", valueName: "levels"))
    var severity: [String] = []

    @Flag(name: .long, help: "Leave out what no newer version fixes.")
    var ignoreUnfixed = false

    @Option(
        name: .long,
        help: ArgumentHelp("VEX document, OpenVEX or CycloneDX, whose findings do not count.", valueName: "file"))
    var vex: [String] = []

    @Option(
        name: .customLong("ignorefile"),
        help: ArgumentHelp(
            "Identifiers that do not count, one a line, with exp:DATE and a comment; or YAML.", valueName: "file"))
    var ignoreFile: [String] = []

    @Flag(name: .long, help: "Packages, too, that a later layer hides: they are shipped all the same.")
    var allLayers = false

    @Flag(name: .long, help: "Notices, too, that say that nobody maintains a package.")
    var informational = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Tell what another base image would change; those of the same repository in the store are tried anyway.",
            valueName: "image"))
    var tryBase: [String] = []

    @Flag(name: .long, help: "Do not look for secrets in the layers and the configuration.")
    var noSecrets = false

    /// The filter.
    func filter() throws -> FindingFilter {
        var filter = FindingFilter()
        filter.severities = severity.isEmpty ? nil : try Self.severities(severity.joined(separator: ","))
        filter.ignoresUnfixed = ignoreUnfixed
        for path in vex { try filter.vex.read(try Self.bytes(of: path), file: path) }
        filter.ignoreFiles = try ignoreFile.map { try IgnoreFile(try Self.bytes(of: $0), file: $0) }
        return filter
    }

    /// What the scan looks at.
    var scanOptions: ImageScan.Options {
        ImageScan.Options(
            looksForSecrets: !noSecrets, includesHidden: allLayers, includesInformational: informational,
            comparesBases: true, otherBases: tryBase)
    }

    private static func severities(_ text: String) throws -> Set<Severity> {
        var result: Set<Severity> = []
        for word in text.split(separator: ",") {
            guard let severity = Severity(rawValue: word.uppercased()) else {
                throw OptionError("--severity \(text): \(word) is none of CRITICAL, HIGH, MEDIUM, LOW, UNKNOWN")
            }
            result.insert(severity)
        }
        guard !result.isEmpty else { throw OptionError("--severity needs at least one level") }
        return result
    }

    private static func bytes(of path: String) throws -> [UInt8] {
        let limit: Int64 = 64 << 20
        do {
            return try Blob(path: path).bytes(limit: limit, what: path)
        } catch OCIError.system(let operation, let path, let code) {
            throw AdvisoriesError.system(operation: operation, path: path, errno: code)
        } catch OCIError.tooLarge(let path, let limit) {
            throw AdvisoriesError.tooLarge(path: path, limit: limit)
        } catch OCIError.notAnImage(let path, let reason) {
            throw AdvisoriesError.malformed(path: path, line: 0, reason: reason)
        }
    }
}

/// When a scan's answer is no.
struct ScanGateOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("Exit status when there are findings (default: 0).", valueName: "n"))
    var exitCode: Int32?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Fail only on what is known to be exploited (kev) or likely to be (epss>=0.5).", valueName: "condition"))
    var failOn: [FailureCondition] = []

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Leave out what this image has, too: the base that the Dockerfile starts from.", valueName: "base"))
    var onlyNew: String?

    @Option(
        name: .customLong("max-db-age"),
        help: ArgumentHelp("Fail when the advisories are older: 7d, 36h.", valueName: "age"))
    var maxDatabaseAge: DatabaseAge?

    func validate() throws {
        if let exitCode, !(0...255).contains(exitCode) { throw ValidationError("--exit-code takes 0 to 255") }
    }

    /// The exit status that a report amounts to.
    func status(of report: ScanReport) -> Int32 {
        if failOn.isEmpty {
            return report.findings.isEmpty && report.secrets.isEmpty ? 0 : exitCode ?? 0
        }
        let isMet = report.findings.contains { finding in failOn.contains { $0.isMet(by: finding) } }
        return isMet ? exitCode ?? 1 : 0
    }
}

extension FailureCondition: ExpressibleByArgument {
    /// Reads an argument.
    public init?(argument: String) { self.init(argument) }
}

/// How old data may be.
struct DatabaseAge: ExpressibleByArgument, Sendable {
    let seconds: Int64
    /// As it was given.
    let text: String

    init?(argument: String) {
        let digits = argument.prefix { $0.isASCII && $0.isNumber }
        let units: [Substring: Int64] = ["": 86_400, "d": 86_400, "h": 3_600, "w": 604_800]
        guard let count = Int64(digits), count <= 100_000, let unit = units[argument[digits.endIndex...]] else {
            return nil
        }
        seconds = count * unit
        text = argument
    }
}
