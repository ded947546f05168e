import Advisories
import ArgumentParser
import Builder
import Rendering

/// `whittle db import`.
struct DatabaseImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Import advisories from files, archives and directories.",
        discussion: """
            Takes OSV records (one, a list, or one a line), Alpine's secdb, Debian's tracker as JSON, CISA's catalogue of known \
            exploited vulnerabilities and EPSS scores; plain, compressed, in zip or tar archives, or in directories. What the \
            database has stays; a newer record takes the place of an older one. All or nothing is imported.
            """)

    @OptionGroup var global: GlobalOptions
    @OptionGroup var database: DatabaseOptions

    @ArgumentParser.Argument(help: ArgumentHelp("What to import.", valueName: "path"))
    var paths: [String]

    func run() async throws {
        let location = database.location(global)
        let paths = paths
        do {
            let report = try await blocking { try Self.importing(paths, into: location) }
            for path in report.skipped.prefix(10) { StandardError.write("warning: \(path) is no data, left out\n") }
            if report.skipped.count > 10 { StandardError.write("warning: and \(report.skipped.count - 10) more\n") }
            print(report.text)
        } catch {
            throw CommandFailure(ofAdvisories: error)
        }
    }

    private struct Report: Sendable {
        var text: String
        var skipped: [String]
    }

    private static func importing(_ paths: [String], into location: DatabaseLocation) throws -> Report {
        let edition = try DatabaseEdition(location)
        var reader = AdvisoryImport(edition: edition)
        for path in paths { try reader.add(path: path) }
        try edition.commit()
        var parts = ["\(SizeText.grouped(Int64(edition.recordCount))) advisories"]
        if edition.exploitedCount > 0 { parts.append("\(edition.exploitedCount) known exploited") }
        if edition.probabilityCount > 0 { parts.append("\(edition.probabilityCount) exploit probabilities") }
        let files = reader.fileCount == 1 ? "1 file" : "\(SizeText.grouped(Int64(reader.fileCount))) files"
        return Report(text: "imported \(parts.joined(separator: ", ")) from \(files)", skipped: reader.skipped)
    }
}

/// Does work that blocks on a thread that may block.
func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await Task(executorPreference: BlockingPool.shared) { try body() }.value
}
