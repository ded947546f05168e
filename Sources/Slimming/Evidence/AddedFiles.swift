import Glibc
import Sandbox

/// The files that layers add to what is below them, as overlay directories tell.
enum AddedFiles {
    private static let limit = 400_000

    /// Paths of files and links in the layers' directories; whiteouts are left out.
    static func list(_ layers: [String]) -> Set<String> {
        var found: Set<String> = []
        for layer in layers {
            var pending = [""]
            while let directory = pending.popLast(), found.count < limit {
                for name in directoryEntries(layer + directory).sorted() {
                    let path = directory + "/" + name
                    var status = stat()
                    guard lstat(layer + path, &status) == 0 else { continue }
                    switch status.st_mode & S_IFMT {
                    case S_IFDIR: pending.append(path)
                    case S_IFCHR: continue
                    default: found.insert(path)
                    }
                }
            }
        }
        return found
    }
}
