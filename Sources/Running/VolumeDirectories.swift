import Glibc
import Sandbox

/// The volumes of an image: directories that start with what the image has there, are writable whatever the root file
/// system is, and go when the command ends.
public struct VolumeDirectories: Sendable {
    /// To be mounted into the container.
    public private(set) var mounts: [SandboxMount] = []
    private var mounted: [String] = []

    /// Makes them.
    ///
    /// - Parameters:
    ///   - volumes: their paths in the container.
    ///   - lowers: the image's layers, bottom first.
    ///   - directory: where upper directories go: on a file system that is no overlay.
    public init(of volumes: Set<String>, lowers: [String], directory: String) throws(SandboxError) {
        let paths = volumes.filter { $0.hasPrefix("/") && $0 != "/" && !$0.split(separator: "/").contains("..") }
            .sorted()
        guard !paths.isEmpty else { return }
        do throws(SandboxError) {
            let image = try Self.make(directory + "/image")
            try OverlayMount.mount(lowers: lowers, at: image)
            mounted.append(image)
            for (number, path) in paths.enumerated() {
                let upper = try Self.make("\(directory)/volume-\(number)")
                let content = try RootPath.resolve(path, in: image)
                var status = stat()
                guard stat(content, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
                    mounts.append(SandboxMount(.bind(upper), at: path))
                    continue
                }
                guard chown(upper, status.st_uid, status.st_gid) == 0, chmod(upper, status.st_mode & 0o7777) == 0 else {
                    throw SandboxError.system(call: "chown", path: upper, code: errno)
                }
                let merged = try Self.make("\(directory)/volume-\(number)-merged")
                try OverlayMount.mount(
                    lowers: [content], upper: upper, work: try Self.make("\(directory)/volume-\(number)-work"),
                    at: merged)
                mounted.append(merged)
                mounts.append(SandboxMount(.bind(merged), at: path))
            }
        } catch {
            unmount()
            throw error
        }
    }

    /// Unmounts what was mounted here.
    public func unmount() {
        // The namespace takes along what cannot be unmounted.
        for path in mounted.reversed() { try? OverlayMount.unmount(path) }
    }

    private static func make(_ path: String) throws(SandboxError) -> String {
        guard mkdir(path, 0o755) == 0 else { throw .system(call: "mkdir", path: path, code: errno) }
        return path
    }
}
