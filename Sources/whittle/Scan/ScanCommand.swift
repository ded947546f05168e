import Advisories
import ArgumentParser
import OCI
import Rendering

/// `whittle scan`.
struct ScanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scan",
        abstract: "Find known vulnerabilities in an image, down to the Dockerfile's line, and secrets in its layers.",
        discussion: """
            Images are named as everywhere: NAME of the local store or a registry, docker://REF, oci:DIR[:REF], \
            oci-archive:FILE[:REF], docker-archive:FILE[:REF], or dir:ROOTFS for a plain root file system. Advisories come \
            from the local database (whittle db); a scan of something local never needs the network.
            """)

    @OptionGroup var global: GlobalOptions
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var selection: ScanSelectionOptions
    @OptionGroup var gates: ScanGateOptions

    @Option(name: .long, help: "table, json, sarif, cyclonedx-json, markdown or html.")
    var format: ScanFormat = .table

    @Flag(name: .long, help: "Show suppressed findings, too, with the reasons.")
    var showSuppressed = false

    @Option(name: .shortAndLong, help: ArgumentHelp("File to write (default: standard output).", valueName: "path"))
    var output: String?

    @Option(name: .long, help: ArgumentHelp("Platform of the image (default: this machine's).", valueName: "os/arch"))
    var platform: String?

    @ArgumentParser.Argument(help: "The image.")
    var image: String

    func run() async throws {
        let platform = try platform.map(ImageNames.platform)
        let filter: FindingFilter
        let advisories: AdvisoryDatabase
        do {
            filter = try selection.filter()
            for file in filter.ignoreFiles { file.expired(now: Timestamp.now()).forEach(warn) }
            filter.vex.warnings.forEach(warn)
            advisories = try AdvisoryDatabase(database.location(global))
        } catch {
            throw CommandFailure(ofAdvisories: error)
        }
        let session = try ImageSession(global)
        let report = try await session.run { session in
            let scan = ImageScan(
                session: session, root: global.rootDirectory, database: advisories, platform: platform,
                options: selection.scanOptions)
            do {
                return try await scan.report(
                    on: image, filter: filter, base: gates.onlyNew, maxAge: gates.maxDatabaseAge)
            } catch let error as AdvisoriesError {
                throw CommandFailure(ofAdvisories: error)
            }
        }
        let text = try ScanText(version: Version.text, showsSuppressed: showSuppressed).text(report, format)
        do {
            if let output, output != "-" {
                try ReportFile.write(text, to: output)
            } else {
                try FileSink(descriptor: 1, path: "standard output").write(Array(text.utf8))
            }
        } catch {
            throw CommandFailure(ofImage: error)
        }
        if format != .table { report.gaps.forEach(warn) }
        let status = gates.status(of: report)
        if status != 0 { throw ExitCode(status) }
    }

    private func warn(_ text: String) { StandardError.write("warning: \(text)\n") }
}

extension ScanFormat: ExpressibleByArgument {}
