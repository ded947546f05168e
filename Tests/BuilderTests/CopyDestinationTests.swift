import Glibc
import Testing

@testable import Builder

/// Where copies land, and what becomes of what is there.
struct CopyDestinationTests {
    let fixture: CopyFixture

    init() throws {
        fixture = try CopyFixture()
        try fixture.write("context/a.txt", "a")
        try fixture.write("context/b.txt", "b")
        try fixture.write("context/sub/c.txt", "c", time: 1_000_000_000)
        try fixture.directory("context/sub", mode: 0o700, time: 1_111_111_111)
    }

    @Test func fileToNewName() throws {
        try fixture.copy("a.txt", to: "/x/y/z")
        #expect(try fixture.rootPaths() == ["/x/", "/x/y/", "/x/y/z"])
    }

    @Test(arguments: ["/x/", "/x/.", "x/", "./x/"])
    func fileIntoNewDirectory(destination: String) throws {
        try fixture.copy("a.txt", to: destination)
        #expect(try fixture.rootPaths() == ["/x/", "/x/a.txt"])
    }

    @Test func fileIntoExistingDirectory() throws {
        try fixture.write("root/x/keep")
        try fixture.copy("a.txt", to: "/x")
        #expect(try fixture.rootPaths() == ["/x/", "/x/a.txt", "/x/keep"])
    }

    @Test func relativeDestination() throws {
        try fixture.copy("a.txt", to: ".") { $0.workingDirectory = "/w/x" }
        try fixture.copy("a.txt", to: "") { $0.workingDirectory = "/v" }
        try fixture.copy("a.txt", to: "../up") { $0.workingDirectory = "/w/x" }
        try fixture.copy("a.txt", to: "../../../out") { $0.workingDirectory = "/w/x" }
        #expect(try fixture.rootPaths() == ["/out", "/v/", "/v/a.txt", "/w/", "/w/up", "/w/x/", "/w/x/a.txt"])
    }

    @Test func directoryContentsGoIntoTheDestination() throws {
        try fixture.copy("sub", to: "/x")
        #expect(try fixture.rootPaths() == ["/x/", "/x/c.txt"])
        // The destination itself is the instruction's, but it takes the time of the source.
        #expect(fixture.find("root/x")?.mode == 0o755)
        #expect(fixture.find("root/x")?.time == 1_111_111_111)
    }

    @Test func existingDestinationKeepsItsMode() throws {
        try fixture.write("root/x/c.txt", "old", mode: 0o600)
        try fixture.write("root/x/keep")
        try fixture.directory("root/x", mode: 0o711)
        try fixture.copy("sub", to: "/x")
        #expect(fixture.find("root/x")?.mode == 0o711)
        #expect(fixture.read("root/x/c.txt") == "c")
        #expect(fixture.find("root/x/c.txt")?.mode == 0o644)
        #expect(fixture.read("root/x/keep") == "x")
    }

    @Test func existingNestedDirectoryTakesTheSourcesMode() throws {
        try fixture.directory("root/x/sub", mode: 0o755)
        try fixture.copy(".", to: "/x")
        #expect(fixture.find("root/x/sub")?.mode == 0o700)
        #expect(fixture.find("root/x/sub")?.time == 1_111_111_111)
    }

    @Test func lastOfSeveralFilesToOneNameWins() throws {
        try fixture.copy("a.txt", "b.txt", to: "/x")
        #expect(fixture.read("root/x") == "b")
    }

    @Test func severalDirectoriesAreMerged() throws {
        try fixture.write("context/other/d.txt")
        try fixture.copy("sub", "other", to: "/x")
        #expect(try fixture.rootPaths() == ["/x/", "/x/c.txt", "/x/d.txt"])
    }

    @Test func directoryOverFile() throws {
        try fixture.write("root/x")
        #expect(throws: CopyError.directoryOverFile(source: "sub", path: "/x")) { try fixture.copy("sub", to: "/x") }
        #expect(throws: CopyError.notADirectory(path: "/x")) { try fixture.copy("sub", to: "/x/") }
        try fixture.write("root/y/sub")
        #expect(throws: CopyError.directoryOverFile(source: ".", path: "/y/sub")) { try fixture.copy(".", to: "/y") }
    }

