import Foundation
import Glibc
import LayerFormat
import OCI
import Testing

@Suite struct ImageArchiveTests {
    private func archive() throws -> [UInt8] {
        let sink = MemorySink()
        var writer = TarWriter(sink)
        let index = Array(#"{"schemaVersion":2,"manifests":[]}"#.utf8)
        try writer.add(TarEntry(name: name("index.json"), kind: .file, mode: 0o644), content: index)
        try writer.finish()
        return sink.bytes
    }

    @Test func compressedAndPipedArchivesAreRead() throws {
        let scratch = try Scratch()
        let temporary = scratch.directory("tmp")
        let path = try scratch.file("a.tar", try archive())
        var paths = [path]
        for (tool, suffix) in [("gzip", "gz"), ("xz", "xz"), ("zstd", "zst")]
        where try run(tool, "-k", "-q", path) != nil {
            paths.append("\(path).\(suffix)")
        }
        for path in paths {
            let descriptor = open(path, O_RDONLY)
            defer { close(descriptor) }
            let reader = try openImageArchive(descriptor, path: path, temporaryDirectory: temporary)
            #expect(reader.index.manifests.isEmpty)
            #expect(reader.path == path)
            var pipe: [Int32] = [0, 0]
            Glibc.pipe(&pipe)
            let content = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
            // A pipe holds 64 KiB, the archive is smaller.
            #expect(write(pipe[1], content, content.count) == content.count)
            close(pipe[1])
            _ = try openImageArchive(pipe[0], path: "standard input", temporaryDirectory: temporary)
            close(pipe[0])
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: temporary).isEmpty)
    }

    @Test func otherThingsAreErrors() throws {
        let scratch = try Scratch()
        for bytes in [[], [0x1F, 0x8B, 1], Array("text".utf8)] as [[UInt8]] {
            let path = try scratch.file("f", bytes)
            let descriptor = open(path, O_RDONLY)
            defer { close(descriptor) }
            #expect(throws: (any Error).self) {
                try openImageArchive(descriptor, path: path, temporaryDirectory: scratch.path)
            }
        }
    }
}
