import BuildContext
import Builder
import Glibc
import OCI
import Sandbox
import Store
import Testing

@testable import Registry
@testable import Rendering

@Suite struct RemedyTests {
    private func text(_ error: any Error) -> String { DiagnosticText(source: nil, usesColor: false).text(of: error) }

    @Test func sendsToLogin() {
        let error = text(
            RegistryError.authenticationRequired(
                host: "registry.example", .init(method: "GET", url: "https://registry.example/v2/a/manifests/1"),
                note: nil))
        #expect(error.hasPrefix("error: registry registry.example requires authentication"))
        #expect(error.hasSuffix("\nhint: log in with `whittle login registry.example`"))
    }

    @Test func namesTheHostOfADeniedRequest() {
        let error = text(
            RegistryError.denied(
                what: "push to a/b", .init(method: "POST", url: "https://registry.example:5000/v2/a/b/blobs/uploads/"),
                detail: nil))
        #expect(error.hasSuffix("log in with `whittle login registry.example:5000`"))
    }

    @Test func namesThePathOfAFullDisk() {
        let errors: [any Error] = [
            StoreError.diskFull(path: "/store"), SandboxError.system(call: "mkdir", path: "/store", code: ENOSPC),
            CopyError.system(operation: "write", path: "/store", code: ENOSPC, source: nil),
            BuildContextError.unwritable(path: "/store", code: ENOSPC),
            OCIError.system(operation: "write", path: "/store", errno: ENOSPC),
        ]
        for error in errors {
            let text = text(error)
            #expect(text.contains("/store") && text.contains("hint: free some space"))
        }
    }

    @Test func looksThroughWrappedErrors() {
        let inner = StoreError.diskFull(path: "/store")
        let error = StoreError.unpackFailed(layer: Digest.sha256(of: Array("x".utf8)), reason: inner)
        #expect(text(error).contains("hint: free some space"))
    }

    @Test func everyErrorIsOneLineWithoutATrace() {
        let request = RegistryError.Request(method: "GET", url: "https://r.example/v2/")
        let errors: [any Error] = [
            RegistryError.unreachable(host: "r.example", reason: "connection refused"),
            RegistryError.notFound(
                what: "manifest a:1", request, detail: .init(code: "MANIFEST_UNKNOWN", message: "no\nsuch")),
            RegistryError.rateLimited(host: "r.example", retryAfter: 3, detail: nil),
            RegistryError.allSourcesFailed(reference: "a", failures: []),
            StoreError.fileSystem(operation: "open", path: "/x", errno: EIO),
            StoreError.corrupt(path: "/x", detail: "bad"),
            SandboxError.runtimeMissing(searched: ["crun", "runc"]),
            SandboxError.mountNamespaceNotPermitted(code: EPERM),
            CopyError.sourceNotFound(source: "a", path: "a"),
            BuildContextError.contextNotFound(path: "x"),
            OCIError.notAnImage(path: "x", reason: "y"),
        ]
        for error in errors {
            let lines = text(error).split(separator: "\n")
            #expect(lines.count <= 2 && lines[0].hasPrefix("error: "))
            #expect(!lines[0].hasSuffix(".") && !lines[0].contains("Error(") && !lines[0].contains("errno"))
        }
    }
}
