import Glibc
import OCI
import Synchronization
import Testing

@testable import Store

/// A directory for a test, removed with the value.
final class TemporaryDirectory: Sendable {
    let path: String

    init(below parent: String = "/tmp") {
        path = "\(parent)/whittle-store-\(getpid())-\(randomName(8))"
        mkdir(path, 0o700)
    }

    deinit {
        try? DirectoryTree.remove(path)
    }
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

func write(_ text: String, to path: String) throws {
    let file = try OpenFile(path, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o644)
    try file.write(bytes(text))
}

func text(of path: String) throws -> String? {
    try contents(of: path).map { String(decoding: $0, as: UTF8.self) }
}

/// Commits a layer that holds one file.
func makeLayer(_ store: Store, _ content: String = "x") throws -> LayerID {
    let snapshot = try store.newSnapshot()
    try write(content, to: snapshot.upper + "/file")
    return try snapshot.commit()
}

/// Stores an image with the given layers and returns its manifest's descriptor.
func makeImage(_ store: Store, config: String = "{}", layers: [[UInt8]]) throws -> Descriptor {
    let config = Descriptor(mediaType: MediaType.ociConfig, describing: bytes(config + " "))
    _ = try store.put(bytes("{} "))
    let described = layers.map { Descriptor(mediaType: MediaType.ociLayerGzip, describing: $0) }
    for layer in layers { _ = try store.put(layer) }
    let manifest = try CanonicalJSON.encode(
        Manifest(mediaType: MediaType.ociManifest, config: config, layers: described))
    _ = try store.put(manifest)
    return Descriptor(mediaType: MediaType.ociManifest, describing: manifest)
}

/// A number that several tasks count up.
final class Counter: Sendable {
    private let count = Mutex(0)

    var value: Int { count.withLock { $0 } }

    @discardableResult func increment() -> Int {
        count.withLock {
            $0 += 1
            return $0
        }
    }

    func decrement() {
        count.withLock { $0 -= 1 }
    }
}
