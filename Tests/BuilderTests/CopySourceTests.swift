import Glibc
import Testing

@testable import Builder

/// What a source selects.
struct CopySourceTests {
    let fixture: CopyFixture

    init() throws {
        fixture = try CopyFixture()
        try fixture.write("context/a.txt", "a")
        try fixture.write("context/b.txt", "b")
        try fixture.write("context/.hidden", "h")
        try fixture.write("context/sub/c.txt", "c")
        try fixture.write("context/sub/deep/d.txt", "d")
    }

    @Test func missingSourceFailsAndIsNamed() throws {
        #expect(throws: CopyError.sourceNotFound(source: "nope", path: "/nope")) { try fixture.copy("nope", to: "/x/") }
        // Nothing has been copied when a later source is missing.
        #expect(throws: CopyError.self) { try fixture.copy("a.txt", "nope", to: "/x/") }
        #expect(try fixture.rootPaths() == [])
    }

    @Test func missingSourceThroughAFile() throws {
        #expect(throws: CopyError.sourceNotFound(source: "a.txt/x", path: "/a.txt")) {
            try fixture.copy("a.txt/x", to: "/x/")
        }
    }

    @Test func wildcardWithoutMatchDoesNothing() throws {
        try fixture.copy("nope*", to: "/x/")
        #expect(try fixture.rootPaths() == [])
        #expect(try fixture.select([fixture.fromContext("nope*")]).isEmpty)
    }

    @Test func directoryBeforeAWildcardMustExist() throws {
        #expect(throws: CopyError.sourceNotFound(source: "nope/*.txt", path: "/nope")) {
            try fixture.copy("nope/*.txt", to: "/x/")
        }
        try fixture.copy("a.txt/*", to: "/x/")
        #expect(try fixture.rootPaths() == [])
    }

    @Test func wildcards() throws {
        try fixture.copy("?.txt", to: "/one/")
        try fixture.copy("[^a].txt", to: "/class/")
        try fixture.copy("*/*.txt", to: "/below/")
        try fixture.copy("*", to: "/all/")
        #expect(
            try fixture.rootPaths() == [
                "/all/", "/all/.hidden", "/all/a.txt", "/all/b.txt", "/all/c.txt", "/all/deep/", "/all/deep/d.txt",
                "/below/", "/below/c.txt", "/class/", "/class/b.txt", "/one/", "/one/a.txt", "/one/b.txt",
            ])
    }

    @Test func classMayMatchASlash() throws {
        try fixture.copy("sub[^x]c.txt", to: "/x/")
        #expect(try fixture.rootPaths() == ["/x/", "/x/c.txt"])
    }

    @Test func malformedPattern() throws {
        #expect(throws: CopyError.invalidPattern(source: "[a")) { try fixture.copy("[a", to: "/x/") }
    }

    @Test(arguments: ["", ".", "/", "./", "sub/.."])
    func namesOfTheRoot(source: String) throws {
        try fixture.copy(source, to: "/x")
        #expect(fixture.read("root/x/sub/deep/d.txt") == "d")
    }

    @Test func parentOfTheRootIsTheRoot() throws {
        try fixture.copy("../../a.txt", to: "/x")
        #expect(fixture.read("root/x") == "a")
    }

    @Test func trailingSlashOfAFileIsIgnored() throws {
        try fixture.copy("a.txt/", to: "/x")
        #expect(fixture.read("root/x") == "a")
    }

    @Test func symbolicLinkAsSourceIsFollowed() throws {
        try fixture.link("context/file", to: "a.txt")
        try fixture.link("context/directory", to: "/sub")
        try fixture.copy("file", "directory", "directory/deep", to: "/x/")
        #expect(try fixture.rootPaths() == ["/x/", "/x/c.txt", "/x/d.txt", "/x/deep/", "/x/deep/d.txt", "/x/file"])
        #expect(fixture.read("root/x/file") == "a")
    }

    @Test func matchedLinkIsFollowedAndMustLeadSomewhere() throws {
        try fixture.link("context/l1", to: "a.txt")
        try fixture.copy("l*", to: "/x/")
        #expect(fixture.read("root/x/l1") == "a")
        try fixture.link("context/l2", to: "nowhere")
        #expect(throws: CopyError.sourceNotFound(source: "l*", path: "/l2")) { try fixture.copy("l*", to: "/x/") }
    }

    @Test func symbolicLinksBelowTheSourceAreCopied() throws {
        try fixture.link("context/sub/absolute", to: "/etc/passwd")
        try fixture.link("context/sub/dangling", to: "nowhere")
        try fixture.link("context/sub/directory", to: "deep")
        try fixture.copy("sub", to: "/x")
        #expect(fixture.target("root/x/absolute") == "/etc/passwd")
        #expect(fixture.target("root/x/dangling") == "nowhere")
        #expect(fixture.target("root/x/directory") == "deep")
    }

    @Test func linksDoNotLeaveTheContext() throws {
        try fixture.link("context/etc", to: "/etc")
        try fixture.link("context/up", to: "../../../../../../etc")
        #expect(throws: CopyError.self) { try fixture.copy("etc/passwd", to: "/x") }
        #expect(throws: CopyError.self) { try fixture.copy("up/passwd", to: "/x") }
        try fixture.link("context/circle", to: "circle")
        #expect(throws: CopyError.tooManyLinks(path: "/circle")) { try fixture.copy("circle", to: "/x") }
    }

    @Test func ignoredFilesDoNotExist() throws {
        fixture.ignore = ["a.txt", "sub/deep"]
        #expect(throws: CopyError.sourceNotFound(source: "a.txt", path: "/a.txt")) {
            try fixture.copy("a.txt", to: "/x")
        }
        #expect(throws: CopyError.self) { try fixture.copy("sub/deep/d.txt", to: "/x") }
        try fixture.link("context/link", to: "a.txt")
        #expect(throws: CopyError.self) { try fixture.copy("link", to: "/x") }
        try fixture.copy("*.txt", to: "/w/")
        try fixture.copy(".", to: "/d/")
        #expect(
            try fixture.rootPaths() == [
                "/d/", "/d/.hidden", "/d/b.txt", "/d/link", "/d/sub/", "/d/sub/c.txt", "/w/", "/w/b.txt",
            ])
    }

    @Test func ignoredLinkIsNotFollowed() throws {
        try fixture.link("context/link", to: "sub")
        fixture.ignore = ["link"]
        #expect(throws: CopyError.self) { try fixture.copy("link/c.txt", to: "/x") }
    }

    @Test func directoryIsThereWhenSomethingInItIsTakenBackIn() throws {
        try fixture.directory("context/sub", mode: 0o711)
        fixture.ignore = ["**", "!sub/deep/d.txt"]
        try fixture.copy(".", to: "/all/")
        try fixture.copy("sub", to: "/sub")
        try fixture.copy("*", to: "/star/")
        #expect(
            try fixture.rootPaths() == [
                "/all/", "/all/sub/", "/all/sub/deep/", "/all/sub/deep/d.txt", "/star/", "/star/deep/",
                "/star/deep/d.txt", "/sub/", "/sub/deep/", "/sub/deep/d.txt",
            ])
        #expect(fixture.find("root/all/sub")?.mode == 0o711)
        fixture.ignore = ["**", "!sub/other"]
        #expect(throws: CopyError.sourceNotFound(source: "sub", path: "/sub")) { try fixture.copy("sub", to: "/x") }
    }

    @Test func namesNeedNotBeUTF8() throws {
        let name: [CChar] = Array(fixture.context.utf8CString.dropLast()) + [0x2F, -1, 0x0A, 0x61, 0]
        close(Glibc.open(name, O_CREAT | O_WRONLY, 0o644))
        try fixture.copy(".", to: "/x/")
        let copied: [CChar] = Array((fixture.root + "/x").utf8CString.dropLast()) + [0x2F, -1, 0x0A, 0x61, 0]
        #expect(Glibc.access(copied, F_OK) == 0)
        try fixture.copy("?\na", to: "/y/")
        #expect(try fixture.rootPaths("/y").count == 1)
    }
}
