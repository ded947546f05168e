import Advisories
import ArgumentParser
import BuildContext
import Builder
import Glibc
import Rendering

/// `whittle db update`.
struct DatabaseUpdateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Fetch advisories from OSV's exports, and what is known about exploits.",
        discussion: """
            Only the ecosystems that are asked for, that an image holds, or that were fetched before. What has not changed \
            is not fetched again; what was interrupted is continued. A mirror has the exports as they are: \
            URL/ECOSYSTEM/all.zip, URL/known_exploited_vulnerabilities.json and URL/epss_scores-current.csv.gz.
            """)

    @OptionGroup var global: GlobalOptions
    @OptionGroup var database: DatabaseOptions

    @Option(
        name: .long,
        help: ArgumentHelp("Ecosystem as OSV names it: PyPI, npm, Go, Debian:12, Alpine:v3.20…", valueName: "name"))
    var ecosystem: [String] = []

    @Option(name: .long, help: ArgumentHelp("Image whose ecosystems are fetched.", valueName: "image"))
    var image: String?

    @Option(
        name: .long,
        help: ArgumentHelp("Fetch from here (default: OSV's own place; also WHITTLE_DB_MIRROR).", valueName: "url"))
    var mirror: String?

    @Flag(name: .long, help: "Do not fetch what is known about exploits (KEV, EPSS).")
    var noExploits = false

    func run() async throws {
        let location = database.location(global)
        do {
            var names = ecosystem.flatMap { $0.split(separator: ",").map(String.init) }
            if let image { names += try await ecosystems(of: image) }
            if names.isEmpty { names = try await blocking { try Self.fetchedBefore(location) } }
            guard !names.isEmpty else {
                throw OptionError("nothing to fetch: name ecosystems with --ecosystem, or an image with --image")
            }
            let update = DatabaseUpdate(location: location, mirror: mirror ?? environment("WHITTLE_DB_MIRROR"))
            var seen: Set<String> = []
            let sources = update.sources(ecosystems: names.filter { seen.insert($0).inserted }, exploits: !noExploits)
            let failures = try await update.run(sources) { print($0) }
            guard failures.isEmpty else {
                throw CommandFailure(
                    status: ExitStatusCode.negative, failures.map { "error: \($0)\n" }.joined())
            }
        } catch {
            throw CommandFailure(ofAdvisories: error)
        }
    }

    /// The ecosystems of what an image holds.
    private func ecosystems(of image: String) async throws -> [String] {
        let session = try ImageSession(global)
        return try await session.run { session in
            let contents = try await ImageContents(image, session: session, platform: nil)
            let inventory = try await InventoryReader(contents, root: global.rootDirectory).read()
            return Ecosystem.ecosystems(of: inventory.packages, distribution: inventory.distribution).map(\.exportName)
        }
    }

    private static func fetchedBefore(_ location: DatabaseLocation) throws -> [String] {
        location.exists ? try AdvisoryDatabase(location).feeds() : []
    }
}
