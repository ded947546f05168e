import DockerfileSyntax
import Testing

@testable import Checks

/// How fixes get into a text.
struct FixApplicationTests {
    private func rule(_ id: String, _ fix: @escaping @Sendable (CheckContext) -> [Fix]) -> Rule {
        Rule(
            id, name: id.lowercased(), family: .whittle, severity: .warning, summary: "x",
            documentation: Documentation("x", bad: "FROM a", good: "FROM b")
        ) { context in fix(context).map { Match(SourceRange(start: 0, end: 1), fix: $0) } }
    }

    private func apply(_ rules: [Rule], _ text: String, _ classes: Set<FixClass> = Set(FixClass.allCases)) -> String {
        let result = FixApplication(Checker(rules: rules), classes: classes).apply(to: Array(text.utf8), path: "D")
        return String(decoding: result.bytes, as: UTF8.self)
    }

    @Test("a fix that makes the file unreadable is left out")
    func unreadable() {
        let breaks = rule("B1") { _ in
            [Fix(.sameImage, "x", edits: [TextEdit(range: SourceRange(start: 0, end: 4), replacement: "FORM")])]
        }
        #expect(apply([breaks], "FROM a\n") == "FROM a\n")
    }

    @Test("a fix that loses a comment is left out")
    func comment() {
        let text = "FROM a\nRUN b \\\n# why\n  c\n"
        let removes = rule("B2") { context in
            context.instructions.map {
                Fix(.sameImage, "x", edits: [InstructionEdits.removal(of: $0.range, in: context.source)])
            }
        }
        #expect(apply([removes], text) == text)
        #expect(apply([removes], "# why\nFROM a\n# stays\nRUN b\n") == "# why\nFROM a\n# stays\n")
    }

    @Test("fixes that touch each other go in one after the other")
    func overlapping() {
        let lower = "FROM scratch AS Base\nFROM Base As Second\n"
        #expect(apply([.stageNameCasing, .fromAsCasing], lower) == "FROM scratch AS base\nFROM Base AS second\n")
    }

    @Test("fixes that never end are given up")
    func endless() {
        let grows = rule("B3") { context in
            let end = context.source.bytes.count
            return [Fix(.sameImage, "x", edits: [TextEdit(range: SourceRange(at: end), replacement: "USER a\n")])]
        }
        #expect(apply([grows], "FROM a\n").utf8.count < 1_000)
    }

    @Test("fixes of a class that is not wanted stay out")
    func classes() {
        let text = "FROM scratch as a\nMAINTAINER a\n"
        let fixed = apply([.fromAsCasing, .maintainerDeprecated], text, [.sameImage, .sameFiles])
        #expect(fixed == "FROM scratch AS a\nMAINTAINER a\n")
    }
}
