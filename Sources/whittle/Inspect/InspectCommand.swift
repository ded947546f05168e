import Analysis
import ArgumentParser
import Glibc
import OCI
import Rendering

/// `whittle inspect`.
struct InspectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show where every byte of an image comes from.",
        discussion: """
            Layer, instruction, package, file; what was written in vain, and which edit saves how much. IMAGE is a NAME of \
            the local store or a registry, docker://REF, oci:DIR[:REF], oci-archive:FILE[:REF], docker-archive:FILE[:REF], \
            or dir:ROOTFS. Sizes are of the layers' uncompressed tars. With rules (--ci, --max-size, --max-growth) the exit \
            status is 1 when the image breaks one.
            """)

    /// How the inspection is printed.
    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, html }

    @OptionGroup var global: GlobalOptions
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var gates: GateOptions

    @Option(name: .long, help: "text, json or html.")
    var format: Format = .text

    @Option(name: .shortAndLong, help: ArgumentHelp("File to write (default: standard output).", valueName: "path"))
    var output: String?

    @Option(name: .long, help: ArgumentHelp("Platform of the image (default: this machine's).", valueName: "os/arch"))
    var platform: String?

    @Option(name: .long, help: ArgumentHelp("Rows of the lists of files and packages.", valueName: "n"))
    var top = 10

    @Option(
        name: .long,
        help: ArgumentHelp("With json: the n largest files (default: all, in the layers' order).", valueName: "n"))
    var files: Int?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "With html: the Dockerfile that the image was built from (default: where the build had it, seen from here).",
            valueName: "path"))
    var dockerfile: String?

    @Flag(name: .long, help: "Browse layers and files in the terminal.")
    var tui = false

    @ArgumentParser.Argument(help: "Image.")
    var image: String

    func validate() throws {
        if top < 0 || (files ?? 0) < 0 { throw ValidationError("--top and --files take numbers from 0") }
        if tui, format != .text || output != nil || gates.isUsed {
            throw ValidationError("--tui shows the image and nothing else")
        }
        if dockerfile != nil, format != .html {
            throw ValidationError("--dockerfile: the Dockerfile is shown with --format html")
        }
        if database.directory != nil, format != .html {
            throw ValidationError("--db: vulnerabilities are shown with --format html (whittle scan lists them)")
        }
    }

    func run() async throws {
        let session = try ImageSession(global)
        try await session.run { session in
            let rules = try gates.rules()
            let platform = try platform.map(ImageNames.platform)
            let inspector = ImageInspector(session: session, platform: platform)
            let inspection = try await inspector.inspect(image)
            var former: Int64?
            if let base = gates.base { former = try await inspector.inspect(base).ledger.size }
            session.display.finish()
            if tui {
                try await LayerBrowser.run(inspection, usesColor: global.usesColor)
                return
            }
            let results = rules?.results(for: inspection.ledger, former: former) ?? []
            let known = KnownFindings(session: session, global: global, options: database, platform: platform)
            let findings = format == .html ? try await known.of([image])?[0] : nil
            try write(inspection, results, findings)
            if results.contains(where: { !$0.passed }) {
                throw CommandFailure(
                    status: ExitStatusCode.negative, "error: \(image): \(GateText.failure(results))")
            }
        }
    }

    private func write(
        _ inspection: Inspection, _ results: [GateResult], _ findings: Set<ComparedFinding>?
    ) throws {
        let file = ResultFile(path: output)
        switch format {
        case .text:
            let gates = GateText.text(results)
            try file.write(
                InspectionText.text(inspection, .init(rows: top)) + (gates.isEmpty ? "" : "\n" + gates))
        case .json:
            try file.write { try InspectionJSON(inspection, files: files, gates: results, to: $0).write() }
        case .html:
            try file.write(
                InspectionPage.page(
                    inspection, dockerfile: try lines(inspection.dockerfile), findings: findings.map(Array.init)))
        }
    }

    /// The lines of the Dockerfile, if it is where it was and what it was; one that is named has to be.
    private func lines(_ file: BuildRecord.DockerfileFile?) throws -> [String]? {
        let bytes: [UInt8]
        if let dockerfile {
            bytes = try FileBytes.read(dockerfile, what: "Dockerfile")
            guard let file else { throw OptionError("--dockerfile: there is no record of how \(image) was built") }
            guard Digest.sha256(of: bytes) == file.digest else {
                throw OptionError("--dockerfile: \(image) was built from another Dockerfile than \(dockerfile) is now")
            }
        } else {
            guard let file, let found = try? FileBytes.read(file.path, what: "Dockerfile"),
                Digest.sha256(of: found) == file.digest
            else { return nil }
            bytes = found
        }
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines.map { String(decoding: $0, as: UTF8.self) }
    }
}

