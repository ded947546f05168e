import ArgumentParser
import Builder
import Checks
import DockerfileSyntax
import Glibc
import Rendering
import Store

/// `whittle check`.
struct CheckCommand: AsyncParsableCommand, NeedsMountNamespace {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Look for mistakes in Dockerfiles, and fix them.",
        discussion: """
            A PATH is a Dockerfile, a directory that is searched for Dockerfiles, or - for standard input; by default the \
            current directory. Exit status: 0 without findings at or over the threshold, 1 with, 2 for a file that cannot \
            be read.
            """)

    @OptionGroup var global: GlobalOptions
    @OptionGroup var rules: CheckRuleOptions
    @OptionGroup var fixes: CheckFixOptions
    @OptionGroup var builds: CheckBuildOptions

    @Option(
        name: [.short, .long], help: "text, json, sarif, github, checkstyle, gitlab or junit.")
    var format: FindingsFormat?

    @Option(name: [.short, .long], help: ArgumentHelp("Write the report to a file.", valueName: "file"))
    var output: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Build context (default: the directory of each Dockerfile).", valueName: "dir"))
    var context: String?

    @ArgumentParser.Argument(help: ArgumentHelp("Dockerfiles or directories.", valueName: "path"))
    var lists: [CheckedPaths] = []

    private var paths: [String] { lists.flatMap(\.paths) }

    /// Verification builds, and base images are asked for versions in containers.
    var mounts: Bool { fixes.verify || asksForVersions }

    /// Without the right to mount there are no containers of base images, and no fix that needs one.
    private var asksForVersions: Bool { (fixes.fix || fixes.diff) && !fixes.offline && geteuid() == 0 }

    func validate() throws {
        if fixes.fix, fixes.diff { throw ValidationError("--fix and --diff exclude each other") }
        if fixes.verify, !fixes.fix, !fixes.diff, fixes.fixed == nil {
            throw ValidationError("--verify goes with --fix, --diff or --fixed")
        }
        if fixes.fixed != nil, !fixes.verify || fixes.fix || fixes.diff {
            throw ValidationError("--fixed goes with --verify, and without --fix and --diff")
        }
        if !fixes.verify, !builds.isEmpty { throw ValidationError("options of builds go with --verify") }
        if fixes.verify, paths.contains("-") { throw ValidationError("standard input cannot be verified") }
        if fixes.fix, paths.contains("-") { throw ValidationError("standard input cannot be fixed; use --diff") }
    }

    func run() async throws {
        do {
            let settings = try rules.settings()
            let files = try DockerfileDiscovery.files(paths.isEmpty ? ["."] : paths)
            guard mounts else { return try report(try await run(settings, nil).check(files), settings) }
            let workplace = try CheckWorkplace(global: global)
            let results = try await workplace.run { try await check(files, settings, workplace) }
            if fixes.fixed == nil { try report(results, settings) }
        } catch {
            throw CommandFailure(error)
        }
    }

    private func run(_ settings: CheckSettings, _ workplace: CheckWorkplace?) -> CheckRun {
        CheckRun(
            checker: Checker(configuration: settings.configuration),
            inputs: CheckInputsSource(
                context: context, storeDirectory: global.rootDirectory, facts: asksForVersions ? workplace : nil),
            fixes: fixes.request)
    }

    private func check(
        _ files: [String], _ settings: CheckSettings, _ workplace: CheckWorkplace
    ) async throws -> [CheckedDockerfile] {
        let run = run(settings, workplace)
        guard fixes.verify else { return try await run.check(files) }
        let session = VerificationSession(
            workplace: workplace, context: context, settings: try builds.settings())
        if let fixed = fixes.fixed {
            guard files.count == 1 else { throw OptionError("--fixed is held against one Dockerfile") }
            try await session.hold(fixed, against: files[0], kind: fixes.fixClass)
            return []
        }
        // One file after the other: each build uses all processors.
        var results: [CheckedDockerfile] = []
        for file in files { results.append(try await session.check(file, run)) }
        return results
    }

    /// Writes the report and ends with the status that it amounts to.
    private func report(_ results: [CheckedDockerfile], _ settings: CheckSettings) throws {
        let format = try self.format ?? settings.format.map(CheckRuleOptions.format) ?? .text
        let usesColor = !settings.noColor && output == nil && global.usesColor(on: STDOUT_FILENO)
        let text =
            if fixes.diff {
                results.map(\.diff).joined()
            } else {
                try FindingsReport(files: results.map(\.checked), version: Version.text)
                    .text(as: format, usesColor: usesColor)
            }
        if let output { try ReportFile.write(text, to: output) } else { print(text, terminator: "") }
        for result in results { result.printRemarks(usesColor: global.usesColor) }

        if results.contains(where: { $0.checked.report.error != nil || $0.problem != nil }) {
            throw CommandFailure(status: ExitStatusCode.usage, "")
        }
        let isOver = results.contains { result in
            result.checked.report.findings.contains { settings.threshold.isReached(by: $0.severity) }
        }
        if isOver, !settings.neverFails { throw CommandFailure(status: ExitStatusCode.negative, "") }
    }
}

extension FindingsFormat: ExpressibleByArgument {}
