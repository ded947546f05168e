import Advisories
import Analysis
import Builder
import Glibc
import Inventory
import LayerFormat
import OCI
import Store

/// Reads all there is to know about an image: every layer once, a few at a time.
struct ImageInspector: Sendable {
    let session: ImageSession
    let platform: Platform?

    /// Layers that are read side by side: each keeps a core or two busy.
    private static let width = 3

    /// An image whose layers can be read.
    struct Source: Sendable {
        let ref: String
        let digest: Digest?
        let config: ImageConfig?
        let dockerfile: BuildRecord.DockerfileFile?
        let layers: [Layer]
        let warnings: [String]

        struct Layer: Sendable {
            let origin: LayerAttribution
            let compressedSize: Int64
            let blob: @Sendable () async throws -> Blob
        }
    }

    /// Inspects the image of that name.
    func inspect(_ text: String) async throws -> Inspection {
        let source = try await open(text)
        let (ledger, found) = try await read(source) { walk in
            let (packages, secrets) = (InventoryCollector(), SecretCollector())
            let walked = try walk([packages, secrets])
            let inventory = try packages.finish(uncompressedSize: walked.uncompressedSize) { _ = try walk([$0]) }
            return (inventory, secrets.secrets)
        }
        let diffIDs = source.layers.map { source.digest == nil ? nil : $0.origin.diffID }
        let secrets = LayerSecrets.findings(of: zip(diffIDs, found).map { ($0, $1.1) })
        return Inspection(
            ref: text, digest: source.digest, config: source.config, ledger: ledger,
            inventory: ImageInventory(layers: zip(diffIDs, found).map { ($0, $1.0) }),
            dockerfile: source.dockerfile,
            secrets: secrets.map {
                LeftSecret(
                    rule: $0.rule, title: $0.title, severity: $0.severity.rawValue, path: $0.path, line: $0.line,
                    excerpt: $0.excerpt, layer: $0.layerIndex, isHidden: $0.removedBy != nil)
            }, warnings: source.warnings)
    }

    /// The files of an image, for tests.
    func files(_ text: String) async throws -> FileTestRun {
        let source = try await open(text)
        let (ledger, _) = try await read(source) { _ = try $0([]) }
        return FileTestRun(ledger: ledger, config: source.config?.config) { index, members in
            let layer = source.layers[index]
            let blob = try await layer.blob()
            let collector = MemberCollector(members)
            try walkLayer(blob, expecting: layer.origin.diffID, name: Self.name(source, index), visitors: [collector])
            return collector.contents
        }
    }

    // MARK: Layers

    /// Reads every layer. `look` walks over one with what visitors it likes; what it returns comes back in the layers'
    /// order.
    private func read<Value: Sendable>(
        _ source: Source,
        _ look: @escaping @Sendable ((_ visitors: [any LayerVisitor]) throws -> WalkedLayer) throws -> Value
    ) async throws -> (Ledger, [Value]) {
        let temporary = try session.store.makeTemporaryDirectory()
        var builder = LedgerBuilder()
        var values: [Value] = []
        try await withThrowingTaskGroup(of: (Int, LayerContents, Value).self) { group in
            var read: [Int: (contents: LayerContents, value: Value)] = [:]
            func stack() {
                while let layer = read.removeValue(forKey: values.count) {
                    let about = source.layers[values.count]
                    builder.add(layer.contents, compressedSize: about.compressedSize, origin: about.origin)
                    values.append(layer.value)
                }
            }
            for index in source.layers.indices {
                if index >= Self.width, let (index, contents, value) = try await group.next() {
                    read[index] = (contents, value)
                    stack()
                }
                group.addTask(executorPreference: BlockingPool.shared) {
                    let layer = source.layers[index]
                    let blob = try await layer.blob()
                    let ledger = LedgerCollector()
                    var first: WalkedLayer?
                    func walk(_ visitors: [any LayerVisitor]) throws -> WalkedLayer {
                        // The ledger rides on the first walk.
                        let walked = try walkLayer(
                            blob, expecting: layer.origin.diffID, name: Self.name(source, index),
                            visitors: first == nil ? [ledger] + visitors : visitors, temporaryDirectory: temporary)
                        if first == nil { first = walked }
                        return walked
                    }
                    let value = try look(walk)
                    let walked = try first ?? walk([])
                    return (index, ledger.finish(walked), value)
                }
            }
            for try await (index, contents, value) in group {
                read[index] = (contents, value)
                stack()
            }
        }
        return (builder.ledger(), values)
    }

    private static func name(_ source: Source, _ index: Int) -> String { "layer \(index + 1) of \(source.ref)" }

    // MARK: Images

    private func open(_ text: String) async throws -> Source {
        let name = try ImageName(parsing: text)
        if case .directory(let path) = name { return try await rootFilesystem(path, ref: text) }
        let locator = ImageLocator(store: session.store, registry: session.registry, progress: session.progress)
        let found = try await locator.find(name, platform: platform)
        let attribution = try session.store.attribution(of: found.image)
        let layers = zip(try found.layers(), attribution.layers).map { layer, origin in
            Source.Layer(origin: origin, compressedSize: layer.descriptor.size) {
                try await locator.blob(layer.descriptor, of: found)
            }
        }
        return Source(
            ref: text, digest: found.image.descriptor.digest, config: found.image.config,
            dockerfile: attribution.record?.dockerfile, layers: layers, warnings: attribution.warnings)
    }

    /// A directory counts as an image of one layer, compressed as a build would.
    private func rootFilesystem(_ path: String, ref: String) async throws -> Source {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw OptionError("\(ref): \(path) is not a directory")
        }
        let file = try session.store.makeTemporaryDirectory() + "/layer"
        let written = try await withTaskExecutorPreference(BlockingPool.shared) {
            let descriptor = Glibc.open(file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw OCIError.system(operation: "create", path: file, errno: errno) }
            defer { close(descriptor) }
            return try writeLayer(upper: path, lowers: [], to: descriptor, path: file)
        }
        let layer = Source.Layer(
            origin: LayerAttribution(index: 0, diffID: written.diffID), compressedSize: written.size
        ) {
            try Blob(path: file)
        }
        return Source(ref: ref, digest: nil, config: nil, dockerfile: nil, layers: [layer], warnings: [])
    }
}
