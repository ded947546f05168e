import Testing

@testable import whittle

/// Paths of `check` that the argument parser gets in one value.
struct CheckedPathsTests {
    @Test(arguments: [
        (["check"], ["check"]),
        (["check", "a"], ["check", "a"]),
        (["check", "a", "b"], ["check", "a", "b"]),
        (["check", "a", "b", "c"], ["check", "a", "b\u{0}c"]),
        (["check", "--format", "json", "a", "b"], ["check", "--format", "json", "a\u{0}b"]),
        (["check", "a", "b", "--fix"], ["check", "a", "b", "--fix"]),
        (["check", "--diff", "a", "-", ""], ["check", "--diff", "a", "-\u{0}"]),
        (["check", "--", "a", "-b", "c"], ["check", "--", "a", "-b", "c"]),
        (["build", "a", "b", "c"], ["build", "a", "b", "c"]),
    ])
    func pathsAtTheEndAreJoined(arguments: [String], joined: [String]) {
        #expect(CheckedPaths.joined(arguments) == joined)
    }

    @Test(arguments: ["a", "a\u{0}-\u{0}b c", "", "\u{0}", "a\u{0}\r\u{0}\n"])
    func joinedPathsAreTakenApart(text: String) {
        #expect(CheckedPaths(argument: text).paths.joined(separator: "\u{0}") == text)
        #expect(CheckedPaths(argument: text).paths.count == text.utf8.count { $0 == 0 } + 1)
    }
}
