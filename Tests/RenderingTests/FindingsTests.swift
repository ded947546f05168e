import Checks
import DockerfileSyntax
import FoundationEssentials
import Testing

@testable import Rendering

/// Findings in every format.
struct FindingsTests {
    private let files: [CheckedFile] = {
        let source = SourceText("FROM a as b\nRUN \"x\" &&\\\n  y\n", path: "Dockerfile")
        let fix = Fix(
            .sameImage, "write AS", edits: [TextEdit(range: SourceRange(start: 7, end: 9), replacement: "AS")])
        let findings = [
            Finding(
                rule: "FromAsCasing", severity: .warning, message: "'as' <casing>, 100%",
                range: SourceRange(start: 0, end: 11), focus: SourceRange(start: 7, end: 9), fix: fix),
            Finding(
                rule: "DL3001", severity: .style, message: "two\nlines", range: SourceRange(start: 12, end: 27)),
        ]
        return [
            CheckedFile(path: "./a b/Dockerfile", report: CheckReport(source: source, findings: findings)),
            CheckedFile(path: "clean", report: CheckReport(source: source, findings: [])),
        ]
    }()

    private func text(_ format: FindingsFormat) throws -> String {
        try FindingsReport(files: files, version: "1.2.3").text(as: format, usesColor: false)
    }

    @Test("json has the fixed shape")
    func json() throws {
        struct Edit: Decodable, Equatable { var line, column, endLine, endColumn: Int; var text: String }
        struct Entry: Decodable {
            var file: String
            var line, column, endLine, endColumn: Int
            var rule, severity, message: String
            var fix: [Edit]?
        }
        let entries = try JSONDecoder().decode([Entry].self, from: Data(text(.json).utf8))
        #expect(entries.map(\.rule) == ["FromAsCasing", "DL3001"])
        #expect(entries[0].file == "./a b/Dockerfile")
        #expect((entries[0].line, entries[0].column, entries[0].endLine, entries[0].endColumn) == (1, 8, 1, 10))
        #expect(entries[0].fix == [Edit(line: 1, column: 8, endLine: 1, endColumn: 10, text: "AS")])
        #expect((entries[1].line, entries[1].column, entries[1].endLine, entries[1].endColumn) == (2, 1, 3, 4))
        #expect(entries[1].severity == "style")
        #expect(entries[1].message == "two\nlines")
        #expect(entries[1].fix == nil)
        #expect(try FindingsReport(files: [], version: "1").text(as: .json, usesColor: false) == "[]\n")
    }

