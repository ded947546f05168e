import Analysis
import Builder
import Glibc
import LayerFormat
import OCI
import Store

/// Reads what a comparison needs to know about an image: every layer once, a few at a time.
struct SummaryReader: Sendable {
    let session: ImageSession
    let platform: Platform?

    /// Reads the image of that name.
    func read(_ text: String) async throws -> ImageSummary {
        let name = try ImageName(parsing: text)
        if case .directory(let path) = name { return try await rootFilesystem(path, ref: text) }
        let locator = ImageLocator(store: session.store, registry: session.registry, progress: session.progress)
        let found = try await locator.find(name, platform: platform)
        let layers = try found.layers()
        let surveys = try await withThrowingTaskGroup(of: (Int, LayerSurvey).self) { group in
            var surveys: [Int: LayerSurvey] = [:]
            for (index, layer) in layers.enumerated() {
                if index >= 4, let (index, survey) = try await group.next() { surveys[index] = survey }
                group.addTask(executorPreference: BlockingPool.shared) {
                    let blob = try await locator.blob(layer.descriptor, of: found)
                    let survey = try LayerSurvey(blob.source())
                    guard survey.digest == layer.descriptor.digest || layer.descriptor.digest.algorithm != "sha256"
                    else {
                        throw OCIError.digestMismatch(
                            what: "layer of \(text)", expected: layer.descriptor.digest, actual: survey.digest)
                    }
                    return (index, survey)
                }
            }
            for try await (index, survey) in group { surveys[index] = survey }
            return layers.indices.compactMap { surveys[$0] }
        }
        let sizes = ImageSizes(
            layers: zip(layers, surveys).map { layer, survey in
                .init(diffID: layer.diffID, size: survey.size, compressedSize: layer.descriptor.size)
            })
        return ImageSummary(
            ref: text, digest: found.image.descriptor.digest, sizes: sizes, packages: LayerSurvey.packages(of: surveys))
    }

    /// A directory counts as an image of one layer, compressed as a build would.
    private func rootFilesystem(_ path: String, ref: String) async throws -> ImageSummary {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw OptionError("\(ref): \(path) is not a directory")
        }
        let file = try session.store.makeTemporaryDirectory() + "/layer"
        let descriptor = open(file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw OCIError.system(operation: "create", path: file, errno: errno) }
        defer { close(descriptor) }
        let written = try writeLayer(upper: path, lowers: [], to: descriptor, path: file)
        let survey = try LayerSurvey(try Blob(path: file).source())
        return ImageSummary(
            ref: ref, digest: nil,
            sizes: ImageSizes(
                layers: [.init(diffID: written.diffID, size: survey.size, compressedSize: written.size)]),
            packages: LayerSurvey.packages(of: [survey]))
    }
}
