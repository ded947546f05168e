import Analysis
import ArgumentParser
import OCI
import Rendering

/// `whittle compare`.
struct CompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compare two images: sizes, layers, packages, files, configuration.",
        discussion: """
            Images are named as everywhere: NAME of the local store or a registry, docker://REF, oci:DIR[:REF], \
            oci-archive:FILE[:REF], docker-archive:FILE[:REF], or dir:ROOTFS for a plain root file system. The size is that \
            of the layers' uncompressed tars. Vulnerabilities are compared where there is an advisory database (whittle db).
            """)

    /// How the comparison is printed.
    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, markdown, html }

    @OptionGroup var global: GlobalOptions
    @OptionGroup var database: DatabaseOptions

    @Option(name: .long, help: "text, json, markdown (for a pull request) or html.")
    var format: Format = .text

    @Option(name: .shortAndLong, help: ArgumentHelp("File to write (default: standard output).", valueName: "path"))
    var output: String?

    @Option(name: .long, help: ArgumentHelp("Platform of the images (default: this machine's).", valueName: "os/arch"))
    var platform: String?

    @Option(name: .long, help: ArgumentHelp("With text: rows of each list.", valueName: "n"))
    var top = 20

    @Flag(name: .long, help: "End with exit status 1 when the images differ.")
    var exitCode = false

    @ArgumentParser.Argument(help: "First image.")
    var before: String

    @ArgumentParser.Argument(help: "Second image.")
    var after: String

    func validate() throws {
        if top < 0 { throw ValidationError("--top takes numbers from 0") }
    }

    func run() async throws {
        let session = try ImageSession(global)
        try await session.run { session in
            let platform = try platform.map(ImageNames.platform)
            let inspector = ImageInspector(session: session, platform: platform)
            let findings = try await KnownFindings(
                session: session, global: global, options: database, platform: platform
            ).of([before, after])
            let comparison = ImageComparison(
                before: try await inspector.inspect(before), after: try await inspector.inspect(after),
                beforeFindings: findings?[0], afterFindings: findings?[1])
            session.display.finish()
            let file = ResultFile(path: output)
            switch format {
            case .text: try file.write(ComparisonText.text(comparison, rows: top))
            case .json: try file.write(ComparisonJSON.text(comparison))
            case .markdown: try file.write(ComparisonMarkdown.text(comparison))
            case .html: try file.write(ComparisonPage.page(comparison))
            }
            if exitCode, comparison.differs {
                throw CommandFailure(status: ExitStatusCode.negative, "error: \(before) and \(after) differ")
            }
        }
    }
}
