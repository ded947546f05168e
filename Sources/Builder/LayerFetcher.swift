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
    /// Where the fetching of base images is shown.
    let lines: BaseImageLines

    init(store: Store, registry: RegistryAccess, progress: Progress) {
        self.store = store
        self.registry = registry
        self.progress = progress
        lines = BaseImageLines(progress: progress)
    }

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
            let writer = try await waitingForLock {
                try store.ingest(expected: descriptor.digest, size: descriptor.size, keepWaiting: $0)
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

    /// The unpacked layers of a file system, bottom first. Missing ones are fetched and unpacked side by side.
    func unpack(_ state: TreeState) async throws -> [LayerID] {
        guard let origin = try missingOrigin(of: state) else { return try await unpack(state, vertex: nil) }
        return try await lines.whileFetching(origin) { try await unpack(state, vertex: $0) }
    }

    /// Shows the base image of a file system as cached if it is all there; else it is shown when it is fetched.
    func announceBase(_ state: TreeState, name: String) throws {
        guard case .image(let layer)? = state.layers.first else { return }
        lines.name(layer.origin, name)
        if try missingOrigin(of: state) == nil { lines.tellCached(layer.origin) }
    }

    /// Where a layer comes from that is not unpacked yet; nil when all are.
    func missingOrigin(of state: TreeState) throws -> BlobOrigin? {
        for case .image(let layer) in state.layers where try store.layer(diffID: layer.diffID) == nil {
            return layer.origin
        }
        return nil
    }

    private func unpack(_ state: TreeState, vertex: VertexID?) async throws -> [LayerID] {
        var found = try await withThrowingTaskGroup(of: (Int, LayerID?).self) { group in
            for (index, layer) in state.layers.enumerated() {
                switch layer {
                case .step(let id): group.addTask { (index, id) }
                case .image(let image): group.addTask { (index, try await unpack(image, vertex: vertex)) }
                }
            }
            var found: [LayerID?] = Array(repeating: nil, count: state.layers.count)
            for try await (index, id) in group { found[index] = id }
            return found
        }
        // Layers that do not list the directories of their files need to know those below.
        for (index, layer) in state.layers.enumerated() where found[index] == nil {
            guard case .image(let image) = layer else { continue }
            let parents = found[..<index].compactMap { $0 }
            found[index] = try await unpacking(image.descriptor, vertex) {
                try store.unpack(blob: image.descriptor, diffID: image.diffID, on: parents)
            }
        }
        return found.compactMap { $0 }
    }

    /// The unpacked layer, fetched when it is not there yet; nil when it cannot be unpacked without those below.
    private func unpack(_ layer: ImageLayer, vertex: VertexID?) async throws -> LayerID? {
        if let known = try store.layer(diffID: layer.diffID) { return known }
        try await fetch(layer.descriptor, from: layer.origin, vertex: vertex)
        return try await unpacking(layer.descriptor, vertex) {
            try store.unpackIndependently(blob: layer.descriptor, diffID: layer.diffID)
        }
    }

    /// Runs `body` off the concurrency pool, and shows it.
    private func unpacking<Value: Sendable>(
        _ blob: Descriptor, _ vertex: VertexID?, _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        guard let vertex else { return try await blocking(body) }
        let item = blob.digest.description
        progress.send(.transfer(vertex, item: item, .unpack, done: 0, total: blob.size))
        let value = try await blocking(body)
        progress.send(.transfer(vertex, item: item, .unpack, done: blob.size, total: blob.size))
        return value
    }

    /// The directories of a file system, bottom first.
    func directories(of state: TreeState) async throws -> [String] {
        try await unpack(state).map(store.layerDirectory)
    }
}
