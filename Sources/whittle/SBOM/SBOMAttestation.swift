import Builder
import Inventory
import OCI
import Store

/// The bill of materials that `build --sbom` attaches: what `whittle sbom --format spdx-json` says of the image.
struct SBOMAttestation: SBOMMaker {
    let store: Store

    func document(of subject: SBOMSubject) async throws -> [UInt8] {
        let contents = try ImageContents(subject, store: store)
        let inventory = try await InventoryReader(contents, root: store.root).read()
        for warning in inventory.warnings { StandardError.write("warning: \(warning.path): \(warning.reason)") }
        return try SPDXDocument.bytes(
            BillOfMaterials(
                subject: .init(
                    reference: contents.reference, digest: subject.manifest?.digest,
                    platform: subject.config.platform),
                inventory: inventory, attribution: subject.attribution, created: Timestamp.text(subject.time),
                toolVersion: Version.text))
    }
}
