import Builder
import Glibc
import LayerFormat
import OCI
import Registry
import Rendering
import Store

/// What the image commands work with: the store, registries when they are needed, and progress on standard error.
struct ImageSession: Sendable {
    let store: Store
    let registry: RegistryAccess
    let display: TransferDisplay
    let progress: Progress

    /// Opens the store; `freesSpace`: to remove things from it.
    init(_ global: GlobalOptions, quiet: Bool = false, freesSpace: Bool = false) throws {
        do { store = try global.openStore(freesSpace: freesSpace) } catch { throw CommandFailure(ofImage: error) }
        registry = RegistryAccess {
            RegistryClient(configuration: try RegistriesConfiguration.load(), credentials: CredentialStore())
        }
        let display = TransferDisplay(isQuiet: quiet)
        self.display = display
        progress = Progress { display.receive($0) }
    }

    /// Runs a command's work: connections are closed afterwards, and errors get their exit status.
    func run<Value: Sendable>(_ body: (ImageSession) async throws -> Value) async throws -> Value {
        do {
            let value = try await body(self)
            display.finish()
            await registry.shutdown()
            return value
        } catch {
            display.finish()
            await registry.shutdown()
            try? store.close()
            throw CommandFailure(ofImage: error)
        }
    }
}

extension CommandFailure {
    /// The failure of a command about images: what is not there or not allowed is a no, what cannot be read is wrong input,
    /// the rest is whittle's own failure.
    init(ofImage error: any Error) {
        if let failure = error as? CommandFailure {
            self = failure
            return
        }
        self.init(error)
        switch error {
        case is RegistryError: status = ExitStatusCode.negative
        case StoreError.notFound: status = ExitStatusCode.negative
        case OCIError.noMatchingPlatform, OCIError.imageNotFound, OCIError.ambiguousImage:
            status = ExitStatusCode.negative
        case OCIError.system("write", _, _), OCIError.system(_, _, ENOSPC): status = ExitStatusCode.failure
        case is OCIError: status = ExitStatusCode.usage
        case LayerFormatError.system, LayerFormatError.noThread: status = ExitStatusCode.failure
        case is LayerFormatError: status = ExitStatusCode.usage
        default: break
        }
    }
}

/// Names as the command line takes them.
enum ImageNames {
    /// A name of the store or a registry, with its tag.
    static func reference(_ text: String) throws -> Reference {
        do { return try Reference(parsing: text).withDefaultTag } catch { throw OptionError("\(error)") }
    }

    /// A platform.
    static func platform(_ text: String) throws -> Platform {
        do { return try Platform(parsing: text) } catch { throw OptionError("--platform \(text): \(error)") }
    }
}
