import BuildContext
import Glibc
import Testing

@testable import Builder

/// `--exclude`, `--parents`, heredocs, fetched files and archives.
struct CopyFlagTests {
    let fixture: CopyFixture

    init() throws {
        fixture = try CopyFixture()
        try fixture.write("context/a.txt", "a")
        try fixture.write("context/b.md", "b")
        try fixture.write("context/x/a.txt", "xa")
        try fixture.write("context/x/y/a.txt", "xya")
        try fixture.write("context/x/y/b.md", "xyb")
        try fixture.write("context/x/z/a.txt", "xza")
        try fixture.directory("context/x/y", mode: 0o711)
    }

    // MARK: --exclude

    @Test func excludeIsRelativeToTheSource() throws {
        try fixture.copy("x", to: "/x") { $0.excludes = ["y/a.txt", "*.txt"] }
        #expect(try fixture.rootPaths() == ["/x/", "/x/y/", "/x/y/b.md", "/x/z/", "/x/z/a.txt"])
    }

    @Test func excludeEverywhere() throws {
        try fixture.copy(".", to: "/") { $0.excludes = ["**/*.txt"] }
        #expect(try fixture.rootPaths() == ["/b.md", "/x/", "/x/y/", "/x/y/b.md", "/x/z/"])
    }

    @Test func excludedDirectoryWithException() throws {
        try fixture.copy(".", to: "/") { $0.excludes = ["x", "!x/y/b.md"] }
        #expect(try fixture.rootPaths() == ["/a.txt", "/b.md", "/x/", "/x/y/", "/x/y/b.md"])
        #expect(fixture.find("root/x/y")?.mode == 0o711)
    }

    @Test func excludeDoesNotConcernTheSourceItself() throws {
        try fixture.copy("*.txt", "b.md", to: "/d/") { $0.excludes = ["*"] }
        #expect(try fixture.rootPaths() == ["/d/", "/d/a.txt", "/d/b.md"])
    }