/// Rules that an image must keep to.
struct GateOptions: ParsableArguments {
    @Flag(
        name: .long,
        help: ArgumentHelp(
            "Check the image against rules.",
            discussion: """
                From --ci-config, else .whittle.yaml or dive's .dive-ci in the working directory, else dive's own: \
                lowestEfficiency 0.9, highestUserWastedPercent 0.1.
                """))
    var ci = false

    @Option(name: .long, help: ArgumentHelp("File of rules.", valueName: "path"))
    var ciConfig: String?

    @Option(name: [.long, .customLong("lowestEfficiency")], help: ArgumentHelp("Least efficiency.", valueName: "0…1"))
    var lowestEfficiency: String?

    @Option(
        name: [.long, .customLong("highestWastedBytes")], help: ArgumentHelp("Most wasted bytes.", valueName: "size"))
    var highestWastedBytes: String?

    @Option(
        name: [.long, .customLong("highestUserWastedPercent")],
        help: ArgumentHelp("Largest part of the own layers that may be wasted.", valueName: "0…1"))
    var highestUserWastedPercent: String?

    @Option(name: .long, help: ArgumentHelp("Largest size, such as 200MB.", valueName: "size"))
    var maxSize: String?

    @Option(
        name: .long,
        help: ArgumentHelp("By how much it may be larger than --base, such as 5% or 10MB.", valueName: "size"))
    var maxGrowth: String?

    @Option(name: .long, help: ArgumentHelp("Image that growth is measured from.", valueName: "image"))
    var base: String?

    /// Is anything to be checked?
    var isUsed: Bool {
        ci || ciConfig != nil
            || [lowestEfficiency, highestWastedBytes, highestUserWastedPercent, maxSize, maxGrowth]
                .contains { $0 != nil }
    }

    /// The rules; nil when nothing is to be checked.
    func rules() throws -> GateRules? {
        guard isUsed else {
            if base != nil { throw OptionError("--base: there is no --max-growth to check") }
            return nil
        }
        var rules = GateRules()
        if let ciConfig {
            guard let read = try GateFile.read(ciConfig) else {
                throw OptionError("\(ciConfig): it has neither inspect nor rules")
            }
            rules = read
        } else if ci {
            rules = try GateFile.find() ?? .dive
        }
        var own = GateRules()
        own.lowestEfficiency = try lowestEfficiency.map { try SizeLimit.part($0, option: "--lowest-efficiency") }
        own.highestWastedBytes = try highestWastedBytes.map {
            try SizeLimit.bytes($0, option: "--highest-wasted-bytes")
        }
        own.highestUserWastedPercent = try highestUserWastedPercent.map {
            try SizeLimit.part($0, option: "--highest-user-wasted-percent")
        }
        own.maxSize = try maxSize.map { try SizeLimit.bytes($0, option: "--max-size") }
        own.maxGrowth = try maxGrowth.map { try SizeLimit.growth($0, option: "--max-growth") }
        rules = rules.overridden(by: own)
        if rules.maxGrowth != nil, base == nil {
            throw OptionError("name the image that growth is measured from with --base")
        }
        if base != nil, rules.maxGrowth == nil { throw OptionError("--base: there is no limit of growth to check") }
        return rules
    }
}
