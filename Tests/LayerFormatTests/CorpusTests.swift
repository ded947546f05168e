import Foundation
import Glibc
import LayerFormat
import OCI
import Testing

/// The conformance corpus, when it is there.
private let corpus: String? = {
    let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path
    let shared = ProcessInfo.processInfo.environment["WHITTLE_SHARED"] ?? here + "/../../../shared"
    let bases = shared + "/conformance/bases"
    return access(bases + "/index.json", R_OK) == 0 ? bases : nil
}()

@Suite(.enabled(if: corpus != nil && isRoot, "needs the conformance corpus in ../shared, and root"))
struct CorpusTests {
    @Test func baseLayersUnpackToWhatTheirConfigurationsSay() throws {
        let layout = try OCILayoutReader(directory: try #require(corpus))
        let scratch = try Scratch()
        var seen: Set<Digest> = []
        for name in layout.index.manifests.compactMap(\.imageNames.first) {
            let image = try layout.image(named: name)
            #expect(image.manifest.layers.count == image.config.diffIDs.count)
            for (layer, diffID) in zip(image.manifest.layers, image.config.diffIDs) where seen.insert(diffID).inserted {
                let target = scratch.directory(diffID.short)
                let applied = try applyLayer(from: layout.open(layer).source(), into: target)
                #expect(applied.diffID == diffID)
                #expect(applied.digest == layer.digest)
                // Written again it is another tar, unpacked again the same tree.
                let path = scratch.path + "/again"
                let descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC, 0o600)
                defer { close(descriptor) }
                _ = try writeLayer(upper: target, lowers: [], to: descriptor)
                let again = scratch.directory(diffID.short + "-again")
                _ = try applyLayer(from: descriptor, path: path, into: again)
                let whiteouts = try listing(target).filter { $0.value.hasSuffix(" 0") }
                let isSame = try listing(again) == listing(target).filter { whiteouts[$0.key] == nil }
                #expect(isSame, "\(name) \(diffID)")
            }
        }
        #expect(!seen.isEmpty)
    }
}
