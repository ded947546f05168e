import ArgumentParser
import Builder
import OCI
import Rendering
import Store

/// `whittle images`.
struct ImagesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "images", abstract: "List the images of the local store.")

    /// How the list is printed.
    enum Format: String, ExpressibleByArgument, CaseIterable { case table, json }

    @OptionGroup var global: GlobalOptions

    @Option(name: .long, help: "table or json.")
    var format: Format = .table

    @Flag(name: .shortAndLong, help: "Print digests alone.")
    var quiet = false

    @Flag(name: .long, help: "Print whole digests.")
    var noTrunc = false

    @ArgumentParser.Argument(help: "Only images whose name contains this.")
    var filter: String?

    /// One line of the list.
    struct Entry: Encodable {
        var name: String
        var digest: String
        var mediaType: String
        var platforms: [String]
        /// When the image was made, RFC 3339.
        var created: String?
        /// Bytes of the image's blobs that are in the store.
        var size: Int64
        /// Is everything of at least one platform there, so that the image can be used without a network?
        var complete: Bool
    }

    func run() async throws {
        let session = try ImageSession(global)
        let entries = try await session.run { session in
            var entries: [Entry] = []
            for image in try session.store.listImages() {
                if let filter, !image.name.familiar.contains(filter) { continue }
                entries.append(try entry(image, session.store))
            }
            return entries.sorted { $0.name < $1.name }
        }
        switch (quiet, format) {
        case (true, _):
            for entry in entries { print(noTrunc ? entry.digest : short(entry.digest)) }
        case (false, .json):
            print(String(decoding: try CanonicalJSON.encode(entries), as: UTF8.self))
        case (false, .table):
            print(table(entries), terminator: "")
        }
    }

    private func entry(_ image: StoredImage, _ store: Store) throws -> Entry {
        let blobs = StoreBlobs(store)
        var entry = Entry(
            name: image.name.familiar, digest: image.descriptor.digest.description,
            mediaType: image.descriptor.mediaType, platforms: [], created: nil, size: 0, complete: false)
        // A damaged image is listed like the others, so that it can be removed.
        let manifests = (try? blobs.manifests(of: image.descriptor)) ?? []
        var seen: Set<Digest> = []
        for (descriptor, manifest) in manifests {
            let parts = [descriptor, manifest.config] + manifest.layers
            var isComplete = true
            for part in parts {
                guard let size = store.blobSize(part.digest) else {
                    isComplete = false
                    continue
                }
                if seen.insert(part.digest).inserted { entry.size += size }
            }
            guard !descriptor.isAttestation else { continue }
            if isComplete { entry.complete = true }
            guard let bytes = try? blobs.bytes(of: manifest.config),
                let config = try? CanonicalJSON.decode(ImageConfig.self, from: bytes, what: "configuration")
            else { continue }
            entry.platforms.append(config.platform.description)
            entry.created = entry.created ?? config.created
        }
        return entry
    }

    private func table(_ entries: [Entry]) -> String {
        var table = TextTable([
            .init("REPOSITORY"), .init("TAG"), .init("DIGEST"), .init("PLATFORM"), .init("CREATED"),
            .init("SIZE", .right),
        ])
        for entry in entries {
            let name = try? Reference(parsing: entry.name)
            table.add([
                name?.repository.familiar ?? entry.name, name?.tag ?? "<none>",
                noTrunc ? entry.digest : short(entry.digest), entry.platforms.joined(separator: ","),
                entry.created.map { String($0.prefix(10)) } ?? "",
                SizeText.decimal(entry.size) + (entry.complete ? "" : " (partial)"),
            ])
        }
        return table.list
    }

    private func short(_ digest: String) -> String { String(digest.drop { $0 != ":" }.dropFirst().prefix(12)) }
}
