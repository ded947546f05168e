import ArgumentParser
import Inventory
import OCI
import Rendering

/// `whittle sbom`.
struct SBOMCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sbom",
        abstract: "List the packages of an image: SPDX, CycloneDX, JSON or a table.",
        discussion: """
            Images are named as everywhere: NAME of the local store or a registry, docker://REF, oci:DIR[:REF], \
            oci-archive:FILE[:REF], docker-archive:FILE[:REF], or dir:ROOTFS for a plain root file system. What a layer \
            holds is remembered in the store.
            """)

    /// How the list is written.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case spdxJSON = "spdx-json"
        case cyclonedxJSON = "cyclonedx-json"
        case table
        case json
    }

    @OptionGroup var global: GlobalOptions

    @Option(name: .long, help: "spdx-json, cyclonedx-json, table or json.")
    var format: Format = .table

    @Option(name: [.customShort("o"), .long], help: ArgumentHelp("Write to a file.", valueName: "file"))
    var output: String?

    @Flag(name: .long, help: "List packages too that a layer ships and a later one hides (table and json).")
    var allLayers = false

    @Option(name: .long, help: ArgumentHelp("Platform of the image (default: this machine's).", valueName: "os/arch"))
    var platform: String?

    @ArgumentParser.Argument(help: "Image.")
    var image: String

    func validate() throws {
        if allLayers, format == .spdxJSON || format == .cyclonedxJSON {
            throw ValidationError(
                "--all-layers needs --format table or json: a bill of materials is of what an image shows")
        }
    }

    func run() async throws {
        let created = try Self.epoch()
        let session = try ImageSession(global)
        try await session.run { session in
            let platform = try platform.map(ImageNames.platform)
            let contents = try await ImageContents(image, session: session, platform: platform)
            let inventory = try await InventoryReader(contents, root: session.store.root).read()
            let bill = BillOfMaterials(
                subject: .init(
                    reference: image, digest: contents.image?.descriptor.digest,
                    platform: contents.image?.config.platform),
                inventory: inventory, attribution: try await contents.attribution(),
                created: Timestamp.text(created ?? contents.image?.config.created.flatMap(Timestamp.seconds(_:)) ?? 0),
                toolVersion: Version.text)
            for warning in inventory.warnings {
                StandardError.write("warning: \(warning.path): \(warning.reason)\n")
            }
            try write(try bytes(of: bill))
        }
    }

    private func bytes(of bill: BillOfMaterials) throws -> [UInt8] {
        let newline: [UInt8] = [0x0A]
        switch format {
        case .spdxJSON: return try SPDXDocument.bytes(bill) + newline
        case .cyclonedxJSON: return try CycloneDXDocument.bytes(bill) + newline
        case .json: return try PackageListDocument.bytes(bill) + newline
        case .table: return Array(PackageTable(bill, allLayers: allLayers).text.utf8)
        }
    }

    private func write(_ bytes: [UInt8]) throws {
        guard let output else {
            try FileSink(descriptor: 1, path: "standard output").write(bytes)
            return
        }
        let file = try AtomicFile(path: output)
        try FileSink(descriptor: file.descriptor, path: output).write(bytes)
        try file.commit()
    }

    /// The time that documents state, when the environment says one.
    private static func epoch() throws -> Int64? {
        guard let text = environment("SOURCE_DATE_EPOCH"), !text.isEmpty else { return nil }
        guard let seconds = Int64(text), (0...253_402_300_799).contains(seconds) else {
            throw OptionError("SOURCE_DATE_EPOCH \"\(text)\": expected seconds since 1970")
        }
        return seconds
    }
}
