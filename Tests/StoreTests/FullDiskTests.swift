import Glibc
import OCI
import Testing

@testable import Store

/// A disk whose last room is taken: the errors say so, whatever SQLite makes of it, and things can be removed.
@Suite(.enabled(if: getuid() == 0, "mounting a small tmpfs takes root")) struct FullDiskTests {
    let directory = TemporaryDirectory()

    /// SQLite calls it an input or output error when its index finds no room.
    @Test(arguments: [12, 24, 40, 80]) func newStore(kibibytes: Int) async throws {
        let root = directory.path
        await #expect(processExitsWith: .success) { [root = root as String, kibibytes = kibibytes as Int] in
            try mountDisk(root, "size=\(kibibytes)k")
            try requireDiskFull { _ = try Store(root: root + "/store") }
        }
    }

    @Test func removing() async throws {
        let root = directory.path
        await #expect(processExitsWith: .success) { [root = root as String] in
            try mountDisk(root, "size=4m")
            let name = try Reference(parsing: "a:1")
            let layer = bytes(String(repeating: "l", count: 1 << 20))
            do {
                let store = try Store(root: root + "/store")
                try store.setImage(name, to: makeImage(store, layers: [layer]))
                try store.close()
            }
            fillFile(root + "/rest")
            try requireDiskFull { _ = try Store(root: root + "/store").put(bytes("x")) }
            let store = try Store(root: root + "/store", freesSpace: true)
            try require(store.removeImage(name).freedBytes > layer.count)
            _ = try store.prune()
            try require(status(of: root + "/store/reserve") != nil)
        }
    }
}

/// Mounts a small file system. The mount lives in a namespace of this process and goes with it.
func mountDisk(_ root: String, _ options: String) throws {
    try require(enterMountNamespace())
    try require(mount("none", "/", nil, UInt(MS_REC | MS_PRIVATE), nil) == 0)
    try require(mount("tmpfs", root, "tmpfs", 0, options) == 0)
}

/// Writes until there is no room left.
private func fillFile(_ path: String) {
    let file = open(path, O_WRONLY | O_CREAT, 0o600)
    let block = [UInt8](repeating: 1, count: 4096)
    while write(file, block, block.count) > 0 {}
    close(file)
}
