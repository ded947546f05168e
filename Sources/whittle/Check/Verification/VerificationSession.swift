import Builder
import Checks
import DockerfileSyntax
import Glibc
import Registry
import Rendering
import Sandbox
import Store

/// What verification works with: the store, registries, and a directory of its own.
struct VerificationSession: Sendable {
    private let store: Store
    private let registry: RegistryAccess
    private let scratch: ScratchSpace
    private let context: String?

    /// Opens the store.
    ///
    /// - Parameter context: the build context; nil for the directory of each Dockerfile.
    init(global: GlobalOptions, context: String?) throws {
        store = try global.openStore()
        scratch = ScratchSpace(path: try store.makeTemporaryDirectory())
        registry = RegistryAccess {
            RegistryClient(configuration: try RegistriesConfiguration.load(), credentials: CredentialStore())
        }
        self.context = context
    }

    /// Runs `body`; nothing is left mounted or open behind it.
    func run<Value: Sendable>(
        _ body: @escaping @Sendable (VerificationSession) async throws -> Value
    ) async throws -> Value {
        do {
            let value = try await Interruption.cancelling { try await body(self) }
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

    /// Checks a file and applies the fixes that keep their promises.
    func check(_ path: String, _ run: CheckRun) async throws -> CheckedDockerfile {
        let (bytes, inputs) = try run.read(path)
        var result = CheckedDockerfile(checked: CheckedFile(path: path, report: run.report(bytes, path, inputs)))
        guard let fixes = run.fixes, result.checked.report.error == nil else { return result }
        let application = FixApplication(run.checker, classes: fixes.classes)
        do {
            let fixed = try await FixVerifier(build: build(path)).apply(application, to: bytes, inputs: inputs)
            result.refused = fixed.refused
            try run.finish(&result, fixed.bytes, fixed.applied, inputs)
        } catch let error as BuildError {
            throw CommandFailure(error, source: result.checked.report.source)
        }
        return result
    }

    /// Holds a changed Dockerfile against the original.
    ///
    /// - Throws: ``CommandFailure`` that says where the promise is not kept.
    func hold(_ changed: String, against path: String, kind: FixClass) async throws {
        let old = try FileBytes.read(path, what: "Dockerfile")
        let new = try FileBytes.read(changed, what: "Dockerfile")
        let violations: [String]
        do {
            // Nothing is declared for a change that comes from nowhere: it may change anything, or must change nothing.
            violations = try await FixVerifier(build: build(path))
                .violations(FixClaim(kind: kind, declaration: .anything), from: old, to: new)
        } catch let error as BuildError {
            throw CommandFailure(error, source: SourceText(old, path: path))
        }
        guard !violations.isEmpty else {
            print("\(changed): \(kind.rawValue) as \(path)")
            return
        }
        let lines = violations.map { "refused: \(changed): not \(kind.rawValue): \($0)" }
        throw CommandFailure(status: ExitStatusCode.negative, lines.joined(separator: "\n"))
    }

    private func build(_ path: String) -> VerificationBuild {
        let slash = path.lastIndex(of: "/")
        let directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        return VerificationBuild(
            dockerfile: path, context: context ?? directory, store: store, registry: registry, scratch: scratch)
    }
}
