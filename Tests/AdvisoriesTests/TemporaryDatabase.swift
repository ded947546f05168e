import Foundation

@testable import Advisories

/// A directory of its own for a test, with a database in it; gone when the value is.
final class TemporaryDatabase {
    let directory: String
    var location: DatabaseLocation { DatabaseLocation(directory: directory + "/db") }

    init() throws {
        directory = NSTemporaryDirectory() + "advisories-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    /// Writes a file into the directory.
    func file(_ name: String, _ text: String) throws -> String {
        try file(name, Data(text.utf8))
    }

    /// Writes a file into the directory.
    func file(_ name: String, _ data: Data) throws -> String {
        let path = directory + "/" + name
        try data.write(to: URL(fileURLWithPath: path))
        return path
    }

    /// Imports files into the database.
    @discardableResult
    func importing(_ paths: String...) throws -> AdvisoryDatabase {
        let edition = try DatabaseEdition(location)
        var reader = AdvisoryImport(edition: edition)
        for path in paths { try reader.add(path: path) }
        try edition.commit()
        return try AdvisoryDatabase(location)
    }
}
