import Builder
import Checks
import Glibc
import Registry
import Sandbox
import Store

/// What fixing works with besides the files: the store, registries, and a directory of its own.
struct CheckWorkplace: Sendable {
    let store: Store
    let registry: RegistryAccess
    let scratch: ScratchSpace

    /// Opens the store.
    init(global: GlobalOptions) throws {
        store = try global.openStore()
        scratch = ScratchSpace(path: try store.makeTemporaryDirectory())
        registry = RegistryAccess {
            RegistryClient(configuration: try RegistriesConfiguration.load(), credentials: CredentialStore())
        }
    }

    /// Runs `body`; nothing is left mounted or open behind it.
    func run<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        do {
            let value = try await Interruption.cancelling(body)
            await registry.shutdown()
            scratch.unmount()
            try store.close()
            return value
        } catch {
            await registry.shutdown()
            scratch.unmount()
            try? store.close()
            throw error
        }
    }

    /// Versions and tags as they are now.
    var tags: RegistryTags { RegistryTags(registry: registry) }

    /// Versions of packages as they are now.
    var packages: ImagePackages { ImagePackages(store: store, registry: registry, scratch: scratch) }
}
