import FoundationEssentials
import Glibc
import OCI
import Testing

/// Public test data about packages, looked for in `../shared/scan` next to the package, or where `$WHITTLE_SHARED` says.
enum SharedData {
    static let directory: String = {
        let package = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(
            separator: "/")
        let shared = getenv("WHITTLE_SHARED").map { String(cString: $0) } ?? package + "/../shared"
        return shared + "/scan"
    }()

    static let exist = access(directory + "/purl/tests", R_OK) == 0

    /// Every file of a folder whose name has that end, by its path below the folder.
    static func files(in folder: String, suffix: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory + "/" + folder).filter { $0.hasSuffix(suffix) }
            .sorted()
    }

    static func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: directory + "/" + name)))
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips a test when the data are absent.
    static var needsSharedData: Self {
        .enabled(if: SharedData.exist, "there are no test data in \(SharedData.directory)")
    }
}
