import Glibc
import Testing

@testable import Sandbox

struct UserLookupTests {
    private let root = TemporaryDirectory()

    init() {
        root.file(
            "etc/passwd",
            """
            # comment
            root:x:0:0:root:/root:/bin/sh
            damaged:x:abc:0::/:/bin/sh
             app:x:1000:1001:App:/home/app:/bin/sh
            app:x:7:7::/second:/bin/sh
            short:x:8
            1337:x:9:9::/nine:

            """)
        root.file("etc/group", "root:x:0:root\nusers:x:100:app,other\nwheel:x:10:app\nempty:x:11:\nbad\n")
    }

    @Test(arguments: [
        ("", ContainerUser(uid: 0, gid: 0, additionalGroups: [0], home: "/root")),
        ("root", ContainerUser(uid: 0, gid: 0, additionalGroups: [0], home: "/root")),
        ("app", ContainerUser(uid: 1000, gid: 1001, additionalGroups: [100, 10], home: "/home/app")),
        ("1000", ContainerUser(uid: 1000, gid: 1001, additionalGroups: [100, 10], home: "/home/app")),
        ("app:users", ContainerUser(uid: 1000, gid: 100, home: "/home/app")),
        ("app:0", ContainerUser(uid: 1000, gid: 0, home: "/home/app")),
        ("12:34", ContainerUser(uid: 12, gid: 34)),
        ("55", ContainerUser(uid: 55, gid: 0)),
        ("55:users", ContainerUser(uid: 55, gid: 100)),
        ("1337", ContainerUser(uid: 1337, gid: 0)),
        (":users", ContainerUser(uid: 0, gid: 100, home: "/root")),
    ])
    func found(text: String, user: ContainerUser) throws {
        #expect(try UserLookup.resolve(text, in: root.path) == user)
    }

    @Test(arguments: [
        ("ghost", SandboxError.unknownUser("ghost")), ("damaged", .unknownUser("damaged")),
        ("short", .unknownUser("short")),
        ("app:ghosts", .unknownGroup("ghosts")), ("99999999999", .identifierOutOfRange("99999999999")),
        ("1:2147483648", .identifierOutOfRange("2147483648")), ("-1", .unknownUser("-1")),
    ])
    func notFound(text: String, error: SandboxError) {
        #expect(throws: error) { try UserLookup.resolve(text, in: root.path) }
    }

    @Test func message() {
        #expect(
            SandboxError.unknownUser("ghost").description
                == "unable to find user ghost: no matching entries in passwd file")
    }

    @Test func withoutAccountFiles() throws {
        let empty = TemporaryDirectory()
        #expect(try UserLookup.resolve("", in: empty.path) == ContainerUser())
        #expect(try UserLookup.resolve("3", in: empty.path) == ContainerUser(uid: 3))
        #expect(throws: SandboxError.unknownUser("app")) { try UserLookup.resolve("app", in: empty.path) }
    }

    @Test func linksStayInside() throws {
        let image = TemporaryDirectory()
        image.file("real/passwd", "in:x:5:6::/:\n")
        image.link("etc/passwd", to: "/real/passwd")
        #expect(try UserLookup.resolve("in", in: image.path).uid == 5)
        // The host's file has root in it.
        let escaping = TemporaryDirectory()
        escaping.link("etc/passwd", to: "../../../../../../etc/passwd")
        #expect(throws: SandboxError.unknownUser("daemon")) { try UserLookup.resolve("daemon", in: escaping.path) }
        let looping = TemporaryDirectory()
        looping.link("etc/passwd", to: "passwd")
        #expect(throws: SandboxError.unknownUser("daemon")) { try UserLookup.resolve("daemon", in: looping.path) }
    }

    @Test func aPipeDoesNotBlock() {
        let image = TemporaryDirectory()
        image.directory("etc")
        mkfifo(image.path + "/etc/passwd", 0o644)
        #expect(throws: SandboxError.unusableAccountFile(path: "/etc/passwd", reason: "not a regular file")) {
            try UserLookup.resolve("app", in: image.path)
        }
    }
}
