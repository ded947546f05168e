// A libFuzzer target for all that reads images: tars, compressed layers, their documents, archives, and what becomes of
// layers put on top of each other. `scripts/fuzz run image` builds and runs it.

import Analysis
import Glibc
import LayerFormat
import OCI

/// Runs one input. The first byte selects what is fuzzed, so that one corpus serves all.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzImage(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    let bytes = [UInt8](UnsafeBufferPointer(start: data, count: size))
    guard let selector = bytes.first else { return 0 }
    let input = Array(bytes.dropFirst())
    do {
        switch selector % 8 {
        case 0: try fuzzTar(input)
        case 1: try fuzzDocument(input)
        case 2: try fuzzCompression(input)
        case 3: try fuzzLayers(input)
        case 4: try fuzzArchive(input)
        case 5: try fuzzUnpacking(input)
        case 6: try fuzzNames(String(decoding: input, as: UTF8.self))
        default: try fuzzRepacked(input)
        }
    } catch {
        precondition(!"\(error)".isEmpty, "an error without a message")
    }
    return 0
}

/// No more than this is read of what becomes long.
private let contentLimit = 8 << 20

private func fuzzTar(_ input: [UInt8]) throws {
    var reader = TarReader(MemorySource(input))
    while let entry = try reader.next() {
        precondition(entry.size >= 0, "a negative size")
        precondition(reader.contentOffset <= input.count, "content beyond the end")
        var end: Int64 = 0
        try reader.readContent { offset, bytes in
            precondition(offset >= end, "content goes back")
            end = offset + Int64(bytes.count)
        }
        precondition(end <= entry.size, "more content than the size says")
    }
}

/// What can be written can be read, and is the same.
private func fuzzRepacked(_ input: [UInt8]) throws {
    var reader = TarReader(MemorySource(input))
    let sink = MemorySink()
    var writer = TarWriter(sink)
    var entries: [TarEntry] = []
    while let entry = try reader.next() {
        guard entry.kind == .file else {
            do { try writer.begin(entry) } catch { continue }
            entries.append(entry)
            continue
        }
        let content = try reader.readAll(of: entry, limit: 1 << 20)
        do { try writer.add(entry, content: content) } catch { continue }
        entries.append(entry)
    }
    try writer.finish()
    var again = TarReader(MemorySource(sink.bytes))
    var count = 0
    while let entry = next(&again) {
        precondition(entry.kind == entries[count].kind, "another kind of file than was written")
        precondition(entry.size == entries[count].size || entry.kind != .file, "another size than was written")
        precondition(entry.attributes == entries[count].attributes, "other attributes than were written")
        count += 1
    }
    precondition(count == entries.count, "members are lost")
}

/// What the writer wrote can be read.
private func next(_ reader: inout TarReader) -> TarEntry? {
    do { return try reader.next() } catch { preconditionFailure("\(error)") }
}

private func fuzzDocument(_ input: [UInt8]) throws {
    func same<T: Codable & Equatable>(_ type: T.Type) {
        guard let value = try? CanonicalJSON.decode(type, from: input, what: "it"),
            let bytes = try? CanonicalJSON.encode(value)
        else { return }
        precondition(
            (try? CanonicalJSON.decode(type, from: bytes, what: "it")) == value, "\(type) does not come back")
    }
    same(Index.self)
    same(Manifest.self)
    same(ImageConfig.self)
    same(JSONValue.self)
    if let config = try? CanonicalJSON.decode(ImageConfig.self, from: input, what: "it") {
        let attribution = ImageAttribution(config: config)
        precondition(attribution.layers.count == config.diffIDs.count, "layers are lost")
    }
    let manifest = try CanonicalJSON.decode(Manifest.self, from: input, what: "manifest")
    _ = manifest
}

private func fuzzCompression(_ input: [UInt8]) throws {
    let source = try decompressing(MemorySource(input))
    var count = 0
    while count < contentLimit {
        let span = try source.read(upTo: 64 << 10)
        if span.isEmpty { return }
        count += span.count
    }
}

