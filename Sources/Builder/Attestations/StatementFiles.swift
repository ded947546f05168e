import BuildContext
import Glibc
import OCI

/// Statements about an output that is files: they lie in its root directory, as files of their own.
struct StatementFiles: Sendable {
    let session: BuildSession
    let target: BuiltTarget
    let output: ExportTarget
    let vertex: VertexID

    /// Makes a directory with the statements, to be laid over the result.
    ///
    /// - Parameters:
    ///   - root: the result, mounted.
    ///   - top: the directory whose owner and permissions the result's root directory has.
    /// - Returns: nil when nothing is said in files.
    func make(about root: String, looksLike top: String?) async throws -> String? {
        let options = session.options.attestations
        if options.sbom == nil, options.provenance?.isInlineOnly ?? true { return nil }
        let assembly = ImageAssembly(
            session: session, stage: target.stage, result: target.result, epoch: target.plan.epoch, vertex: vertex)
        let image = try await assembly.image(for: ExportTarget(kind: .image), annotations: [])
        let subjects = try await blocking { try Self.subjects(root) }
        let statements = try await Attesting(session: session, target: target, vertex: vertex).statements(
            about: subjects, image: image)
        let time = target.plan.epoch ?? target.result.newestInput
        return try await blocking { try write(statements, time: time, looksLike: top) }
    }

    private func write(
        _ statements: [(file: String, statement: InTotoStatement)], time: Int64, looksLike top: String?
    ) throws -> String {
        let directory = try session.scratch.directory("statements")
        for (file, statement) in statements {
            let name = output.attestationPrefix + file
            guard !name.isEmpty, name != ".", name != "..", !name.utf8.contains(UInt8(ascii: "/")) else {
                throw BuildError.options("\"\(name)\" cannot be the name of an attestation's file")
            }
            let path = directory + "/" + name
            try WholeFile.write(try statement.bytes(), to: path, mode: 0o600)
            setTime(of: path, time)
        }
        var status = stat()
        if let top, stat(top, &status) == 0 {
            chown(directory, status.st_uid, status.st_gid)
            chmod(directory, status.st_mode & 0o7777)
            setTime(of: directory, Int64(status.st_mtim.tv_sec))
        } else {
            setTime(of: directory, time)
        }
        return directory
    }

    private func setTime(of path: String, _ seconds: Int64) {
        var times = [timespec(tv_sec: Int(seconds), tv_nsec: 0), timespec(tv_sec: Int(seconds), tv_nsec: 0)]
        utimensat(AT_FDCWD, path, &times, AT_SYMLINK_NOFOLLOW)
    }

    /// The regular files of a tree with their digests.
    private static func subjects(_ root: String) throws -> [InTotoStatement.Subject] {
        let tree = try TreeWalker(root: root).walk()
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        return try tree.entries.filter { $0.kind == .file }.map { entry in
            let name = String(decoding: entry.path, as: UTF8.self)
            let path = Array(root.utf8) + [UInt8(ascii: "/")] + entry.path + [0]
            let file = path.withUnsafeBufferPointer { bytes in
                bytes.withMemoryRebound(to: CChar.self) { chars in
                    chars.baseAddress.map { open($0, O_RDONLY | O_NOFOLLOW | O_CLOEXEC) } ?? -1
                }
            }
            guard file >= 0 else { throw BuildError.export("cannot read \(name): \(String(cString: strerror(errno)))") }
            defer { close(file) }
            var digester = Digester()
            while true {
                let count = read(file, &buffer, buffer.count)
                if count < 0 {
                    if errno == EINTR { continue }
                    throw BuildError.export("cannot read \(name): \(String(cString: strerror(errno)))")
                }
                if count == 0 { break }
                buffer.withUnsafeBytes { digester.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            }
            return InTotoStatement.Subject(name: name, digest: digester.finish())
        }
    }
}
