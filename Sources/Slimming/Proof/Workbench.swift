import BuildContext
import Builder
import Glibc
import OCI
import Registry
import Sandbox
import Store

/// What builds and runs images here.
public struct Workbench: Sendable {
    let store: Store
    let registry: RegistryAccess
    let executor: any Executor
    let progress: Progress
    let scratch: ScratchSpace
    let locator: ImageLocator
    private let digests = KnownDigests()
    let counts: @Sendable (_ name: String) async throws -> ImageCounts

    /// A workbench in a store.
    ///
    /// - Parameter counts: Counts what is in an image of the store.
    public init(
        store: Store, registry: RegistryAccess, executor: any Executor, progress: Progress, scratch: ScratchSpace,
        counts: @escaping @Sendable (_ name: String) async throws -> ImageCounts
    ) {
        self.store = store
        self.registry = registry
        self.executor = executor
        self.progress = progress
        self.scratch = scratch
        self.counts = counts
        locator = ImageLocator(store: store, registry: registry, progress: progress)
    }

    /// A built image.
    struct Built: Sendable {
        var found: FoundImage
        var image: AssembledImage
    }

    /// Builds a Dockerfile under a name of the local store.
    func build(
        _ dockerfile: [UInt8], path: String, context: String, ignore: [String], options: SlimOptions,
        target: String?, name: String
    ) async throws -> Built {
        let place = ScratchSpace(path: try store.makeTemporaryDirectory())
        defer { place.unmount() }
        var build = BuildOptions(
            dockerfile: DockerfileSource(path: path, bytes: dockerfile),
            context: ContextDirectory(path: context, ignorePatterns: ignore))
        build.buildArguments = options.buildArguments
        build.run.network = options.network
        build.target = target
        let reference = try Reference(parsing: name).withDefaultTag
        build.tags = [reference]
        build.exports = [ExportTarget(kind: .image)]
        let outcome = try await ImageBuild(
            options: build, store: store, registry: registry, executor: executor, progress: progress, scratch: place
        ).run()
        guard let image = outcome.images.first else { throw SlimmingError.originalFails(reason: "it makes no image") }
        return Built(found: try await locator.find(.store(reference), pull: .never), image: image)
    }

    /// Whether an image can be had, here or from its registry.
    public func exists(_ name: String) async -> Bool {
        if name == "scratch" { return true }
        guard let reference = try? Reference(parsing: name).withDefaultTag else { return false }
        if (try? store.image(named: reference)) != nil { return true }
        guard let client = try? await registry.client() else { return false }
        return (try? await client.head(reference)) ?? nil != nil
    }

    /// The digest that an image's registry knows it by, of the one that builds here use; nil when no registry has it.
    func digest(of name: String) async -> Digest? {
        guard let reference = try? Reference(parsing: name).withDefaultTag else { return nil }
        return await digests.digest(of: reference) {
            guard let client = try? await registry.client() else { return nil }
            // The tag may have moved on since the image was pulled.
            let local = (try? store.image(named: reference)) ?? nil
            let wanted = local.map { reference.withDigest($0.digest) } ?? reference
            return ((try? await client.head(wanted)) ?? nil)?.digest
        }
    }

    /// The image of a name, pulled if need be.
    func image(_ name: String) async throws -> FoundImage {
        try await locator.find(.store(try Reference(parsing: name).withDefaultTag))
    }
}
