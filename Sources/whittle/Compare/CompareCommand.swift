import Analysis
import ArgumentParser
import OCI
import Rendering

/// `whittle compare`.
struct CompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compare two images: sizes, layers, packages.",
        discussion: """
            Images are named as everywhere: NAME of the local store or a registry, docker://REF, oci:DIR[:REF], \
            oci-archive:FILE[:REF], docker-archive:FILE[:REF], or dir:ROOTFS for a plain root file system. The size is that \
            of the layers' uncompressed tars.
            """)

    /// How the comparison is printed.
    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

    @OptionGroup var global: GlobalOptions

    @Option(name: .long, help: "text or json.")
    var format: Format = .text

    @Option(name: .long, help: ArgumentHelp("Platform of the images (default: this machine's).", valueName: "os/arch"))
    var platform: String?

    @ArgumentParser.Argument(help: "First image.")
    var before: String

    @ArgumentParser.Argument(help: "Second image.")
    var after: String

    func run() async throws {
        let session = try ImageSession(global)
        try await session.run { session in
            let platform = try platform.map(ImageNames.platform)
            let reader = SummaryReader(session: session, platform: platform)
            let comparison = ImageComparison(
                before: try await reader.read(before), after: try await reader.read(after))
            switch format {
            case .text: print(ComparisonText.table(comparison), terminator: "")
            case .json: print(String(decoding: try CanonicalJSON.encode(comparison), as: UTF8.self))
            }
        }
    }
}
