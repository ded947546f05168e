import Testing

@testable import Builder

/// `--chown`, `--chmod` and WORKDIR.
struct CopyOwnerTests {
    let fixture: CopyFixture

    init() throws {
        fixture = try CopyFixture()
        try fixture.write(
            "root/etc/passwd",
            """
            root:x:0:0:root:/root:/bin/sh
            broken
            app:x:1000:1001::/:/bin/sh
              spaced:x:12:13::/:/bin/sh
            bad:x:many:7::/:
            app:x:2000:2001::/:/bin/sh
            """)
        try fixture.write("root/etc/group", "root:x:0:\nusers:x:100:app\naudio:x:29:\n")
    }

    @Test(
        arguments: [
            ("app", 1000, 1001), ("app:users", 1000, 100), ("app:29", 1000, 29), ("77", 77, 77), ("77:audio", 77, 29),
            (":audio", 0, 29), ("77:", 77, 0), ("root", 0, 0), ("app:root", 1000, 0), ("unknown", 0, 0),
            ("unknown:users", 0, 100), ("app:unknown", 1000, 1001), ("spaced", 12, 13), ("bad", 0, 7), ("broken", 0, 0),
            ("4294967296", 0, 0),
        ] as [(String, UInt32, UInt32)])
    func resolution(spec: String, uid: UInt32, gid: UInt32) throws {
        #expect(try FileOwner.resolve(spec, database: fixture.root) == FileOwner(uid: uid, gid: gid))
    }

