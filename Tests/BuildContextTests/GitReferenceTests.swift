import Testing

@testable import BuildContext

@Suite struct GitReferenceTests {
    @Test(arguments: [
        ("https://example.com/a.git", "https://example.com/a.git", "", ""),
        ("https://example.com/a.git#main", "https://example.com/a.git", "main", ""),
        ("https://example.com/a.git#v1/x:sub/dir", "https://example.com/a.git", "v1/x", "sub/dir"),
        ("https://example.com/a.git#:/../sub/", "https://example.com/a.git", "", "sub"),
        ("https://u:p@example.com:8443/a.git#:..", "https://u:p@example.com:8443/a.git", "", ""),
        ("git@example.com:o/a.git#main:d", "git@example.com:o/a.git", "main", "d"),
        ("git@example.com:o/a?ref=x&subdir=d", "git@example.com:o/a", "x", "d"),
        ("ssh://git@example.com/o/a#x", "ssh://git@example.com/o/a", "x", ""),
        ("git://example.com/a", "git://example.com/a", "", ""),
        ("https://example.com/a.git?ref=r&subdir=/s/", "https://example.com/a.git", "r", "s"),
        ("https://example.com/a.git?tag=v1", "https://example.com/a.git", "refs/tags/v1", ""),
        ("https://example.com/a.git?branch=b", "https://example.com/a.git", "refs/heads/b", ""),
        ("https://example.com/a.git?ref=same#same", "https://example.com/a.git", "same", ""),
    ]) func parse(text: String, remote: String, ref: String, subdirectory: String) throws {
        let reference = try #require(try GitReference.parse(text))
        #expect(reference.remote == remote)
        #expect(reference.ref == ref)
        #expect(reference.subdirectory == subdirectory)
        #expect(!reference.looksLikePath)
    }

    @Test func options() throws {
        let text = "https://example.com/a.git?checksum=abc&keep-git-dir=1&submodules=false&mtime=commit&fetch-by-commit"
        let reference = try #require(try GitReference.parse(text))
        #expect(reference.checksum == "abc" && reference.keepsGitDirectory == true && reference.submodules == false)
        #expect(reference.modificationTimes == .commit && reference.fetchesByCommit)
        #expect(try GitReference.parse("github.com/o/r#x")?.looksLikePath == true)
    }

    @Test(arguments: [
        "https://example.com/a", "http://example.com/a.git/b", "./a.git", "../x", "file:///a.git", "ftp://x/a.git",
        "a.git",
        "ext::sh", "-", "", "a@b", "@b:c", "a b@c:d",
    ]) func notGit(text: String) throws {
        #expect(try GitReference.parse(text) == nil)
    }

    @Test(arguments: [
        "ref=a&ref=b", "nope=1", "ref=", "tag=a&branch=b", "mtime=x", "submodules=maybe", "ref=-x", "ref=a#b",
        "subdir=a#:b",
    ]) func malformed(query: String) {
        let error = #expect(throws: BuildContextError.self) {
            try GitReference.parse("https://user:secret@example.com/a.git?" + query)
        }
        #expect(error?.description.contains("secret") == false)
    }

    @Test func remoteFiles() {
        #expect(RemoteFile.isRemoteFile("https://example.com/a.tgz"))
        #expect(!RemoteFile.isRemoteFile("https://example.com/a.git#x"))
        #expect(!RemoteFile.isRemoteFile("https://example.com/a.git?nope=1"))
        #expect(!RemoteFile.isRemoteFile("a.tgz"))
    }

    @Test(arguments: [
        ("https://x/a/b.txt?c=d/e#f", "b.txt"), ("https://x/a%20b", "a b"), ("https://x/", "__unnamed__"),
        ("https://x", "__unnamed__"), ("https://x/a/", "a"), ("https://x/%2e%2e", "__unnamed__"),
        ("https://x/a%2Fb", "b"),
    ]) func fileNames(url: String, name: String) {
        #expect(RemoteFile.fileName(url) == name)
    }

    @Test(arguments: [
        ("https://u:p@h/x", "https://xxxxx@h/x"), ("https://token@h/x", "https://xxxxx@h/x"),
        ("ssh://git@h/x", "ssh://git@h/x"), ("https://h/x@y", "https://h/x@y"), ("git@h:x", "git@h:x"),
    ]) func redaction(url: String, shown: String) {
        #expect(RemoteURL.redacted(url) == shown)
    }

    @Test func proxies() throws {
        let environment = ["https_proxy": "http://p:3128", "NO_PROXY": "corp.example,.sub.example"]
        let proxy = { (url: String) throws in HTTPProxy.proxy(for: try #require(RemoteURL(url))) { environment[$0] } }
        #expect(try proxy("https://example.com/x")?.authority == "p:3128")
        #expect(try proxy("http://example.com/x") == nil)
        #expect(try proxy("https://a.corp.example/x") == nil)
        #expect(try proxy("https://sub.example/x") == nil)
        #expect(try proxy("https://127.0.0.1:8/x") == nil)
    }

    @Test(arguments: [
        ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
        ("Sun Nov  6 08:49:37 1994", 784_111_777), ("Thu, 29 Feb 2024 00:00:00 GMT", 1_709_164_800),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
    ]) func dates(text: String, seconds: Int64) {
        #expect(HTTPDate.seconds(text) == seconds)
    }

    @Test(arguments: ["", "x", "Sun, 99 Nov 1994 08:49:37 GMT", "1 2 3 4", "a, b c d e:f:g h"])
    func badDates(text: String) {
        #expect(HTTPDate.seconds(text) == nil)
    }

    @Test func checksums() throws {
        #expect(try Checksum(parsing: "sha512:" + String(repeating: "a", count: 128)).algorithm == .sha512)
        for bad in ["", "abc", "md5:abc", "sha256:abc", "sha256:" + String(repeating: "G", count: 64)] {
            #expect(throws: BuildContextError.self) { try Checksum(parsing: bad) }
        }
        #expect(Base64.encode(Array("user:pass".utf8)) == "dXNlcjpwYXNz")
        #expect(Base64.encode(Array("ab".utf8)) == "YWI=")
    }
}
