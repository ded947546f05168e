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

    /// Builds a text. Nothing is named: the image goes with the next prune.
    ///
    /// - Throws: `BuildError` as `whittle build` would.
    func image(_ text: [UInt8], ignoringCache: Bool = false) async throws -> VerifiedImage {
        let outcome = try await build(text, ExportTarget(kind: .image), ignoringCache: ignoringCache)
        guard let image = outcome.images.first else { throw OptionError("\(dockerfile): the build yields no image") }
        return VerifiedImage(digest: image.manifestDescriptor.digest, config: image.config)
    }

    /// The root file system of a text's image.
    func files(_ text: [UInt8], ignoringCache: Bool = false) async throws -> RootListing {
        let path = workplace.scratch.path + "/root-\(UInt32.random(in: 0 ... .max)).tar"
        defer { unlinkQuietly(path) }
        _ = try await build(text, ExportTarget(kind: .tar(destination: path)), ignoringCache: ignoringCache)
        return try await withTaskExecutorPreference(BlockingPool.shared) { try RootListing(tar: path) }
    }

    private func build(
        _ text: [UInt8], _ export: ExportTarget, ignoringCache: Bool
    ) async throws -> BuildOutcome {
        let ignore = try IgnoreFile.find(contextDirectory: context, dockerfile: dockerfile)
        var options = BuildOptions(
            dockerfile: DockerfileSource(path: dockerfile, bytes: text),
            context: ContextDirectory(path: context, ignorePatterns: ignore?.patterns ?? []))
        options.exports = [export]
        options.ignoresCache = ignoringCache
        if let epoch = environment("SOURCE_DATE_EPOCH") { options.buildArguments["SOURCE_DATE_EPOCH"] = epoch }
        let scratch = workplace.scratch
        let build = ImageBuild(
            options: options, store: workplace.store, registry: workplace.registry,
            executor: LazyExecutor { try OCIRuntimeExecutor(scratch: try scratch.sandbox()) },
            progress: Progress { _ in }, scratch: scratch)
        return try await build.run()
    }
}
