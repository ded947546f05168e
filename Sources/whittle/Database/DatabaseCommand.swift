import Advisories
import ArgumentParser

/// `whittle db`.
struct DatabaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "db",
        abstract: "The advisory database: import, fetch, describe.",
        discussion: "whittle scan only reads the database, and never needs the network.",
        subcommands: [DatabaseUpdateCommand.self, DatabaseImportCommand.self, DatabaseInfoCommand.self])
}

/// Where the advisory database is.
struct DatabaseOptions: ParsableArguments {
    @Option(
        name: .customLong("db"),
        help: ArgumentHelp("Directory of the advisory database (default: below --root).", valueName: "dir"))
    var directory: String?

    /// The database.
    func location(_ global: GlobalOptions) -> DatabaseLocation {
        DatabaseLocation(directory: directory ?? global.rootDirectory + "/advisories")
    }
}

extension CommandFailure {
    /// The failure that an error about advisories amounts to: what was given cannot be read, the data is too old, or
    /// the program itself could not do its work.
    init(ofAdvisories error: any Error) {
        self.init(error)
        guard let error = error as? AdvisoriesError else { return }
        switch error {
        case .outdated: status = ExitStatusCode.negative
        case .system(let operation, _, _) where ["create", "write", "write to", "copy", "lock"].contains(operation):
            status = ExitStatusCode.failure
        default: status = ExitStatusCode.usage
        }
    }
}
