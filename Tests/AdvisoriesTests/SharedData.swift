import Foundation

/// Data that lies beside the repository and is not copied into it: `../shared/scan`, or `$WHITTLE_SHARED/scan`.
enum SharedData {
    /// The directory, when it is there.
    static let directory: String? = {
        let environment = ProcessInfo.processInfo.environment
        let root =
            URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let candidates = [environment["WHITTLE_SHARED"], root.appendingPathComponent("shared").path].compactMap { $0 }
        for candidate in candidates where FileManager.default.fileExists(atPath: candidate + "/scan/README.md") {
            return candidate + "/scan"
        }
        return nil
    }()

    /// A file's path; nil when the data is not there.
    static func path(_ name: String) -> String? { directory.map { $0 + "/" + name } }

    /// A file's content.
    static func content(_ name: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: (directory ?? "") + "/" + name))
    }
}
