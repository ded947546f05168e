import Builder
import Glibc
import LayerFormat
import OCI
import Store

/// What a command looks into: an image, or a plain root file system, which counts as one layer.
struct ImageContents: Sendable {
    /// A layer with its place.
    struct Layer: Sendable {
        /// The lowest is 0.
        let index: Int
        /// nil for a plain root file system.
        let diffID: Digest?
        /// nil for a plain root file system.
        let descriptor: Descriptor?
    }

    /// How it was named.
    let reference: String
    /// The image's documents; nil for a plain root file system.
    let image: LocatedImage?
    /// The layers, the lowest first.
    let layers: [Layer]

    private enum Source: Sendable {
        case image(FoundImage, ImageLocator)
        /// Layers of an image that is being built; its blobs are in the store.
        case built
        case directory(String)
    }
    private let source: Source
    private let store: Store
    private let temporaryDirectory: String

    /// Finds what the name stands for.
    init(_ reference: String, session: ImageSession, platform: Platform?) async throws {
        self.reference = reference
        store = session.store
        temporaryDirectory = try session.store.makeTemporaryDirectory()
        let name = try ImageName(parsing: reference)
        if case .directory(let path) = name {
            var status = stat()
            guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
                throw OptionError("\(reference): \(path) is not a directory")
            }
            source = .directory(path)
            image = nil
            layers = [Layer(index: 0, diffID: nil, descriptor: nil)]
            return
        }
        let locator = ImageLocator(store: session.store, registry: session.registry, progress: session.progress)
        let found = try await locator.find(name, platform: platform)
        source = .image(found, locator)
        image = found.image
        layers = try found.layers().enumerated().map {
            Layer(index: $0.offset, diffID: $0.element.diffID, descriptor: $0.element.descriptor)
        }
    }

    /// The layers of a build's result.
    init(_ subject: SBOMSubject, store: Store) throws {
        reference = subject.name?.familiar ?? subject.manifest?.digest.description ?? "files"
        self.store = store
        temporaryDirectory = try store.makeTemporaryDirectory()
        source = .built
        image = nil
        layers = subject.layers.enumerated().map {
            Layer(index: $0.offset, diffID: $0.element.diffID, descriptor: $0.element.descriptor)
        }
    }

    /// What made the layers and files, as far as it is known; nil for a plain root file system.
    func attribution() async throws -> ImageAttribution? {
        guard case .image(let found, let locator) = source else { return nil }
        return try await locator.attribution(of: found)
    }

    /// A layer's content, fetched when it is elsewhere. nil for a plain root file system.
    func blob(of layer: Layer) async throws -> Blob? {
        guard let descriptor = layer.descriptor else { return nil }
        switch source {
        case .image(let found, let locator): return try await locator.blob(descriptor, of: found)
        case .built: return try StoreBlobs(store).open(descriptor)
        case .directory: return nil
        }
    }

    /// Shows a layer to visitors, and checks that it is the right one. Blocks.
    ///
    /// - Parameter blob: the layer's content.
    /// - Returns: the length of the layer's tar; 0 for a plain root file system.
    @discardableResult
    func walk(_ layer: Layer, _ blob: Blob?, visitors: [any LayerVisitor]) throws -> Int64 {
        if case .directory(let path) = source {
            try walkDirectory(path, visitors: visitors)
            return 0
        }
        guard let blob else { return 0 }
        return try walkLayer(
            blob, expecting: layer.diffID, name: "layer \(layer.index + 1) of \(reference)", visitors: visitors,
            temporaryDirectory: temporaryDirectory
        ).uncompressedSize
    }
}