    @Test func namesNeedADatabase() throws {
        #expect(throws: CopyError.ownerNameWithoutDatabase(name: "app")) { try FileOwner.resolve("app", database: nil) }
        #expect(throws: CopyError.ownerNameWithoutDatabase(name: "users")) {
            try FileOwner.resolve("1:users", database: nil)
        }
        #expect(try FileOwner.resolve("1:2", database: nil) == FileOwner(uid: 1, gid: 2))
        #expect(!FileOwner.needsDatabase("root:7"))
        #expect(FileOwner.needsDatabase("7:users"))
        // A stage without these files is no error, nor is a negative number.
        #expect(try FileOwner.resolve("app", database: fixture.stage) == .root)
        #expect(try FileOwner.resolve("7:-1", database: nil) == FileOwner(uid: 7, gid: 0))
    }

    @Test func databaseBehindLinks() throws {
        try fixture.link("stage/etc", to: "/private/etc")
        try fixture.write("stage/private/etc/passwd", "app:x:5:6:::\n")
        #expect(try FileOwner.resolve("app", database: fixture.stage) == FileOwner(uid: 5, gid: 6))
        try fixture.directory("stage/private/etc/group")
        #expect(throws: CopyError.unusableOwnerDatabase(path: "/etc/group")) {
            try FileOwner.resolve("app:g", database: fixture.stage)
        }
    }

    @Test(
        arguments: [
            ("755", 0o644, 0o755), ("0", 0o644, 0), ("7777", 0, 0o7777), ("u+x", 0o644, 0o744), ("+x", 0o644, 0o755),
            ("a=r", 0o6755, 0o444), ("go-rwx", 0o777, 0o700), ("u=rwx,go=rx", 0o600, 0o755), ("g=u", 0o640, 0o660),
            ("o=g-w", 0o664, 0o664), ("go=", 0o777, 0o700), ("u+s,g+s", 0o755, 0o6755), ("o+s", 0o755, 0o755),
            ("+t", 0o755, 0o1755), ("-s", 0o6755, 0o755), ("a+X", 0o644, 0o644), ("a+X", 0o744, 0o755),
            ("u-X", 0o755, 0o655),
            ("g-u", 0o740, 0o700), ("ug+rw-x", 0o711, 0o661), ("u+rg", 0o040, 0o440), ("=", 0o7777, 0o1000),
            ("o=u", 0o750, 0o757),
        ] as [(String, UInt32, UInt32)])
    func modeChanges(text: String, before: UInt32, after: UInt32) throws {
        #expect(try ModeChange(parsing: text).apply(to: before, isDirectory: false) == after)
    }

    @Test func conditionalExecutionOfDirectories() throws {
        #expect(try ModeChange(parsing: "go=rX").apply(to: 0o700, isDirectory: true) == 0o755)
        #expect(try ModeChange(parsing: "+X").apply(to: 0o600, isDirectory: true) == 0o711)
        // What counts is who could execute it before.
        #expect(try ModeChange(parsing: "a-x,+X").apply(to: 0o700, isDirectory: false) == 0o711)
    }

    @Test(arguments: [
        "", "foo", "0888", "10000", "u", "u+q", "u+x,", ",u+x", "+755", "7 7", "u==x+", "-1", "77777777777777",
    ])
    func invalidModes(text: String) {
        if text == "u==x+" {
            // An operator without permissions is allowed.
            #expect(throws: Never.self) { try ModeChange(parsing: text) }
        } else {
            #expect(throws: CopyError.invalidMode(text)) { try ModeChange(parsing: text) }
        }
    }

    @Test func workdir() throws {
        let user = CopyFixture.isRoot ? "app" : nil
        func make(_ path: String) throws -> Bool {
            try WorkdirMaker.make(path, in: fixture.root, user: user, time: fixture.newFileTime)
        }
        #expect(try make("/w/./x/../y/"))
        #expect(try fixture.rootPaths("/w") == ["/w/y/"])
        #expect(fixture.find("root/w/y")?.mode == 0o755)
        #expect(fixture.find("root/w/y")?.time == 1_600_000_000)
        if CopyFixture.isRoot {
            #expect(fixture.find("root/w").map { [$0.uid, $0.gid] } == [1000, 1001])
            #expect(fixture.find("root/w/y").map { [$0.uid, $0.gid] } == [1000, 1001])
        }
        try fixture.directory("root/old", mode: 0o711)
        #expect(try !make("/old"))
        #expect(try !make("/"))
        #expect(fixture.find("root/old")?.mode == 0o711)
        try fixture.link("root/link", to: "/elsewhere")
        #expect(try make("/link/d"))
        #expect(fixture.find("root/elsewhere/d") != nil)
        #expect(throws: CopyError.notADirectory(path: "/etc/passwd")) { try make("/etc/passwd/x") }
        #expect(throws: CopyError.ownerNameWithoutDatabase(name: "app")) {
            try WorkdirMaker.make("/x", in: fixture.root, user: "app", hasDatabase: false, time: nil)
        }
    }

    @Test func writingFiles() throws {
        let tree = try RootFilesystem(directory: fixture.root)
        try tree.writeFile("/new/d/f", data: [0x61], mode: 0o640, time: fixture.newFileTime)
        #expect(fixture.read("root/new/d/f") == "a")
        #expect(fixture.find("root/new/d/f")?.mode == 0o640)
        #expect(fixture.find("root/new")?.time == 1_600_000_000)
        try tree.writeFile("/new/d/f", data: [])
        #expect(fixture.read("root/new/d/f") == "")
        #expect(throws: CopyError.fileOverDirectory(source: "", path: "/new/d")) {
            try tree.writeFile("/new/d", data: [])
        }
        #expect(try !tree.makeDirectories("/new/d"))
    }

    @Test func errorsReadLikeSentences() {
        let errors: [CopyError] = [
            .sourceNotFound(source: "x", path: "/x"), .sourceNotFound(source: "../x", path: "/x"),
            .system(operation: "read", path: "/x", code: 13, source: "x"),
            .system(operation: "read", path: "/x", code: 13, source: nil),
        ]
        #expect(
            errors.map(\.description) == [
                "\"x\": not found", "\"../x\": not found (looked for /x)",
                "cannot read /x (copying \"x\"): permission denied", "cannot read /x: permission denied",
            ])
    }
}
