import Glibc

/// What an overlay's upper directory says was made or changed.
enum WrittenPaths {
    /// Paths listed at most; a program that writes more has its directories among them anyway.
    private static let limit = 10_000

    /// The paths below the root, parents included.
    static func list(_ upper: String) -> Set<String> {
        var found: Set<String> = []
        var pending = [""]
        while let directory = pending.popLast(), found.count < limit {
            guard let stream = opendir(upper + directory) else { continue }
            defer { closedir(stream) }
            while let entry = readdir(stream), found.count < limit {
                let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                guard name != ".", name != ".." else { continue }
                found.insert(directory + "/" + name)
                if entry.pointee.d_type == UInt8(DT_DIR) { pending.append(directory + "/" + name) }
            }
        }
        return found
    }
}