    @Test func nestedDirectoryOverALinkToADirectory() throws {
        try fixture.directory("root/real")
        try fixture.link("root/y/sub", to: "/real")
        #expect(throws: CopyError.directoryOverFile(source: ".", path: "/y/sub")) { try fixture.copy(".", to: "/y") }
    }

    @Test func fileOverDirectory() throws {
        try fixture.directory("root/a.txt")
        #expect(throws: CopyError.fileOverDirectory(source: "a.txt", path: "/a.txt")) {
            try fixture.copy("a.txt", to: "/")
        }
        try fixture.directory("root/y/c.txt")
        #expect(throws: CopyError.fileOverDirectory(source: "sub", path: "/y/c.txt")) {
            try fixture.copy("sub", to: "/y")
        }
    }

    @Test func componentOfTheDestinationIsAFile() throws {
        try fixture.write("root/f")
        #expect(throws: CopyError.notADirectory(path: "/f")) { try fixture.copy("a.txt", to: "/f/x") }
        #expect(throws: CopyError.notADirectory(path: "/f")) { try fixture.copy("a.txt", to: "/f/") }
    }

    @Test func linkToAFileIsWrittenThrough() throws {
        try fixture.write("root/target", "old")
        try fixture.link("root/link", to: "target")
        try fixture.copy("a.txt", to: "/link")
        #expect(fixture.target("root/link") == "target")
        #expect(fixture.read("root/target") == "a")
    }

    @Test func danglingLinkIsWrittenThrough() throws {
        try fixture.link("root/link", to: "/new/target")
        try fixture.copy("a.txt", to: "/link")
        #expect(try fixture.rootPaths() == ["/link", "/new/", "/new/target"])
    }

    @Test func linkToADirectoryIsFollowed() throws {
        try fixture.directory("root/real")
        try fixture.link("root/alias", to: "real")
        try fixture.copy("a.txt", to: "/alias/")
        try fixture.copy("sub", to: "/alias")
        try fixture.copy("b.txt", to: "/alias")
        #expect(try fixture.rootPaths("/real") == ["/real/a.txt", "/real/b.txt", "/real/c.txt"])
        #expect(fixture.target("root/alias") == "real")
    }

    @Test func linkInTheDirectoryIsReplaced() throws {
        try fixture.write("root/target", "old")
        try fixture.link("root/d/a.txt", to: "/target")
        try fixture.copy("a.txt", to: "/d/")
        #expect(fixture.read("root/d/a.txt") == "a")
        #expect(fixture.read("root/target") == "old")
    }

    @Test(arguments: ["/etc-link", "/up", "/circular"])
    func linksStayInsideTheRoot(directory: String) throws {
        // Outside of the fixture others may have files, so its name is nobody else's.
        let name = "whittle-escaped-\(getpid())"
        let destination = "\(directory)/\(name)"
        try fixture.link("root/etc-link", to: fixture.base)
        try fixture.link("root/up", to: "../../../../..")
        try fixture.link("root/circular", to: "circular")
        if destination.hasPrefix("/circular") {
            #expect(throws: CopyError.tooManyLinks(path: "/circular")) { try fixture.copy("a.txt", to: destination) }
        } else {
            try fixture.copy("a.txt", to: destination)
        }
        #expect(fixture.find(name) == nil)
        #expect(fixture.find("../\(name)") == nil)
    }

    @Test func parentOfALinkIsTakenFromTheText() throws {
        try fixture.link("root/link", to: "/far/away")
        try fixture.copy("a.txt", to: "/link/..")
        #expect(fixture.read("root/a.txt") == "a")
    }

    @Test func timesOfWhatHasNoSource() throws {
        try fixture.directory("root/old", time: 1_200_000_000)
        try fixture.copy("a.txt", to: "/new/dir/")
        try fixture.copy("a.txt", to: "/old/")
        for path in ["root/new", "root/new/dir", "root/old"] {
            #expect(fixture.find(path)?.time == 1_600_000_000, "\(path)")
        }
    }

    @Test func cancellation() throws {
        let selection = try fixture.select([fixture.fromContext(".")], to: "/x/")
        let engine = CopyEngine(ownerDatabase: nil, newFileTime: nil, isCancelled: { true })
        #expect(throws: CopyError.cancelled) { try engine.copy(selection, into: fixture.root) }
    }
}