    @Test func badExclude() throws {
        #expect(throws: CopyError.invalidExclude(pattern: "[")) {
            try fixture.copy(".", to: "/") { $0.excludes = ["["] }
        }
        #expect(throws: CopyError.invalidExclude(pattern: "!")) {
            try fixture.copy(".", to: "/") { $0.excludes = ["!"] }
        }
    }

    // MARK: --parents

    @Test func parentsKeepThePathAndItsModes() throws {
        try fixture.copy("x/y/a.txt", "./b.md", to: "/p/") { $0.keepsParents = true }
        #expect(try fixture.rootPaths() == ["/p/", "/p/b.md", "/p/x/", "/p/x/y/", "/p/x/y/a.txt"])
        #expect(fixture.find("root/p/x/y")?.mode == 0o711)
    }

    @Test func parentsWithDirectoryAndWildcards() throws {
        try fixture.copy("x/y", to: "/d/") { $0.keepsParents = true }
        try fixture.copy("x/*/a.txt", to: "/w/") { $0.keepsParents = true }
        try fixture.copy("**/*.md", to: "/s/") { $0.keepsParents = true }
        #expect(try fixture.rootPaths("/d") == ["/d/x/", "/d/x/y/", "/d/x/y/a.txt", "/d/x/y/b.md"])
        #expect(
            try fixture.rootPaths("/w") == ["/w/x/", "/w/x/y/", "/w/x/y/a.txt", "/w/x/z/", "/w/x/z/a.txt"])
        #expect(try fixture.rootPaths("/s") == ["/s/b.md", "/s/x/", "/s/x/y/", "/s/x/y/b.md"])
    }

    @Test func pivot() throws {
        try fixture.copy("x/./y/*.txt", to: "/p/") { $0.keepsParents = true }
        // In front of the pivot only directories count, so b.md is not taken.
        try fixture.copy("*/./y/*.txt", to: "/w/") { $0.keepsParents = true }
        #expect(try fixture.rootPaths("/w") == ["/w/y/", "/w/y/a.txt"])
        try fixture.copy("./x/./z", to: "/q/") { $0.keepsParents = true }
        // A pivot with nothing behind it finds nothing in a context, as in Docker.
        #expect(throws: CopyError.sourceNotFound(source: "x/./", path: "/x")) {
            try fixture.copy("x/./", to: "/r/") { $0.keepsParents = true }
        }
        #expect(try fixture.rootPaths("/p") == ["/p/y/", "/p/y/a.txt"])
        #expect(try fixture.rootPaths("/q") == ["/q/z/", "/q/z/a.txt"])
    }

    @Test func missingParentsSourceFails() throws {
        for source in ["x/nope", "nope/./a.txt", "x/./nope"] {
            #expect(throws: CopyError.self) { try fixture.copy(source, to: "/p/") { $0.keepsParents = true } }
        }
        // With a wildcard, nothing need be there.
        try fixture.copy("x/*.nope", to: "/p/") { $0.keepsParents = true }
        #expect(try fixture.rootPaths() == ["/p/"])
    }

    @Test func parentsDoNotFollowLinks() throws {
        try fixture.link("context/link", to: "x")
        #expect(throws: CopyError.self) { try fixture.copy("link/a.txt", to: "/p/") { $0.keepsParents = true } }
        try fixture.copy("link", to: "/p/") { $0.keepsParents = true }
        #expect(fixture.target("root/p/link") == "x")
        // The part before the pivot is a source like any other.
        try fixture.copy("link/./a.txt", to: "/q/") { $0.keepsParents = true }
        #expect(fixture.read("root/q/a.txt") == "xa")
    }

    @Test func parentsWithIgnoredFilesAndExcludes() throws {
        fixture.ignore = ["x/y"]
        #expect(throws: CopyError.self) { try fixture.copy("x/y/a.txt", to: "/p/") { $0.keepsParents = true } }
        try fixture.copy("x", to: "/p/") {
            $0.keepsParents = true
            $0.excludes = ["x/z"]
        }
        #expect(try fixture.rootPaths() == ["/p/", "/p/x/", "/p/x/a.txt"])
    }

    @Test func existingDirectoryOnTheWayTakesTheSourcesMode() throws {
        try fixture.directory("root/p/x/y", mode: 0o700)
        try fixture.copy("x/y/a.txt", to: "/p/") { $0.keepsParents = true }
        #expect(fixture.find("root/p/x/y")?.mode == 0o711)
    }

    // MARK: other sources

    @Test func heredocs() throws {
        let script = CopySource.inlineFile(name: "script", data: Array("#!/bin/sh\n".utf8))
        try fixture.copy([try fixture.fromContext("a.txt"), script], to: "/d/")
        #expect(try fixture.rootPaths() == ["/d/", "/d/a.txt", "/d/script"])
        #expect(fixture.find("root/d/script")?.mode == 0o644)
        #expect(fixture.find("root/d/script")?.time == 1_600_000_000)
        try fixture.copy([script], to: "/bin/run") { $0.chmod = .absolute(0o755) }
        #expect(fixture.find("root/bin/run")?.mode == 0o755)
        #expect(fixture.read("root/bin/run") == "#!/bin/sh\n")
    }

    @Test func fetchedFile() throws {
        try fixture.write("download", "got", mode: 0o644)
        func fetched(_ modified: FileTime?) -> CopySource {
            .download(url: "http://h/f.txt", name: "f.txt", file: fixture.base + "/download", modified: modified)
        }
        try fixture.copy([fetched(FileTime(seconds: 1_234_567_890))], to: "/d/") { $0.isAdd = true }
        #expect(fixture.read("root/d/f.txt") == "got")
        #expect(fixture.find("root/d/f.txt")?.mode == 0o600)
        #expect(fixture.find("root/d/f.txt")?.time == 1_234_567_890)
        try fixture.copy([fetched(nil)], to: "/e") {
            $0.isAdd = true
            $0.chmod = try ModeChange(parsing: "a+r")
        }
        #expect(fixture.find("root/e")?.mode == 0o644)
        #expect(fixture.find("root/e")?.time == 1_600_000_000)
    }

    @Test func gitCheckout() throws {
        try fixture.write("git/src/main.c", mode: 0o640)
        try fixture.directory("git", mode: 0o750)
        let checkout = CopySource.gitCheckout(url: "https://h/r.git", directory: fixture.base + "/git")
        try fixture.copy([checkout], to: "/new") { $0.isAdd = true }
        #expect(fixture.find("root/new")?.mode == 0o750)
        #expect(fixture.find("root/new/src/main.c")?.mode == 0o640)
        #expect(fixture.find("root/new/src/main.c")?.time == 1_600_000_000)
        try fixture.directory("root/old")
        try fixture.copy([checkout], to: "/old") { $0.isAdd = true }
        #expect(fixture.find("root/old")?.mode == 0o755)
        #expect(fixture.find("root/old/src") != nil)
    }

    @Test func checksumOnALocalSource() throws {
        #expect(throws: CopyError.checksumOnLocalSource(source: "a.txt")) {
            try fixture.copy("a.txt", to: "/x") { $0.checksum = "sha256:00" }
        }
    }

    // MARK: archives

    /// An archive with one file.
    private func archive(_ name: String, _ text: String) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int) {
            header.replaceSubrange(offset..<(offset + text.utf8.count), with: text.utf8)
        }
        put(name, at: 0)
        put("0000640", at: 100)
        let id = { (id: UInt32) in "0000000".dropLast(String(id, radix: 8).count) + String(id, radix: 8) }
        put(String(id(getuid())), at: 108)
        put(String(id(getgid())), at: 116)
        put("0000000000" + String(text.utf8.count, radix: 8), at: 124)
        put("10000000000", at: 136)
        put("        0ustar\u{0}00", at: 148)
        put(String(header.reduce(0) { $0 + Int($1) }, radix: 8) + "\u{0} ", at: 148)
        return header + text.utf8 + [UInt8](repeating: 0, count: 512 - text.utf8.count % 512 + 1024)
    }

    @Test func addExtractsLocalArchives() throws {
        try fixture.write("context/one.tar", bytes: archive("f", "one"))
        try fixture.write("context/two.tar", bytes: archive("g", "two"))
        // --chmod says nothing about archives.
        try fixture.copy("*.tar", "a.txt", to: "/d") {
            $0.isAdd = true
            $0.chmod = .absolute(0o600)
        }
        #expect(try fixture.rootPaths() == ["/d/", "/d/a.txt", "/d/f", "/d/g"])
        #expect(fixture.read("root/d/f") == "one")
        #expect(fixture.find("root/d/f")?.mode == 0o640)
        #expect(fixture.find("root/d")?.mode == 0o755)
        #expect(fixture.find("root/d/a.txt")?.mode == 0o600)
    }

    @Test func archivesThatStayAsTheyAre() throws {
        try fixture.write("context/d/one.tar", bytes: archive("f", "one"))
        try fixture.write("context/broken.tar", "not an archive")
        try fixture.copy("d", "broken.tar", to: "/add/") { $0.isAdd = true }
        try fixture.copy("d/one.tar", to: "/kept/") {
            $0.isAdd = true
            $0.unpack = false
        }
        try fixture.copy("d/one.tar", to: "/copy/")
        #expect(
            try fixture.rootPaths() == [
                "/add/", "/add/broken.tar", "/add/one.tar", "/copy/", "/copy/one.tar", "/kept/", "/kept/one.tar",
            ])
    }

    @Test func fetchedArchivesAreExtractedOnRequest() throws {
        try fixture.write("download", bytes: archive("f", "one"))
        let fetched = CopySource.download(
            url: "http://h/a.tar", name: "a.tar", file: fixture.base + "/download", modified: nil)
        try fixture.copy([fetched], to: "/file/") { $0.isAdd = true }
        try fixture.copy([fetched], to: "/tree/") {
            $0.isAdd = true
            $0.unpack = true
        }
        #expect(try fixture.rootPaths() == ["/file/", "/file/a.tar", "/tree/", "/tree/f"])
    }
}
