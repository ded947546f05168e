import Glibc
import Testing

@testable import Sandbox

struct RootPathTests {
    private let root = TemporaryDirectory()

    init() {
        root.directory("a/b")
        root.link("absolute", to: "/a/b")
        root.link("up", to: "../../../../a")
        root.link("a/dangling", to: "/nowhere/at/all")
        root.link("a/self", to: "self")
        root.link("a/b/back", to: "..")
    }

    @Test(arguments: [
        ("/", ""), ("", ""), ("/a/./b/", "/a/b"), ("absolute/c", "/a/b/c"), ("/up/b", "/a/b"),
        ("/../../a", "/a"), ("/a/dangling/x", "/nowhere/at/all/x"), ("/a/b/back/b", "/a/b"), ("/x/../y", "/y"),
    ])
    func resolved(path: String, expected: String) throws {
        #expect(try RootPath.resolve(path, in: root.path) == root.path + expected)
        #expect(try RootPath.resolve(path, in: root.path + "/") == root.path + expected)
    }

    @Test func endlessLink() {
        #expect(throws: SandboxError.system(call: "resolve", path: "/a/self", code: ELOOP)) {
            try RootPath.resolve("/a/self", in: root.path)
        }
    }
}
