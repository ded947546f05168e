import Glibc
import LayerFormat
import Sandbox
import Store

/// Writes the final file system itself: as a directory, or as one tar file.
struct RootFilesystemExport: Sendable {
    let session: BuildSession
    let targets: [BuiltTarget]
    let output: ExportTarget
    let vertex: VertexID

    func run() async throws {
        for target in targets {
            let directories = try await session.fetcher.directories(of: target.result.state)
            var root = try await session.mounts.path(of: target.result.state, directories: directories)
            let statements = try await StatementFiles(
                session: session, target: target, output: output, vertex: vertex
            ).make(about: root, looksLike: directories.last)
            if let statements {
                root = try session.scratch.directory("attested")
                try OverlayMount.mount(lowers: directories + [statements], at: root)
            }
            defer { if statements != nil { try? OverlayMount.unmount(root) } }
            // Several platforms go into a directory each, named as Docker names them.
            let subdirectory =
                targets.count > 1 ? target.plan.platform.description.replacing("/", with: "_") : nil
            let source = root
            try await blocking { try write(source, subdirectory: subdirectory, epoch: target.plan.epoch) }
        }
    }

    private func write(_ root: String, subdirectory: String?, epoch: Int64?) throws {
        switch output.kind {
        case .local(let destination):
            let directory = destination + (subdirectory.map { "/" + $0 } ?? "")
            try makeDirectories(directory)
            let request = CopyRequest(sources: [.path("/", in: .rootFilesystem(root))], destination: "/")
            let selection = try CopySelection.resolve(request)
            try CopyEngine(ownerDatabase: nil, newFileTime: nil).copy(selection, into: directory)
        case .tar(let destination):
            guard subdirectory == nil else {
                throw BuildError.options("--output type=tar takes one platform; use type=local for several")
            }
            let rule = TimestampRule(clampAfter: epoch)
            try OutputFile.write(to: destination) { descriptor in
                _ = try writeLayer(upper: root, lowers: [], clamp: rule, compression: .none, to: descriptor)
            }
        case .image, .oci, .docker, .registry:
            break
        }
    }

    private func makeDirectories(_ path: String) throws {
        var prefix = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            prefix += "/" + part
            if mkdir(prefix, 0o755) != 0, errno != EEXIST {
                throw BuildError.export("cannot create \(prefix): \(String(cString: strerror(errno)))")
            }
        }
    }
}

/// Output files appear whole or not at all: they are written under another name and renamed.
public enum OutputFile {
    /// Writes a file, or standard output when `destination` is nil.
    static func write(to destination: String?, _ body: (Int32) throws -> Void) throws {
        guard let destination else {
            try body(STDOUT_FILENO)
            return
        }
        let temporary = destination + ".partial-\(getpid())"
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw failure("create", destination) }
        do {
            defer { close(file) }
            try body(file)
        } catch {
            unlink(temporary)
            throw error
        }
        guard rename(temporary, destination) == 0 else {
            let error = failure("write", destination)
            unlink(temporary)
            throw error
        }
    }

    /// Writes the bytes of a small file.
    public static func write(_ bytes: [UInt8], to destination: String) throws {
        try write(to: destination) { descriptor in
            guard WholeFile.writeAll(bytes, to: descriptor) else { throw failure("write", destination) }
        }
    }

    private static func failure(_ operation: String, _ path: String) -> BuildError {
        let text = String(cString: strerror(errno))
        return .export("cannot \(operation) \(path): \(text.prefix(1).lowercased() + text.dropFirst())")
    }
}
