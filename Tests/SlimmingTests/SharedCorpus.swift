import Foundation
import Glibc

/// Dockerfiles that are not part of the repository: looked for in `../shared` next to the package, or where
/// `$WHITTLE_SHARED` says.
enum SharedCorpus {
    static let root: String = {
        let package = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(
            separator: "/")
        return getenv("WHITTLE_SHARED").map { String(cString: $0) } ?? package + "/../shared"
    }()

    /// The files of a folder whose names end so, with their text.
    static func files(in folder: String, ending suffix: String) -> [(name: String, text: String)] {
        let directory = root + "/" + folder
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return names.sorted().filter { $0.hasSuffix(suffix) }.compactMap { name in
            FileManager.default.contents(atPath: directory + "/" + name).map {
                (name, String(decoding: $0, as: UTF8.self))
            }
        }
    }
}
