import FoundationEssentials
import Glibc
import Testing

@testable import BuildContext

/// Repositories of this machine stand in for remote ones.
@Suite struct GitSourceTests {
    let scratch: ScratchDirectory
    let remote: String

    init() throws {
        scratch = try ScratchDirectory()
        remote = "file://" + scratch.path + "/repo"
        try run(["git", "init", "-q", "-b", "main", scratch.path + "/repo"])
        try scratch.write("repo/file", "one\r\n")
        try scratch.write("repo/sub/tool", "#!/bin/sh\n", mode: 0o755)
        symlink("file", scratch.path + "/repo/link")
        symlink("/etc", scratch.path + "/repo/out")
        try git("add", "-A")
        try git("commit", "-qm", "first")
        try git("tag", "-am", "a tag", "v1")
        try git("tag", "light")
        try git("checkout", "-qb", "other/branch")
        try scratch.write("repo/file", "two\n")
        try git("commit", "-qam", "second")
        try git("checkout", "-q", "main")
    }

    @discardableResult
    func git(_ arguments: String...) throws -> String {
        let identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
        let output = try run(["git"] + identity + ["-C", scratch.path + "/repo"] + arguments)
        return output.split(separator: "\n").first.map(String.init) ?? ""
    }

    func checkOut(_ change: (inout GitReference) -> Void = { _ in }, keep: Bool = false) async throws
        -> GitSource.Checkout
    {
        var reference = GitReference(remote: remote)
        change(&reference)
        let source = GitSource(reference, keepsGitDirectory: keep)
        return try await source.checkOut(
            try await source.resolve(), into: scratch.path + "/out\(UInt32.random(in: 0 ... .max))")
    }

    func text(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    }

    @Test func defaultBranch() async throws {
        let checkout = try await checkOut()
        #expect(checkout.resolved.commit == (try git("rev-parse", "HEAD")))
        #expect("\(checkout.commitTime)" == (try git("show", "-s", "--format=%ct", "HEAD")))
        #expect(try text(checkout.directory + "/file") == "one\r\n")
        let tree = try TreeWalker(root: checkout.directory).walk()
        #expect(tree.entries.map(\.path.displayName) == ["file", "link", "out", "sub", "sub/tool"])
        #expect(tree.entry(at: Array("file".utf8))?.mode == 0o644)
        #expect(tree.entry(at: Array("sub".utf8))?.mode == 0o755)
        #expect(tree.entry(at: Array("sub/tool".utf8))?.mode == 0o755)
    }

    @Test(arguments: ["v1", "refs/tags/v1", "light", "main", "refs/heads/main"]) func refs(ref: String) async throws {
        let checkout = try await checkOut { $0.ref = ref }
        #expect(checkout.resolved.commit == (try git("rev-parse", "main")))
    }

    @Test func branchWithSlash() async throws {
        let checkout = try await checkOut { $0.ref = "other/branch" }
        #expect(try text(checkout.directory + "/file") == "two\n")
        let commit = try git("rev-parse", "other/branch")
        #expect(try await checkOut { $0.ref = commit }.resolved.commit == commit)
    }

    @Test func subdirectory() async throws {
        let checkout = try await checkOut(keep: true) { $0.subdirectory = "sub" }
        #expect(try TreeWalker(root: checkout.directory).walk().entries.map(\.path.displayName) == ["tool"])
        for bad in ["none", "file", "out", "link"] {
            await #expect(throws: BuildContextError.gitSubdirectoryNotFound(url: remote, directory: bad)) {
                try await checkOut { $0.subdirectory = bad }
            }
        }
    }

    func checkOut(keep: Bool, _ change: (inout GitReference) -> Void) async throws -> GitSource.Checkout {
        try await checkOut(change, keep: keep)
    }

    @Test func keptGitDirectory() async throws {
        let checkout = try await checkOut(keep: true) { $0.ref = "v1" }
        #expect(access(checkout.directory + "/.git/HEAD", F_OK) == 0)
        #expect(try run(["git", "-C", checkout.directory, "status", "--porcelain"]) == "")
        #expect(try run(["git", "-C", checkout.directory, "describe", "--tags"]) == "v1\n")
    }

    @Test func checksum() async throws {
        let commit = try git("rev-parse", "main")
        _ = try await checkOut {
            $0.ref = "v1"
            $0.checksum = String(commit.prefix(10))
        }
        await #expect(throws: BuildContextError.gitChecksumMismatch(url: remote, expected: "abcd", found: commit)) {
            try await checkOut {
                $0.ref = "main"
                $0.checksum = "abcd"
            }
        }
    }

    @Test func commitTimes() async throws {
        let checkout = try await checkOut { $0.modificationTimes = .commit }
        let tree = try TreeWalker(root: checkout.directory).walk()
        #expect(tree.entries.allSatisfy { $0.modified == FileTime(seconds: checkout.commitTime) })
    }

    @Test func missingThings() async throws {
        await #expect(throws: BuildContextError.gitRefNotFound(url: remote, ref: "nope")) {
            try await checkOut { $0.ref = "nope" }
        }
        let absent = String(repeating: "0", count: 40)
        await #expect(throws: BuildContextError.self) { try await checkOut { $0.ref = absent } }
        let error = await #expect(throws: BuildContextError.self) { try await checkOut { $0.remote += "/none" } }
        #expect(error?.description.contains("repository") == true, "\(error?.description ?? "")")
    }

    @Test func submodules() async throws {
        // Submodules over plain paths are what git forbids; over http they need a server, which the next test has.
        try scratch.write("repo/.gitmodules", "[submodule \"s\"]\n\tpath = s\n\turl = \(remote)\n")
        try git("update-index", "--add", "--cacheinfo", "160000,\(try git("rev-parse", "main")),s")
        try git("add", ".gitmodules")
        try git("commit", "-qm", "submodule")
        await #expect(throws: BuildContextError.self) { try await checkOut() }
        let without = try await checkOut { $0.submodules = false }
        #expect(access(without.directory + "/s/file", F_OK) != 0)
    }

    @Test func plainFilesOverHTTP() async throws {
        let server = try FileServer(root: scratch.path)
        let url = server.url + "/bare.git"
        try run(["git", "clone", "-q", "--bare", scratch.path + "/repo", scratch.path + "/bare.git"])
        try run(["git", "-C", scratch.path + "/bare.git", "update-server-info"])
        let reference = try #require(try GitReference.parse(url + "#main:sub"))
        let source = GitSource(reference)
        let checkout = try await source.checkOut(try await source.resolve(), into: scratch.path + "/http")
        #expect(access(checkout.directory + "/tool", X_OK) == 0)

        // A repository with that one as a submodule.
        try scratch.write("repo/.gitmodules", "[submodule \"s\"]\n\tpath = s\n\turl = \(url)\n")
        try git("update-index", "--add", "--cacheinfo", "160000,\(try git("rev-parse", "main")),s")
        try git("add", ".gitmodules")
        try git("commit", "-qm", "submodule")
        let outer = try await checkOut()
        #expect(try text(outer.directory + "/s/file") == "one\r\n")
        #expect(access(outer.directory + "/s/.git", F_OK) != 0)
    }
}
