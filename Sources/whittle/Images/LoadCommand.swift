import ArgumentParser
import Builder
import Glibc
import OCI
import Store

/// `whittle load`.
struct LoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Take images from an archive or OCI layout into the local store.",
        discussion: """
            Reads OCI layouts (directories and tar archives) and what docker save and podman save write. All images in it \
            are stored under their names. One that is named by a tag alone, or not at all, is called after the file.
            """)

    @OptionGroup var global: GlobalOptions

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Archive or layout directory (default: an archive on standard input).", valueName: "path"))
    var input: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("Name for the image, whatever its name there.", valueName: "name"))
    var tag: String?

    @Flag(name: .shortAndLong, help: "Print nothing but errors.")
    var quiet = false

    func run() async throws {
        let session = try ImageSession(global, quiet: quiet)
        try await session.run { session in
            let name = try tag.map(ImageNames.reference)
            let source: any ImageSource
            do { source = try open(session.store) } catch OCIError.malformedTar(let offset, let reason) {
                throw OCIError.notAnImage(path: input ?? "standard input", reason: "\(reason) (at byte \(offset))")
            } catch let error as OCIError {
                guard case .unknownTarMember = error else { throw error }
                throw OCIError.notAnImage(path: input ?? "standard input", reason: "\(error)")
            }
            let load = ImageLoad(from: source, into: session.store)
            let fallback = input.flatMap(Self.repository)
            for image in try await load.run(fallback: fallback, name: name) where !quiet {
                print("Loaded image: \(image.name.familiar)")
            }
        }
    }

    private func open(_ store: Store) throws -> any ImageSource {
        guard let input, input != "-" else {
            guard isatty(STDIN_FILENO) == 0 else {
                throw OptionError("name an archive with -i, or give one on standard input")
            }
            return try ArchiveReader(file: try Self.spool(into: store))
        }
        var status = stat()
        guard stat(input, &status) == 0 else {
            throw OptionError("cannot read \(input): \(String(cString: strerror(errno)).lowercased())")
        }
        if status.st_mode & S_IFMT == S_IFDIR { return try OCILayoutReader(directory: input) }
        return try ArchiveReader(file: input)
    }

    /// An archive is read more than once: from a pipe it goes to a file that nobody else sees. A file on standard input is
    /// read where it is.
    private static func spool(into store: Store) throws -> String {
        var status = stat()
        if fstat(STDIN_FILENO, &status) == 0, status.st_mode & S_IFMT == S_IFREG { return "/dev/stdin" }
        let path = try store.makeTemporaryDirectory() + "/input.tar"
        let file = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw OCIError.system(operation: "create", path: path, errno: errno) }
        defer { close(file) }
        let sink = FileSink(descriptor: file, path: path)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = read(STDIN_FILENO, buffer.baseAddress, buffer.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw OCIError.system(operation: "read", path: "standard input", errno: errno)
            }
            if count == 0 { return path }
            try sink.write(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count]))
        }
    }

    /// `images/app.tar.gz` is called `app`.
    static func repository(_ path: String) -> Reference? {
        let name = path.split(separator: "/").last ?? ""
        let stem = name.split(separator: ".").first ?? ""
        return try? Reference(parsing: stem.lowercased())
    }
}
