import Glibc

/// The cgroup of one container, which a runtime makes and, unless it is killed, removes.
struct ControlGroup {
    /// Absolute path in every hierarchy.
    let path: String

    /// The group for a container, below `parent` or one of our own.
    init(id: String, parent: String?) {
        let components = RootPath.components(of: parent ?? "whittle").filter { $0 != ".." }
        path = "/" + (components + [id[...]]).joined(separator: "/")
    }

    /// Removes what is left of it, whose processes have ended.
    func remove() {
        let mountPoint = "/sys/fs/cgroup"
        let hierarchies =
            RuntimeConfiguration.hasUnifiedControlGroups ? [""] : directoryEntries(mountPoint).map { "/" + $0 }
        for hierarchy in hierarchies {
            let directory = mountPoint + hierarchy + path
            // A process counts for a moment longer than it can be waited for.
            var attempts = 50
            while rmdir(directory) != 0, errno == EBUSY, attempts > 0 {
                usleep(2000)
                attempts -= 1
            }
            if let slash = path.lastIndex(of: "/"), path[..<slash] == "/whittle" {
                rmdir("\(mountPoint)\(hierarchy)/whittle")
            }
        }
    }
}
