import BuildGraph
import Checks
import OCI
import Store
import Synchronization

/// Configurations of base images, from what earlier builds and pulls left in the local store. Registries are not asked.
final class StoredBaseImages: BaseImageFacts {
    private let store: Store
    private let platform: Platform
    private let known = Mutex<[String: BaseImageConfiguration?]>([:])

    init(store: Store, platform: Platform) {
        self.store = store
        self.platform = platform
    }

    func configuration(of image: String) -> BaseImageConfiguration? {
        if let known = known.withLock({ $0[image] }) { return known }
        let found = try? read(image)
        known.withLock { $0[image] = .some(found ?? nil) }
        return found ?? nil
    }

    private func read(_ image: String) throws -> BaseImageConfiguration? {
        guard let name = try? Reference(parsing: image).withDefaultTag, let descriptor = try store.image(named: name)
        else { return nil }
        var digest = descriptor.digest
        if MediaType.isIndex(descriptor.mediaType) {
            let index = try CanonicalJSON.decode(Index.self, from: try store.blob(digest), what: "index \(digest)")
            guard let match = index.manifests.first(where: { $0.platform == platform }) else { return nil }
            digest = match.digest
        }
        let manifest = try CanonicalJSON.decode(Manifest.self, from: try store.blob(digest), what: "manifest \(digest)")
        let bytes = try store.blob(manifest.config.digest)
        let config = try CanonicalJSON.decode(ImageConfig.self, from: bytes, what: "configuration of \(image)")
        return BaseImageConfiguration(config)
    }
}

extension BaseImageConfiguration {
    /// The parts that rules look at.
    init(_ image: ImageConfig) {
        var environment: [String: String] = [:]
        for variable in image.config.env {
            guard let equals = variable.firstIndex(of: "=") else { continue }
            environment[String(variable[..<equals])] = String(variable[variable.index(after: equals)...])
        }
        self.init(
            environment: environment, shell: image.config.shell.isEmpty ? nil : image.config.shell,
            workingDirectory: image.config.workingDir, user: image.config.user,
            platform: "\(image.os)/\(image.architecture)")
    }
}
