import FoundationEssentials
import Glibc
import Testing

/// Dockerfiles and tables that are not part of the repository: looked for in `../shared` next to the package, or where
/// `$WHITTLE_SHARED` says.
enum SharedCorpus {
    static let directory: String = {
        let package = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(
            separator: "/")
        return getenv("WHITTLE_SHARED").map { String(cString: $0) } ?? package + "/../shared"
    }()

    static func exists(_ path: String) -> Bool { access(directory + "/" + path, R_OK) == 0 }

    static func bytes(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: directory + "/" + path)))
    }

    /// The Dockerfiles of every corpus, by path.
    static func dockerfiles() -> [String] {
        var found: [String] = []
        for folder in ["slim/realworld", "slim/apps", "conformance/cases", "conformance/parser/testfiles"] {
            guard let paths = try? FileManager.default.subpathsOfDirectory(atPath: directory + "/" + folder) else {
                continue
            }
            for path in paths {
                let name = path.split(separator: "/").last ?? ""
                var status = stat()
                guard stat(directory + "/" + folder + "/" + path, &status) == 0, status.st_mode & S_IFMT == S_IFREG
                else { continue }
                if name.lowercased().contains("dockerfile"), !name.hasSuffix(".dockerignore") {
                    found.append(folder + "/" + path)
                }
            }
        }
        return found.sorted()
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips a test when a file or folder of the corpus is absent.
    static func needsShared(_ path: String) -> Self {
        .enabled(if: SharedCorpus.exists(path), "\(path) is not in \(SharedCorpus.directory)")
    }
}
