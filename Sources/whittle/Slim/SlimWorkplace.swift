import Analysis
import Builder
import OCI
import Sandbox
import Slimming
import Store

/// Where `slim` and `init` build, run and count.
struct SlimWorkplace {
    let session: ImageSession
    let global: GlobalOptions
    let database: DatabaseOptions

    /// Runs `body` with a workbench whose mounts end with it.
    func use<Value: Sendable>(_ body: (Workbench) async throws -> Value) async throws -> Value {
        let findings = KnownFindings(session: session, global: global, options: database, platform: nil)
        // Better now than after the first build.
        try findings.checkDatabase()
        let scratch = ScratchSpace(path: try session.store.makeTemporaryDirectory())
        defer { scratch.unmount() }
        let executor = LazyExecutor { try OCIRuntimeExecutor(scratch: try scratch.sandbox()) }
        let (session, root) = (session, global.rootDirectory)
        let bench = Workbench(
            store: session.store, registry: session.registry, executor: executor, progress: session.progress,
            scratch: scratch
        ) { reference in
            let contents = try await ImageContents(reference, session: session, platform: nil)
            let inventory = try await InventoryReader(contents, root: root).read()
            var counts = ImageCounts(
                size: inventory.uncompressedSize, packages: ComparedPackage.all(of: inventory.packages).count)
            if let found = try await findings.of([reference])?.first {
                counts.findings = Dictionary(grouping: found, by: \.severity).mapValues(\.count)
            }
            return counts
        }
        return try await body(bench)
    }
}
