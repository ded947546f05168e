import Testing

@testable import BuildContext

@Suite struct PathPatternTests {
    @Test(arguments: [
        ("abc", "abc", true), ("*", "abc", true), ("*c", "abc", true), ("a*", "a", true), ("a*", "abc", true),
        ("a*", "ab/c", false), ("a*/b", "abc/b", true), ("a*/b", "a/c/b", false),
        ("a*b*c*d*e*/f", "axbxcxdxe/f", true), ("a*b*c*d*e*/f", "axbxcxdxe/xxx/f", false),
        ("a*b?c*x", "abxbbxdbxebxczzx", true), ("a*b?c*x", "abxbbxdbxebxczzy", false),
        ("ab[c]", "abc", true), ("ab[^c]", "abc", false), ("ab[b-d]", "abc", true), ("a\\*b", "a*b", true),
        ("a\\*b", "ab", false), ("a?b", "a☺b", true), ("a[^a]b", "a☺b", true), ("a???b", "a☺b", false),
        ("[a-ζ]*", "α", true), ("*[a-ζ]", "A", false), ("a?b", "a/b", false), ("a*b", "a/b", false),
        ("[\\]a]", "]", true), ("[\\-x]", "-", true), ("*x", "xxx", true), ("", "", true), ("", "a", false),
    ]) func match(pattern: String, name: String, matches: Bool) throws {
        #expect(try PathPattern(pattern).matches(name.utf8) == matches)
    }

    @Test(arguments: ["[]a]", "[-]", "[x-]", "[-x]", "\\", "[a-b-c]", "[", "[^", "[^bc", "a[", "a*[", "*x["])
    func malformed(pattern: String) {
        #expect(throws: BuildContextError.self) { try PathPattern(pattern) }
    }

    @Test(arguments: [("a", false), ("a*", true), ("a\\*", false), ("a\\\\*", true), ("[", true), ("?", true)])
    func wildcards(pattern: String, has: Bool) {
        #expect(PathPattern.hasWildcard(pattern.utf8) == has)
    }

    @Test func notUTF8() throws {
        #expect(try PathPattern("a?b").matches([0x61, 0xFF, 0x62]))
        #expect(try PathPattern("*").matches([0xFF, 0x0A, 0xFE]))
    }

    @Test(arguments: [
        ("", "."), ("a//b/./c/..", "a/b"), ("../a/..", ".."), ("/../a", "/a"), ("a/..", "."), ("/", "/"), ("./", "."),
    ]) func cleaning(path: String, cleaned: String) {
        #expect(PathBytes(path.utf8).cleaned == PathBytes(cleaned.utf8))
    }

    @Test func display() {
        #expect(([0x61, 0x0A, 0xFF, 0x5C, 0xC3, 0xBC, 0x01] as PathBytes).displayName == "a\\n\\xff\\\\ü\\x01")
    }
}
