import Testing

@testable import BuildContext

/// Whatever text comes in, the answer is a value or an error.
@Suite struct HostileTextTests {
    private let pieces = [
        "a", "b", "/", "//", "*", "**", "?", "[", "]", "[^", "-", "\\", "!", "#", ":", "@", "%", "%2", "%41", "://",
        "http://",
        "https://x.git", "git@h:", "ssh://", "github.com/", "?ref=", "&", "=", ".git", ".", "..", " ", "\n", "\r", "\t",
        "\0",
        "\u{FEFF}", "é", "☺", "{", "(", "|", "$", "^", "+", "[[:", ":]", "\\Q", "\\x", "\\p", "docker-image://",
        "oci-layout://", "sha256:", "refs/",
    ]

    func texts(_ count: Int, seed: UInt64) -> [String] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { _ in
            (0..<Int.random(in: 0...9, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
        }
    }

    @Test func patterns() {
        let paths = texts(40, seed: 1)
        for pattern in texts(3000, seed: 2) {
            if let matcher = try? IgnoreMatcher(patterns: [pattern, "!" + pattern]) {
                for path in paths {
                    let plain = matcher.excludes(path)
                    let (_, state) = matcher.enter(Array(path.utf8), below: matcher.root)
                    _ = matcher.excludes(Array(path.utf8), below: state)
                    // What a pattern takes out, its exception takes back in; cleaning sees the two differently
                    // when the pattern is not clean by itself.
                    let isClean = PathBytes(IgnorePattern.trimmingSpace(pattern)).cleaned == PathBytes(pattern.utf8)
                    #expect(!plain || !isClean || pattern.hasPrefix("!"), "\(pattern) on \(path)")
                }
            }
            if let pattern = try? PathPattern(pattern) { for path in paths { _ = pattern.matches(path.utf8) } }
            let file = IgnoreFile(path: "f", contents: Array(pattern.utf8))
            #expect(file.lines.count == file.patterns.count)
            let cleaned = PathBytes(pattern.utf8).cleaned
            #expect(cleaned.cleaned == cleaned)
        }
    }

    @Test func urls() {
        for text in texts(5000, seed: 3) {
            if let reference = try? GitReference.parse(text) { #expect(!reference.ref.hasPrefix("-")) }
            _ = try? NamedContext.parse(option: text)
            _ = try? Checksum(parsing: text)
            _ = RemoteFile.isRemoteFile(text)
            #expect(!RemoteFile.fileName(text).contains("/"))
            _ = RemoteURL.redacted(text)
            _ = HTTPDate.seconds(text)
        }
    }

    @Test func headers() {
        var random = SeededGenerator(seed: 4)
        for length in [0, 1, 5, 511, 512, 600] {
            for _ in 0..<50 {
                let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
                _ = ArchiveKind.isArchive(bytes[...])
            }
        }
        #expect(!ArchiveKind.isArchive(Array("FROM scratch\n".utf8)[...]))
        #expect(ArchiveKind.isArchive([UInt8](repeating: 0, count: 512)[...]))
    }

    @Test func secrets() throws {
        let secrets = [
            "HTTP_AUTH_TOKEN_h": "t\n", "HTTP_AUTH_HEADER_k": "x y", "GIT_AUTH_TOKEN.g": "q", "GIT_AUTH_HEADER": "z",
        ]
        let credentials = SourceCredentials { secrets[$0] }
        #expect(credentials.authorization(forDownload: try #require(RemoteURL("https://h:1/x"))) == "Bearer t")
        #expect(credentials.authorization(forDownload: try #require(RemoteURL("https://k/x"))) == "x y")
        #expect(credentials.authorization(forDownload: try #require(RemoteURL("https://l/x"))) == nil)
        #expect(credentials.authorization(forGit: "https://g/x.git")?.header == "basic eC1hY2Nlc3MtdG9rZW46cQ==")
        #expect(credentials.authorization(forGit: "https://other/x.git")?.header == "z")
        #expect(credentials.authorization(forGit: "https://other/x.git")?.scope == "https://other/")
        #expect(credentials.authorization(forGit: "git@g:x") == nil)
    }
}
