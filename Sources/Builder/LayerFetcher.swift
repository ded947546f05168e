import LayerFormat
import NIOCore
import OCI
import Registry
import Store

/// Brings layers of base images into the store: blobs from a registry or a layout, directories from blobs.
///
/// Nothing is fetched twice: the store lets one writer at a time work on a digest, and the others find it finished.
struct LayerFetcher: Sendable {
    let store: Store
    let registry: RegistryAccess
    let progress: Progress

    /// Makes sure that the blob is in the store.
    func fetch(_ descriptor: Descriptor, from origin: BlobOrigin, vertex: VertexID?) async throws {
        if store.hasBlob(descriptor.digest) { return }
        switch origin {
        case .store:
            throw StoreError.notFound("blob \(descriptor.digest)")
        case .layout(let directory):
            try await blocking {
                let layout = try OCILayoutReader(directory: directory)
                let writer = try store.ingest(expected: descriptor.digest, size: descriptor.size)
                if writer.isComplete { return }
                if writer.offset > 0 { try writer.restart() }
                try layout.read(descriptor) { try writer.write($0) }
                _ = try writer.finish()
            }
        case .registry(let reference):
            let writer = try await blocking {
                try store.ingest(expected: descriptor.digest, size: descriptor.size)
            }
            if writer.isComplete { return }
            let client = try await registry.client()
            let item = descriptor.digest.description
            try await client.blob(reference, descriptor, from: writer.offset) { bytes in
                try bytes.withUnsafeReadableBytes { try writer.write($0) }
                if let vertex {
                    progress.send(.transfer(vertex, item: item, .pull, done: writer.offset, total: descriptor.size))
                }
            }
            _ = try await blocking { try writer.finish() }
        }
    }

    /// The unpacked directory of an image's layer, fetched and unpacked when it is not there yet.
    func unpack(_ layer: ImageLayer, vertex: VertexID?) async throws -> LayerID {
        if let known = try store.layer(diffID: layer.diffID) { return known }
        try await fetch(layer.descriptor, from: layer.origin, vertex: vertex)
        return try await blocking { try store.unpack(blob: layer.descriptor, diffID: layer.diffID) }
    }

    /// The directories of a file system, bottom first. Missing layers are fetched and unpacked side by side.
    func directories(of state: TreeState, vertex: VertexID? = nil) async throws -> [String] {
        let ids = try await withThrowingTaskGroup(of: (Int, LayerID).self) { group in
            for (index, layer) in state.layers.enumerated() {
                switch layer {
                case .step(let id): group.addTask { (index, id) }
                case .image(let image): group.addTask { (index, try await unpack(image, vertex: vertex)) }
                }
            }
            var ids = [Int: LayerID]()
            for try await (index, id) in group { ids[index] = id }
            return ids
        }
        return state.layers.indices.compactMap { ids[$0].map(store.layerDirectory) }
    }
}
