import Glibc
import OCI
import Testing

@Suite struct AtomicFileTests {
    private func directory() throws -> String {
        var template = Array("/tmp/whittle-atomic-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private func write(_ text: String, to path: String, commits: Bool = true) throws {
        let file = try AtomicFile(path: path)
        try FileSink(descriptor: file.descriptor, path: path).write(Array(text.utf8))
        if commits { try file.commit() }
    }

    /// The kind and the content of what is at `path`.
    private func kind(_ path: String) -> mode_t {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & S_IFMT : 0
    }

    @Test func appearsWholeOrNotAtAll() throws {
        let path = try directory() + "/file"
        try write("half", to: path, commits: false)
        #expect(kind(path) == 0)
        try write("whole", to: path)
        #expect(kind(path) == S_IFREG)
    }

    @Test func pipesAreWrittenToAndStay() throws {
        let path = try directory() + "/pipe"
        try #require(mkfifo(path, 0o600) == 0)
        let reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        defer { close(reader) }
        try write("text", to: path)
        #expect(kind(path) == S_IFIFO)
        var bytes = [UInt8](repeating: 0, count: 16)
        #expect(read(reader, &bytes, bytes.count) == 4)
        #expect(Array(bytes.prefix(4)) == Array("text".utf8))
    }

    /// A link that leads to a device, as /dev/stdout does, stays a link.
    @Test func linksToDevicesStay() throws {
        let path = try directory() + "/link"
        try #require(symlink("/dev/null", path) == 0)
        try write("text", to: path)
        #expect(kind(path) == S_IFLNK)
        #expect(kind("/dev/null") == S_IFCHR)
    }
}
