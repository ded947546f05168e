import Foundation
import OCI
import Testing

/// Images in memory.
private struct Memory: BlobProvider {
    var blobs: [Digest: [UInt8]] = [:]

    mutating func add(_ mediaType: String, _ bytes: [UInt8]) -> Descriptor {
        let descriptor = Descriptor(mediaType: mediaType, describing: bytes)
        blobs[descriptor.digest] = bytes
        return descriptor
    }

    mutating func image(_ layers: [[UInt8]], platform: Platform = .host) throws -> Descriptor {
        var config = ImageConfig(platform: platform)
        config.diffIDs = layers.map { Digest.sha256(of: $0) }
        let configDescriptor = add(MediaType.ociConfig, try CanonicalJSON.encode(config))
        let manifest = Manifest(config: configDescriptor, layers: layers.map { add(MediaType.ociLayerTar, $0) })
        return add(MediaType.ociManifest, try CanonicalJSON.encode(manifest))
    }

    func open(_ descriptor: Descriptor) throws -> Blob {
        guard let bytes = blobs[descriptor.digest] else {
            throw OCIError.missingBlob(path: "memory", name: "\(descriptor.digest)")
        }
        return Blob(bytes)
    }
}

private final class Scratch {
    let path = FileManager.default.temporaryDirectory.path + "/whittle-oci-\(UUID().uuidString)"
    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }
    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name))
        return path + "/" + name
    }
}

@Suite struct ImageFileTests {
    @Test func layoutsAndArchivesHoldWhatWasWritten() throws {
        let scratch = try Scratch()
        var memory = Memory()
        let a = try memory.image([[1, 2, 3], [UInt8](repeating: 4, count: 3_000_000)])
        let b = try memory.image([[1, 2, 3]])
        let exports = [
            ImageExport(
                descriptor: a, names: [try Reference(parsing: "a:1"), try Reference(parsing: "q.io/x/a")],
                provider: memory),
            ImageExport(descriptor: b, names: [try Reference(parsing: "b")], provider: memory),
        ]
        try OCILayoutWriter(directory: scratch.path + "/dir").write(exports)
        try ArchiveWriter.write(exports, format: .oci, toFile: scratch.path + "/oci.tar")
        try ArchiveWriter.write(exports, format: .docker, toFile: scratch.path + "/docker.tar")
        let sources: [any ImageSource] = [
            try OCILayoutReader(directory: scratch.path + "/dir"), try ArchiveReader(file: scratch.path + "/oci.tar"),
            try ArchiveReader(file: scratch.path + "/docker.tar"),
        ]
        for source in sources {
            for name in ["a:1", "docker.io/library/a:1", "q.io/x/a:latest", "q.io/x/a"] {
                let image = try source.image(named: name)
                #expect(image.descriptor.digest == a.digest)
                #expect(image.config.diffIDs.count == 2)
                var size = 0
                try source.read(image.manifest.layers[1]) { size += $0.count }
                #expect(size == 3_000_000)
            }
            #expect(try source.image(named: "b").descriptor.digest == b.digest)
            #expect(try source.image(named: b.digest.description).descriptor.digest == b.digest)
            #expect(throws: OCIError.self) { try source.image(named: "c") }
            #expect(throws: OCIError.self) { try source.image(named: nil) }
        }
        // Nothing half-written stays behind.
        let names = try FileManager.default.contentsOfDirectory(atPath: scratch.path).sorted()
        #expect(names == ["dir", "docker.tar", "oci.tar"])
    }

    @Test func archivesAreTheSameEachTime() throws {
        var memory = Memory()
        let image = try memory.image([[1]])
        let export = ImageExport(descriptor: image, names: [try Reference(parsing: "a")], provider: memory)
        let first = MemorySink()
        let second = MemorySink()
        try ArchiveWriter.write([export], format: .docker, to: first)
        try ArchiveWriter.write([export], format: .docker, to: second)
        #expect(first.bytes == second.bytes)
    }

    /// Podman's archives have one image under `localhost/a` and `docker.io/library/a`.
    @Test(arguments: [ArchiveWriter.Format.docker, .oci]) func anImageMayHaveSeveralNames(format: ArchiveWriter.Format)
        throws
    {
        let scratch = try Scratch()
        var memory = Memory()
        let image = try memory.image([[1]])
        let names = try ["a", "q.io/b:2"].map { try Reference(parsing: $0) }
        let file = scratch.path + "/several.tar"
        try ArchiveWriter.write(
            [ImageExport(descriptor: image, names: names, provider: memory)], format: format, toFile: file)
        let reader = try ArchiveReader(file: file)
        #expect(reader.index.manifests.count == 2)
        #expect(try reader.image(named: nil).config.diffIDs.count == 1)
        #expect(try reader.image(named: "q.io/b:2").descriptor.digest == reader.image(named: "a").descriptor.digest)
    }

