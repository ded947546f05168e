import FoundationEssentials
import Glibc

/// The corpus next to the package, which a plain clone does not have.
enum SharedCorpus {
    /// A file of the corpus; says so and returns nil when there is no corpus.
    static func read(_ path: String) -> Data? {
        let root: String
        if let set = getenv("WHITTLE_SHARED") {
            root = String(cString: set)
        } else {
            // …/Tests/BuildContextTests/SharedCorpus.swift → the directory that holds the package.
            root = #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined() + "/shared"
        }
        for candidate in [root, "../shared"] {
            if let data = try? Data(contentsOf: URL(filePath: candidate + "/" + path)) { return data }
        }
        print("skipped: no \(path) in \(root)")
        return nil
    }
}
