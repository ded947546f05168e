import OCI
@testable import Registry
import Synchronization
import TestSupport
import Testing

/// Patience fit for tests.
func testOptions(_ change: (inout RegistryClientOptions) -> Void = { _ in }) -> RegistryClientOptions {
    var options = RegistryClientOptions(environment: [:])
    options.certificateDirectories = []
    options.connectTimeout = .seconds(3)
    options.stallTimeout = .seconds(5)
    options.retry = RetryPolicy(
        attempts: 4, firstDelay: .milliseconds(2), longestDelay: .milliseconds(20), longestRetryAfter: .seconds(2))
    change(&options)
    return options
}

/// Runs `body` with a client that is shut down afterwards.
func withClient<Value: Sendable>(
    _ configuration: RegistriesConfiguration = .init(), credentials: CredentialStore = .empty,
    options: RegistryClientOptions = testOptions(), _ body: (RegistryClient) async throws -> Value
) async throws -> Value {
    try await RegistryClient.withClient(
        configuration: configuration, credentials: credentials, options: options, body)
}

func reference(_ text: String) throws -> Reference { try Reference(parsing: text) }

/// The error that `body` throws, as one of ours.
func registryError(_ location: SourceLocation = #_sourceLocation, _ body: () async throws -> Void) async
    -> RegistryError?
{
    do {
        try await body()
        Issue.record("nothing was thrown", sourceLocation: location)
    } catch let error as RegistryError {
        return error
    } catch {
        Issue.record("another error: \(error)", sourceLocation: location)
    }
    return nil
}

/// Fetches a blob whole.
func fetch(_ client: RegistryClient, _ reference: Reference, _ descriptor: Descriptor) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    try await client.blob(reference, descriptor) { bytes.append(contentsOf: $0.readableBytesView) }
    return bytes
}

/// Files and an environment of one user.
func home(_ scratch: ScratchDirectory, _ more: [String: String] = [:]) -> [String: String] {
    [
        "HOME": scratch.path, "XDG_RUNTIME_DIR": scratch.path + "/run", "PATH": "\(scratch.path)/bin:/usr/bin:/bin",
    ].merging(more) { $1 }
}

/// Fetches a blob and expects it to be `bytes`.
func expectFetch(
    _ client: RegistryClient, _ reference: Reference, _ descriptor: Descriptor, _ bytes: [UInt8],
    _ location: SourceLocation = #_sourceLocation
) async throws {
    let fetched = try await fetch(client, reference, descriptor)
    #expect(fetched == bytes, sourceLocation: location)
}

extension ScratchDirectory {
    /// All files below it, sorted, as relative paths.
    func files() throws -> [String] {
        var found: [String] = []
        func walk(_ directory: String) {
            for name in TrustSettings.files(in: path(directory)) ?? [] {
                let file = directory.isEmpty ? name : directory + "/" + name
                if TrustSettings.files(in: path(file)) == nil { found.append(file) } else { walk(file) }
            }
        }
        walk("")
        return found.sorted()
    }
}
