import OCI
import Sandbox
enum ForeignArchitecture { static func require(_ a: String) throws { throw SandboxError.foreignArchitecture(a, reason: "x") } }
final class SSHAgent: Sendable { let socketPath = ""; static func open(id: String, paths: [String], mode: UInt32, uid: UInt32, gid: UInt32) throws -> SSHAgent { SSHAgent() } }
struct OCILayoutReader { init(directory: String) throws {}; func read(_ d: Descriptor, _ f: (UnsafeRawBufferPointer) throws -> Void) throws {}; func descriptor(named: String?) throws -> Descriptor { fatalError() }; func bytes(of: Descriptor) throws -> [UInt8] { [] } }
struct ArchiveExport { let session: BuildSession; let output: ExportTarget; let names: [Reference]; func write(_ d: ImageDocument) async throws {} }
