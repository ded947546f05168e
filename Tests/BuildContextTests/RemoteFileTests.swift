import Crypto
import FoundationEssentials
import Glibc
import Testing

@testable import BuildContext

@Suite struct RemoteFileTests {
    let scratch: ScratchDirectory
    let server: FileServer
    let target: String

    init() throws {
        scratch = try ScratchDirectory()
        try scratch.makeDirectory("www")
        server = try FileServer(root: scratch.path + "/www")
        target = scratch.path + "/target"
    }

    func download(_ path: String, checksum: String? = nil) async throws -> RemoteFile.Download {
        let checksum = try checksum.map { try Checksum(parsing: $0) }
        let outcome = try await RemoteFile.fetch(server.url + path, checksum: checksum, to: target)
        guard case .downloaded(let download) = outcome else { throw POSIXFailure(code: 0) }
        return download
    }

    func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test func fileWithHeaders() async throws {
        let file = try await download("/etag")
        #expect(file.size == 5 && file.modified == FileTime(seconds: 784_111_777))
        #expect(file.digest.hex == hex(SHA256.hash(data: Data("hello".utf8))))
        #expect(file.validators.etag == "\"tag\"")
        var status = stat()
        #expect(stat(target, &status) == 0)
        #expect(status.st_mode & 0o7777 == 0o600 && status.st_mtim.tv_sec == 784_111_777)
        let again = try await RemoteFile.fetch(server.url + "/etag", to: target + "2", validators: file.validators)
        guard case .unchanged = again else { throw POSIXFailure(code: 0) }
        #expect(access(target + "2", F_OK) != 0)
    }

    @Test func checksums() async throws {
        let data = Data("hello".utf8)
        for sum in [
            "sha256:" + hex(SHA256.hash(data: data)), "sha384:" + hex(SHA384.hash(data: data)),
            "sha512:" + hex(SHA512.hash(data: data)),
        ] {
            #expect(try await download("/moved", checksum: sum).size == 5)
        }
        let wrong = "sha512:" + String(repeating: "0", count: 128)
        let error = await #expect(throws: BuildContextError.self) { try await download("/etag", checksum: wrong) }
        #expect(error?.description.contains("digest mismatch") == true)
        #expect(access(target, F_OK) != 0)
    }

    @Test func largeFile() async throws {
        var bytes = [UInt8](repeating: 0, count: 9_000_000)
        var random = SeededGenerator(seed: 3)
        for index in bytes.indices { bytes[index] = UInt8.random(in: 0...255, using: &random) }
        try Data(bytes).write(to: URL(filePath: scratch.path + "/www/large"))
        let file = try await download("/large")
        #expect(file.size == 9_000_000)
        #expect(file.digest.hex == hex(SHA256.hash(data: bytes)))
    }

    @Test(arguments: [
        ("/none", "404"), ("/status/500", "500"), ("/auth", "401"), ("/circle", "circle"), ("/broken", ""),
    ])
    func failures(path: String, text: String) async throws {
        let url = server.url.replacing("http://", with: "http://me:hidden@") + path
        let error = await #expect(throws: BuildContextError.self) { try await RemoteFile.fetch(url, to: target) }
        let description = error?.description ?? ""
        #expect(description.contains(text) && !description.contains("hidden"), "\(description)")
        #expect(access(target, F_OK) != 0)
    }

    @Test func credentials() async throws {
        let url = server.url.replacing("http://", with: "http://user:pa%20ss@") + "/auth"
        guard case .downloaded(let file) = try await RemoteFile.fetch(url, to: target) else {
            throw POSIXFailure(code: 0)
        }
        #expect(file.size == 6)
    }

    @Test func unreachable() async throws {
        let error = await #expect(throws: BuildContextError.self) {
            try await RemoteFile.fetch("http://127.0.0.1:1/x", to: target)
        }
        #expect(error == .unreachable(url: "http://127.0.0.1:1/x", reason: "connection refused"))
        for bad in ["http://", "ftp://x/y", "x"] {
            await #expect(throws: BuildContextError.badURL(url: bad)) { try await RemoteFile.fetch(bad, to: target) }
        }
    }

    @Test func contexts() async throws {
        try scratch.write("src/Dockerfile", "FROM scratch\n")
        try run(["tar", "-C", scratch.path + "/src", "-czf", scratch.path + "/www/c.tgz", "."])
        try scratch.write("www/Dockerfile", "FROM scratch\n")
        try scratch.makeDirectory("one")
        try scratch.makeDirectory("two")
        let archive = try await ContextSource.open(.remote(url: server.url + "/c.tgz"), scratch: scratch.path + "/one")
        #expect(archive.dockerfile == nil)
        #expect(access(archive.directory + "/Dockerfile", F_OK) == 0)
        let plain = try await ContextSource.open(
            .remote(url: server.url + "/Dockerfile"), scratch: scratch.path + "/two")
        #expect(plain.dockerfile == Array("FROM scratch\n".utf8))
        #expect(access(plain.directory + "/context", F_OK) == 0)
    }
}
