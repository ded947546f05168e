import BuildContext
import Builder
import OCI
import Sandbox

/// An image as far as claims about fixes are concerned.
struct VerifiedImage: Sendable {
    var digest: Digest
    var config: ImageConfig
}

/// Builds texts of one Dockerfile in its context, to compare what comes out. Steps that they share run once.
struct VerificationBuild: Sendable {
    let dockerfile: String
    let context: String
    let workplace: CheckWorkplace
    /// What the build is told besides the text.
    private(set) var settings: BuildOptions

    /// The same of another target.
    func of(_ target: String) -> VerificationBuild {
        var build = self
        build.settings.target = target
        return build
    }

    /// Builds a text. Nothing is named: the image goes with the next prune.
    ///
    /// - Throws: `BuildError` as `whittle build` would.
    func image(_ text: [UInt8]) async throws -> VerifiedImage {
        try await build(text, [ExportTarget(kind: .image)], ignoringCache: false)
    }

    /// The root file system of a text's image.
    func files(_ text: [UInt8]) async throws -> RootListing { try await imageAndFiles(text, ignoringCache: false).1 }

    /// Both, from one build.
    ///
    /// - Parameter ignoringCache: every step runs, also those whose results are known.
    func imageAndFiles(_ text: [UInt8], ignoringCache: Bool) async throws -> (VerifiedImage, RootListing) {
        let path = workplace.scratch.path + "/root-\(UInt32.random(in: 0 ... .max)).tar"
        defer { unlinkQuietly(path) }
        let exports = [ExportTarget(kind: .image), ExportTarget(kind: .tar(destination: path))]
        let image = try await build(text, exports, ignoringCache: ignoringCache)
        let files = try await withTaskExecutorPreference(BlockingPool.shared) { try RootListing(tar: path) }
        return (image, files)
    }

    private func build(
        _ text: [UInt8], _ exports: [ExportTarget], ignoringCache: Bool
    ) async throws -> VerifiedImage {
        let ignore = try IgnoreFile.find(contextDirectory: context, dockerfile: dockerfile)
        var options = settings
        options.dockerfile = DockerfileSource(path: dockerfile, bytes: text)
        options.context = ContextDirectory(path: context, ignorePatterns: ignore?.patterns ?? [])
        options.exports = exports
        options.ignoresCache = ignoringCache
        let scratch = workplace.scratch
        let build = ImageBuild(
            options: options, store: workplace.store, registry: workplace.registry,
            executor: LazyExecutor { try OCIRuntimeExecutor(scratch: try scratch.sandbox()) },
            progress: Progress { _ in }, scratch: scratch)
        guard let image = try await build.run().images.first else {
            throw OptionError("\(dockerfile): the build yields no image")
        }
        return VerifiedImage(digest: image.manifestDescriptor.digest, config: image.config)
    }
}
