import Builder
import Inventory
import LayerFormat
import OCI

/// Reads what packages an image holds: every layer once, a few at a time; a layer that was read before not at all.
struct InventoryReader: Sendable {
    /// Layers that are read at the same time. Each is hashed, and decompressed, on threads of its own.
    private static let concurrency = 2

    let contents: ImageContents
    private let cache: InventoryCache

    /// - Parameter root: the store's directory, where results are remembered.
    init(_ contents: ImageContents, root: String) {
        self.contents = contents
        cache = InventoryCache(directory: root + "/inventory")
    }

    /// The packages.
    ///
    /// - Parameter riders: visitors that want to see a layer on the same pass. A layer that has any is read, remembered or
    ///   not.
    func read(
        riders: @Sendable @escaping (ImageContents.Layer) -> [any LayerVisitor] = { _ in [] }
    ) async throws -> ImageInventory {
        let layers = contents.layers
        let inventories = try await withThrowingTaskGroup(of: (Int, LayerInventory).self) { group in
            var inventories: [Int: LayerInventory] = [:]
            for layer in layers {
                if layer.index >= Self.concurrency, let (index, inventory) = try await group.next() {
                    inventories[index] = inventory
                }
                group.addTask(executorPreference: BlockingPool.shared) {
                    (layer.index, try await inventory(of: layer, riders: riders(layer)))
                }
            }
            for try await (index, inventory) in group { inventories[index] = inventory }
            return inventories
        }
        return ImageInventory(
            layers: layers.compactMap { layer in inventories[layer.index].map { (layer.diffID, $0) } })
    }

    private func inventory(
        of layer: ImageContents.Layer, riders: [any LayerVisitor]
    ) async throws -> LayerInventory {
        if riders.isEmpty, let diffID = layer.diffID, let known = cache.inventory(of: diffID) { return known }
        let blob = try await contents.blob(of: layer)
        let collector = InventoryCollector()
        let size = try contents.walk(layer, blob, visitors: [collector] + riders)
        let inventory = try collector.finish(uncompressedSize: size) {
            try contents.walk(layer, blob, visitors: [$0])
        }
        if let diffID = layer.diffID {
            // Not being able to remember it is no reason to give no answer.
            try? cache.remember(inventory, of: diffID)
        }
        return inventory
    }
}