    @Test func anImageOfTheSameNameIsReplaced() throws {
        let scratch = try Scratch()
        var memory = Memory()
        let old = try memory.image([[1]])
        let new = try memory.image([[2]])
        let writer = try OCILayoutWriter(directory: scratch.path)
        let name = try Reference(parsing: "a")
        try writer.write([ImageExport(descriptor: old, names: [name], provider: memory)])
        try writer.write([ImageExport(descriptor: old, names: [try Reference(parsing: "b")], provider: memory)])
        try writer.write([ImageExport(descriptor: new, names: [name], provider: memory)])
        let layout = try OCILayoutReader(directory: scratch.path)
        #expect(layout.index.manifests.count == 2)
        #expect(try layout.descriptor(named: "a").digest == new.digest)
        #expect(try layout.descriptor(named: "b").digest == old.digest)
    }

    @Test func indexesLeadToThePlatform() throws {
        let scratch = try Scratch()
        var memory = Memory()
        var entries: [Descriptor] = []
        for (byte, text) in [(UInt8(1), "linux/amd64"), (2, "linux/arm64")] {
            let platform = try Platform(parsing: text)
            var entry = try memory.image([[byte]], platform: platform)
            entry.platform = platform
            entries.append(entry)
        }
        let index = memory.add(MediaType.ociIndex, try CanonicalJSON.encode(Index(manifests: entries)))
        try ArchiveWriter.write(
            [ImageExport(descriptor: index, provider: memory)], format: .oci, toFile: scratch.path + "/i.tar")
        let reader = try ArchiveReader(file: scratch.path + "/i.tar")
        for entry in entries {
            #expect(try reader.image(named: nil, platform: #require(entry.platform)).descriptor.digest == entry.digest)
        }
        #expect(throws: OCIError.self) { try reader.image(named: nil, platform: Platform(parsing: "linux/s390x")) }
    }

    @Test func corruptBlobsAreFound() throws {
        var memory = Memory()
        let image = try memory.image([[1, 2, 3]])
        let layer = try memory.image(image, platform: .host).manifest.layers[0]
        memory.blobs[layer.digest] = [1, 2, 4]
        #expect(throws: OCIError.self) { try memory.read(layer) { _ in } }
        memory.blobs[layer.digest] = [1, 2]
        #expect(throws: OCIError.self) { try memory.read(layer) { _ in } }
        memory.blobs[image.digest] = Array("{}".utf8)
        #expect(throws: OCIError.self) { try memory.image(image, platform: .host) }
    }

    /// What `docker save` wrote for years: layers in directories, one of them a link to another image's.
    @Test func oldDockerArchivesAreRead() throws {
        let scratch = try Scratch()
        var config = ImageConfig(platform: .host)
        config.diffIDs = [Digest.sha256(of: [7]), Digest.sha256(of: [7])]
        let configBytes = try CanonicalJSON.encode(config)
        let hex = Digest.sha256(of: configBytes).hex
        let manifest = """
            [{"Config":"\(hex).json","RepoTags":["app:1"],"Layers":["one/layer.tar","two/layer.tar"]}]
            """
        func file(_ name: String) -> TarEntry { TarEntry(name: Array(name.utf8), kind: .file, mode: 0o644) }
        let members: [(TarEntry, [UInt8])] = [
            (file("one/layer.tar"), [7]),
            (
                TarEntry(
                    name: Array("two/layer.tar".utf8), kind: .symlink, mode: 0o777,
                    linkName: Array("../one/layer.tar".utf8)), []
            ),
            (file("./\(hex).json"), configBytes), (file("manifest.json"), Array(manifest.utf8)),
        ]
        let path = try scratch.write("old.tar", try tar(members))
        let reader = try ArchiveReader(file: path)
        let image = try reader.image(named: "docker.io/library/app:1")
        #expect(image.config == config)
        #expect(image.manifest.layers.map(\.digest) == config.diffIDs)
        for layer in image.manifest.layers { try reader.read(layer) { #expect(Array($0) == [7]) } }
        #expect(try reader.image(named: nil).descriptor == image.descriptor)
    }

    @Test func otherFilesAreRefused() throws {
        let scratch = try Scratch()
        let files: [(String, [UInt8])] = [
            ("gz", [0x1F, 0x8B, 8, 0]), ("empty", []), ("text", Array("hello".utf8)),
            ("tar", try tar([(TarEntry(name: [0x61], kind: .file, mode: 0), [])])),
            ("json", try tar([(TarEntry(name: Array("index.json".utf8), kind: .file, mode: 0), Array("{".utf8))])),
            (
                "loop",
                try tar([
                    (
                        TarEntry(
                            name: Array("index.json".utf8), kind: .symlink, mode: 0, linkName: Array("index.json".utf8)),
                        []
                    )
                ])
            ),
        ]
        for (name, bytes) in files {
            let path = try scratch.write(name, bytes)
            #expect(throws: OCIError.self, "\(name)") { try ArchiveReader(file: path) }
        }
        #expect(throws: OCIError.self) { try ArchiveReader(file: scratch.path) }
        #expect(throws: OCIError.self) { try ArchiveReader(file: scratch.path + "/none") }
        #expect(throws: OCIError.self) { try OCILayoutReader(directory: scratch.path) }
    }
}
