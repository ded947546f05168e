import Advisories
import Glibc
import LayerFormat
import OCI
import Synchronization

/// Looks for secrets on the pass that reads the packages; what a layer has is remembered by its diffID.
final class SecretReader: Sendable {
    private let directory: String
    private let isOn: Bool
    private let collectors = Mutex<[Int: Collector]>([:])
    private let known = Mutex<[Int: LayerSecrets]>([:])

    /// Safe to hand around: the walk of its layer alone changes a collector, and `findings(of:)` looks at it after all walks
    /// have ended.
    private struct Collector: @unchecked Sendable {
        let collector: SecretCollector
    }

    /// - Parameter root: the store's directory.
    init(root: String, isOn: Bool) {
        directory = root + "/secrets"
        self.isOn = isOn
    }

    /// The visitor for a layer; none when the layer is known.
    func riders(for layer: ImageContents.Layer) -> [any LayerVisitor] {
        guard isOn else { return [] }
        if let diffID = layer.diffID, let secrets = remembered(diffID) {
            known.withLock { $0[layer.index] = secrets }
            return []
        }
        let collector = SecretCollector()
        let kept = Collector(collector: collector)
        collectors.withLock { $0[layer.index] = kept }
        return [collector]
    }

    /// The secrets of all layers, after these were read.
    func findings(of layers: [ImageContents.Layer]) -> [SecretFinding] {
        guard isOn else { return [] }
        return LayerSecrets.findings(
            of: layers.map { layer in
                if let secrets = known.withLock({ $0[layer.index] }) { return (layer.diffID, secrets) }
                let secrets = collectors.withLock { $0[layer.index]?.collector.secrets } ?? LayerSecrets()
                if let diffID = layer.diffID { remember(secrets, of: diffID) }
                return (layer.diffID, secrets)
            })
    }

    private func path(_ diffID: Digest) -> String {
        "\(directory)/\(diffID.algorithm)-\(diffID.hex)-\(LayerSecrets.version)"
    }

    private func remembered(_ diffID: Digest) -> LayerSecrets? {
        guard let bytes = try? Blob(path: path(diffID)).bytes(limit: 64 << 20, what: "remembered result") else {
            return nil
        }
        return try? CanonicalJSON.decode(LayerSecrets.self, from: bytes, what: "remembered result")
    }

    /// Not being able to remember it is no reason to give no answer.
    private func remember(_ secrets: LayerSecrets, of diffID: Digest) {
        mkdir(directory, 0o700)
        guard let bytes = try? CanonicalJSON.encode(secrets),
            let file = try? AtomicFile(path: path(diffID), mode: 0o600),
            (try? FileSink(descriptor: file.descriptor, path: path(diffID)).write(bytes)) != nil
        else { return }
        try? file.commit()
    }
}
