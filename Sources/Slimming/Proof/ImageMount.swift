import Builder
import Glibc
import OCI
import Sandbox
import Store

/// An image whose files can be looked at.
struct MountedImage: Sendable {
    let found: FoundImage
    let layers: [String]
    let root: RootView
    private let mount: OverlayMount

    /// Unpacks and mounts an image, read-only.
    init(_ found: FoundImage, locator: ImageLocator, store: Store, scratch: ScratchSpace, name: String) async throws {
        self.found = found
        layers = try await locator.unpack(found).map(store.layerDirectory)
        let place = scratch.path + "/" + name
        guard mkdir(place, 0o755) == 0 else { throw SandboxError.system(call: "mkdir", path: place, code: errno) }
        mount = try OverlayMount.mount(lowers: layers, at: place)
        root = RootView(directory: place)
    }

    /// Takes the mount away.
    func unmount() { try? mount.unmount() }
}
