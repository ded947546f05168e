import OCI
import Sandbox
struct OCILayoutReader { init(directory: String) throws {}; func read(_ d: Descriptor, _ f: (UnsafeRawBufferPointer) throws -> Void) throws {}; func descriptor(named: String?) throws -> Descriptor { fatalError() }; func bytes(of: Descriptor) throws -> [UInt8] { [] } }

import Glibc
final class FDSink: ByteSink { let fd: Int32; init(_ fd: Int32) { self.fd = fd }
 func write(_ b: UnsafeRawBufferPointer) throws { var o = 0; while o < b.count { let n = Glibc.write(fd, b.baseAddress! + o, b.count - o); if n <= 0 { throw BuildError.export("write") }; o += n } } }
struct ArchiveExport { let session: BuildSession; let output: ExportTarget; let names: [Reference]
 func write(_ d: ImageDocument) async throws {
  guard case .oci(let dest, _) = output.kind else { throw BuildError.export("later") }
  try await blocking {
  try OutputFile.write(to: dest) { fd in
   let sink = FDSink(fd); var tar = TarWriter(sink)
   func add(_ name: String, _ bytes: [UInt8]) throws { try tar.add(TarEntry(name: Array(name.utf8), kind: .file, mode: 0o644), content: bytes) }
   try add("oci-layout", Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8))
   var desc = d.descriptor
   if let n = names.first { desc.annotations = ["org.opencontainers.image.ref.name": n.tag ?? "latest"] }
   try add("index.json", try CanonicalJSON.encode(Index(mediaType: MediaType.ociIndex, manifests: [desc])))
   for doc in d.documents { try add("blobs/sha256/" + Digest.sha256(of: doc).hex, doc) }
   var seen: Set<Digest> = []
   for im in d.images { for l in im.manifest.layers where seen.insert(l.digest).inserted {
     try add("blobs/sha256/" + l.digest.hex, try session.store.blob(l.digest, limit: 1 << 32)) } }
   try tar.finish()
  } } } }