/// Two layers on top of each other: every byte is somebody's.
private func fuzzLayers(_ input: [UInt8]) throws {
    let middle = (input.count / 1024) * 512
    var builder = LedgerBuilder()
    for (number, part) in [input[..<middle], input[middle...]].enumerated() {
        let collector = LedgerCollector()
        let walked = try walkLayer(Blob(Array(part)), expecting: nil, name: "layer", visitors: [collector])
        builder.add(
            collector.finish(walked), compressedSize: Int64(part.count),
            origin: LayerAttribution(index: number, diffID: walked.diffID))
    }
    let ledger = builder.ledger()
    let sum = ledger.versions.reduce(Int64(0)) { $0 + $1.stored } + ledger.layers.reduce(0) { $0 + $1.trailer }
    precondition(sum == ledger.size, "bytes are nobody's, or counted twice")
    precondition((0...1).contains(ledger.efficiency), "an efficiency of \(ledger.efficiency)")
    precondition(ledger.wastedBytes <= ledger.size, "more waste than there is")
    _ = ByteTree(ledger)
    for version in ledger.versions { _ = ledger.path(of: version) }
}

private func fuzzArchive(_ input: [UInt8]) throws {
    let path = "\(workplace)/archive"
    let descriptor = open(path, O_CREAT | O_RDWR | O_TRUNC, 0o600)
    unlink(path)
    precondition(descriptor >= 0 && write(descriptor, input, input.count) == input.count)
    let archive = try ArchiveReader(taking: descriptor, path: "archive")
    for descriptor in archive.index.manifests.prefix(16) {
        let image = try archive.image(descriptor, platform: .host)
        for layer in image.manifest.layers.prefix(16) { try archive.read(layer) { _ in } }
    }
    _ = try archive.image(named: String?.none)
}

/// A directory that layers are unpacked into, and a file beside it that none of them may touch.
private let workplace: String = {
    var template = Array("/dev/shm/image-fuzz-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { preconditionFailure("no directory to unpack into") }
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    precondition(close(open("\(path)/canary", O_CREAT | O_WRONLY, 0o600)) == 0)
    return path
}()

private func fuzzUnpacking(_ input: [UInt8]) throws {
    let root = "\(workplace)/root"
    precondition(mkdir(root, 0o755) == 0)
    defer {
        remove(PathBytes(root.utf8))
        var status = stat()
        precondition(stat("\(workplace)/canary", &status) == 0, "the canary is gone")
        precondition(status.st_size == 0 && status.st_mode & 0o777 == 0o600, "the canary was changed")
        precondition(names(in: PathBytes(workplace.utf8)) == [PathBytes("canary".utf8)], "files beside the root")
    }
    _ = try applyLayer(from: MemorySource(input), into: root)
}

/// Names are any bytes, which a String is not.
private func names(in directory: PathBytes) -> [PathBytes] {
    guard
        let handle = (directory + [0]).withUnsafeBufferPointer({ path in
            path.withMemoryRebound(to: CChar.self) { $0.baseAddress.flatMap { opendir($0) } }
        })
    else { return [] }
    defer { closedir(handle) }
    var names: [PathBytes] = []
    while let entry = readdir(handle) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
        if name != [0x2E], name != [0x2E, 0x2E] { names.append(name) }
    }
    return names
}

/// Removes a tree whose paths may be longer than the system takes: from the directory that one is in.
private func remove(_ name: PathBytes, in directory: Int32 = AT_FDCWD) {
    (name + [0]).withUnsafeBufferPointer { bytes in
        bytes.withMemoryRebound(to: CChar.self) { path in
            guard let path = path.baseAddress, unlinkat(directory, path, 0) != 0 else { return }
            let opened = openat(directory, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
            if opened >= 0 {
                for name in names(in: PathBytes("/proc/self/fd/\(opened)".utf8)) { remove(name, in: opened) }
                close(opened)
            }
            unlinkat(directory, path, AT_REMOVEDIR)
        }
    }
}

private func fuzzNames(_ text: String) throws {
    if let reference = try? Reference(parsing: text) {
        precondition((try? Reference(parsing: reference.description)) == reference, "\(reference) does not come back")
    }
    if let platform = try? Platform(parsing: text) { _ = platform.description }
    if let digest = try? Digest(parsing: text) { precondition(digest.description == text) }
    _ = try ImageName(parsing: text)
}
