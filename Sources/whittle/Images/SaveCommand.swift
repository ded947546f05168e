import ArgumentParser
import Builder
import Glibc
import OCI
import Store

/// `whittle save`.
struct SaveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "save",
        abstract: "Write images of the local store to an archive.",
        discussion: "The archive holds the images as they are, with all their platforms.")

    /// What the archive is.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        /// An OCI layout.
        case oci
        /// An OCI layout that docker load of any version reads.
        case docker
        /// An OCI layout as a directory.
        case ociDir = "oci-dir"
    }

    @OptionGroup var global: GlobalOptions

    @Option(name: .shortAndLong, help: ArgumentHelp("File to write (default: standard output).", valueName: "path"))
    var output: String?

    @Option(name: .long, help: "Layout of the archive: oci, docker or oci-dir (a directory).")
    var format: Format = .docker

    @ArgumentParser.Argument(help: "Images of the local store.")
    var names: [String]

    func run() async throws {
        let session = try ImageSession(global)
        try await session.run { session in
            let blobs = StoreBlobs(session.store)
            var exports: [ImageExport] = []
            for name in try names.map(ImageNames.reference) {
                guard let root = try session.store.image(named: name) else {
                    throw StoreError.notFound("image \(name.familiar)")
                }
                let descriptor = try blobs.complete(root).descriptor
                if let same = exports.firstIndex(where: { $0.descriptor == descriptor }) {
                    exports[same].names.append(name)
                } else {
                    exports.append(ImageExport(descriptor: descriptor, names: [name], provider: blobs))
                }
            }
            try write(exports)
        }
    }

    private func write(_ exports: [ImageExport]) throws {
        if format == .ociDir {
            guard let output, output != "-" else { throw OptionError("--format oci-dir needs -o DIR") }
            return try OCILayoutWriter(directory: output).write(exports)
        }
        let archive: ArchiveWriter.Format = format == .docker ? .docker : .oci
        if let output, output != "-" {
            return try ArchiveWriter.write(exports, format: archive, toFile: output)
        }
        guard isatty(STDOUT_FILENO) == 0 else {
            throw OptionError("refusing to write an archive to a terminal: give a file with -o")
        }
        try ArchiveWriter.write(
            exports, format: archive, to: FileSink(descriptor: STDOUT_FILENO, path: "standard output"))
    }
}