    @Test("text points with a caret, and counts")
    func plain() throws {
        #expect(
            try text(.text) == """
                warning: ./a b/Dockerfile:1:8: 'as' <casing>, 100% [FromAsCasing]
                 1 | FROM a as b
                   |        ^~
                fix: write AS (same-image)
                style: ./a b/Dockerfile:2:1: two lines [DL3001]
                 2 | RUN "x" &&\\
                   | ^~~~~~~~~~~
                2 findings in 1 file: 1 warning, 1 style; 1 with a fix

                """)
    }

    @Test("github escapes what would end a command")
    func github() throws {
        #expect(
            try text(.github) == """
                ::warning file=./a b/Dockerfile,line=1,endLine=1,col=8,endColumn=10,title=FromAsCasing::'as' <casing>, 100%25
                ::notice file=./a b/Dockerfile,line=2,endLine=3,title=DL3001::two%0Alines

                """)
    }

    @Test("checkstyle and junit escape markup")
    func xml() throws {
        #expect(
            try text(.checkstyle).contains("message=\"&#39;as&#39; &lt;casing&gt;, 100%\" source=\"FromAsCasing\"/>"))
        #expect(try text(.checkstyle).contains("severity=\"info\" message=\"two&#10;lines\""))
        #expect(
            try text(.junit).contains("<testsuites name=\"whittle check\" tests=\"3\" failures=\"2\" errors=\"0\">"))
        #expect(try text(.junit).contains("<testcase name=\"no findings\" classname=\"clean\"/>"))
    }

    @Test(
        "a file that cannot be read is none without mistakes",
        arguments: [
            (FindingsFormat.junit, "failures=\"1\" errors=\"0\" skipped=\"0\""), (.junit, "name=\"syntax (line 2)\""),
            (.checkstyle, "<error line=\"2\" column=\"1\" severity=\"error\""),
            (.github, "::error file=broken,line=2,endLine=2,col=1,endColumn=4,title=syntax::"),
            (.gitlab, "\"check_name\":\"syntax\""),
        ])
    func broken(_ format: FindingsFormat, _ part: String) throws {
        let report = Checker(rules: []).check(Array("FROM a\nRNU b\n".utf8), path: "broken")
        #expect(report.error != nil)
        let files = [CheckedFile(path: "broken", report: report)]
        let text = try FindingsReport(files: files, version: "1").text(as: format, usesColor: false)
        #expect(text.contains(part), "\(text)")
    }

    @Test("sarif has places, rules and fixes")
    func sarif() throws {
        let text = try text(.sarif)
        #expect(text.contains("\"uri\":\"a%20b/Dockerfile\""))
        #expect(text.contains("\"ruleId\":\"FromAsCasing\",\"ruleIndex\":0"))
        #expect(
            text.contains(
                "\"deletedRegion\":{\"endColumn\":10,\"endLine\":1,\"startColumn\":8,\"startLine\":1},"
                    + "\"insertedContent\":{\"text\":\"AS\"}"))
        struct Log: Decodable {
            var version: String
            var runs: [Run]
            struct Run: Decodable { var results: [Result] }
            struct Result: Decodable { var ruleId: String }
        }
        let log = try JSONDecoder().decode(Log.self, from: Data(text.utf8))
        #expect(log.version == "2.1.0")
        #expect(log.runs[0].results.map(\.ruleId) == ["FromAsCasing", "DL3001"])
    }

    @Test("gitlab's fingerprints differ, and do not depend on the line's number")
    func gitlab() throws {
        struct Entry: Decodable { var fingerprint, severity: String }
        let entries = try JSONDecoder().decode([Entry].self, from: Data(text(.gitlab).utf8))
        #expect(Set(entries.map(\.fingerprint)).count == 2)
        #expect(entries.map(\.severity) == ["major", "info"])
        var moved = files
        let source = SourceText("# new\nFROM a as b\n", path: "Dockerfile")
        var finding = files[0].report.findings[0]
        finding.range = SourceRange(start: 6, end: 17)
        moved[0].report = CheckReport(source: source, findings: [finding])
        let after = try FindingsReport(files: moved, version: "1").text(as: .gitlab, usesColor: false)
        #expect(after.contains(entries[0].fingerprint))
    }

    @Test("a file that cannot be read is a notification")
    func broken() throws {
        let source = SourceText("FORM a\n", path: "Dockerfile")
        let error = DockerfileError.unknownInstruction(
            name: "FORM", suggestion: "FROM", range: SourceRange(start: 0, end: 4))
        let files = [CheckedFile(path: "Dockerfile", report: CheckReport(source: source, findings: [], error: error))]
        let text = try FindingsReport(files: files, version: "1").text(as: .sarif, usesColor: false)
        #expect(text.contains("\"executionSuccessful\":false"))
        #expect(text.contains("unknown instruction: FORM (did you mean FROM?)"))
    }

    @Test("a diff is that of diff -u")
    func diff() {
        let old = (1...12).map { "line \($0)\n" }.joined()
        let new = old.split(separator: "\n").map { $0 == "line 6" ? "six" : String($0) }.joined(separator: "\n")
        #expect(
            UnifiedDiff.text(path: "f", from: old, to: new) == """
                --- f
                +++ f
                @@ -3,10 +3,10 @@
                 line 3
                 line 4
                 line 5
                -line 6
                +six
                 line 7
                 line 8
                 line 9
                 line 10
                 line 11
                -line 12
                +line 12
                \\ No newline at end of file

                """)
        #expect(UnifiedDiff.text(path: "f", from: old, to: old) == "")
        #expect(UnifiedDiff.text(path: "f", from: "", to: "a\n") == "--- f\n+++ f\n@@ -0,0 +1 @@\n+a\n")
    }
}
