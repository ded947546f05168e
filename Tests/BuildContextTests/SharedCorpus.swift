import FoundationEssentials
import Glibc

/// The corpus next to the package, which a plain clone does not have.
enum SharedCorpus {
    /// Where the corpus would be.
    static var root: String {
        if let set = getenv("WHITTLE_SHARED") { return String(cString: set) }
        // …/Tests/BuildContextTests/SharedCorpus.swift → the directory that holds the package.
        let package = #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined()
        return package + "/shared"
    }

    /// A file of the corpus; says so and returns nil when there is no corpus.
    static func read(_ path: String) -> Data? {
        for candidate in [root, "../shared"] {
            if let data = try? Data(contentsOf: URL(filePath: candidate + "/" + path)) { return data }
        }
        print("skipped: no \(path) in \(root)")
        return nil
    }
}
