import Analysis
import Inventory
import LayerFormat
import OCI

/// A small image to show.
enum InspectionSample {
    static func inspection(hostileNames: Bool = false) throws -> Inspection {
        let name = hostileNames ? "<script>alert('&\"')</script>\u{1B}[2J" : "data"
        var builder = LedgerBuilder()
        var inventories: [(diffID: Digest?, inventory: LayerInventory)] = []
        for owner in [UInt32(0), 7] {
            let sink = MemorySink()
            var tar = TarWriter(sink)
            try tar.add(TarEntry(name: Array("app".utf8), kind: .directory, mode: 0o755))
            try tar.add(
                TarEntry(name: Array("app/\(name)".utf8), kind: .file, mode: 0o4755, uid: owner),
                content: [UInt8](repeating: 65, count: 40_000))
            try tar.finish()
            let (ledger, packages) = (LedgerCollector(), InventoryCollector())
            let walked = try walkLayer(Blob(sink.bytes), expecting: nil, name: "layer", visitors: [ledger, packages])
            var origin = LayerAttribution(index: inventories.count, diffID: walked.diffID)
            origin.instruction = owner == 0 ? "COPY \(name) /app" : "RUN chown -R 7 /app"
            origin.lines = owner == 0 ? 2...2 : 3...4
            builder.add(ledger.finish(walked), compressedSize: 500, origin: origin)
            inventories.append((walked.diffID, try packages.finish(uncompressedSize: 0) { _ in }))
        }
        return Inspection(
            ref: "app:1", digest: nil, config: nil, ledger: builder.ledger(),
            inventory: ImageInventory(layers: inventories), warnings: [])
    }
}
