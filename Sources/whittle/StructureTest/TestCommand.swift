import Analysis
import ArgumentParser
import Builder
import OCI
import Rendering

/// `whittle test`.
struct TestCommand: AsyncParsableCommand, NeedsMountNamespace {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Check an image against structure tests.",
        discussion: """
            Takes files of container-structure-test (schema 2.0.0, YAML or JSON): commands, files, contents, \
            configuration, licences. Commands run as with whittle run; everything else needs the layers only. Exits with 1 \
            when a test fails.
            """)

    /// How the results are printed.
    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, junit }

    @OptionGroup var global: GlobalOptions

    @Option(
        name: .shortAndLong, parsing: .upToNextOption,
        help: ArgumentHelp("Files of tests.", valueName: "file"))
    var config: [String]

    @Option(name: .long, help: "text, json or junit.")
    var format: Format = .text

    @Option(name: .shortAndLong, help: ArgumentHelp("File to write (default: standard output).", valueName: "path"))
    var output: String?

    @Option(name: .long, help: ArgumentHelp("Platform of the image (default: this machine's).", valueName: "os/arch"))
    var platform: String?

    @ArgumentParser.Argument(help: "Image.")
    var image: String

    func run() async throws {
        let suites = try config.map { path throws(OptionError) in try StructureFile.read(path) }
        let session = try ImageSession(global)
        try await session.run { session in
            let name = try ImageName(parsing: image)
            let platform = try platform.map(ImageNames.platform)
            let inspector = ImageInspector(session: session, platform: platform)
            var results: [StructureResult] = []
            let needsFiles = suites.contains {
                !$0.files.isEmpty || !$0.contents.isEmpty || !$0.licenses.isEmpty || $0.metadata != nil
            }
            let files = needsFiles ? try await inspector.files(image) : nil
            for suite in suites {
                if case .directory = name, !suite.commands.isEmpty {
                    throw OptionError("\(suite.file): commands cannot be run in \(image), which is no image")
                }
                let commands = CommandTestRun(session: session, image: name, platform: platform, suite: suite)
                for test in suite.commands { results.append(try await commands.run(test)) }
                if let files { results += try await files.run(suite) }
            }
            session.display.finish()
            guard !results.isEmpty else {
                throw CommandFailure(status: ExitStatusCode.usage, "error: the files have no tests")
            }
            let file = ResultFile(path: output)
            switch format {
            case .text: try file.write(StructureReport.text(results))
            case .json: try file.write(StructureReport.json(results))
            case .junit: try file.write(StructureReport.junit(results))
            }
            let failed = results.filter { !$0.passed }.count
            if failed > 0 {
                throw CommandFailure(
                    status: ExitStatusCode.negative, "error: \(failed) of \(results.count) tests failed")
            }
        }
    }
}
