import Advisories
import ArgumentParser
import OCI
import Rendering

/// `whittle db info`.
struct DatabaseInfoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info",
        abstract: "Show what is in the advisory database: age, counts, sources and their licences.")

    /// How it is printed.
    enum Format: String, ExpressibleByArgument, CaseIterable { case table, json }

    @OptionGroup var global: GlobalOptions
    @OptionGroup var database: DatabaseOptions

    @Option(name: .long, help: "table or json.")
    var format: Format = .table

    func run() async throws {
        let location = database.location(global)
        do {
            let info = try await blocking { try AdvisoryDatabase(location).info() }
            switch format {
            case .table: print(DatabaseText.table(info, now: Timestamp.now()), terminator: "")
            case .json: print(String(decoding: try CanonicalJSON.encode(info), as: UTF8.self))
            }
        } catch {
            throw CommandFailure(ofAdvisories: error)
        }
    }
}
