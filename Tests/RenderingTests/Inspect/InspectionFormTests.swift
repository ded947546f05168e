import Analysis
import OCI
import Testing

@testable import Rendering

/// The forms of an inspection and a comparison.
struct InspectionFormTests {
    private func document(_ inspection: Inspection, files: Int? = nil) throws -> [String: JSONValue] {
        let sink = MemorySink()
        try InspectionJSON(inspection, files: files, to: sink).write()
        guard case .object(let fields) = try CanonicalJSON.decode(JSONValue.self, from: sink.bytes, what: "test") else {
            return [:]
        }
        return fields
    }

    private func sum(_ value: JSONValue?, _ field: String) -> Int64 {
        guard case .array(let items)? = value else { return -1 }
        return items.reduce(0) { total, item in
            guard case .object(let fields) = item, case .integer(let number)? = fields[field] else { return total }
            return total + number
        }
    }

    @Test func theJSONAddsUp() throws {
        let inspection = try InspectionSample.inspection()
        let fields = try document(inspection)
        guard case .object(let image)? = fields["image"], case .integer(let size)? = image["size"] else {
            Issue.record("there is no image.size")
            return
        }
        #expect(sum(fields["layers"], "size") == size)
        #expect(sum(fields["files"], "size") + sum(fields["layers"], "overhead") == size)
        #expect(fields["wastedBytes"] == .integer(40_448 + 512))
        #expect(fields["efficiency"] == .number(0.5))
        guard case .array(let few)? = try document(inspection, files: 1)["files"] else { return }
        #expect(few.count == 1)
    }

    @Test func namesOfFilesAreNoMarkupAndNoControls() throws {
        let inspection = try InspectionSample.inspection(hostileNames: true)
        let page = try InspectionPage.page(inspection, dockerfile: ["FROM <b>"])
        #expect(!page.contains("<script>alert"))
        #expect(page.contains("FROM &lt;b&gt;"))
        let comparison = ImageComparison(before: try InspectionSample.inspection(), after: inspection)
        let both = try ComparisonPage.page(comparison)
        #expect(!both.contains("<script>alert"))
        #expect(!ComparisonMarkdown.text(comparison).contains("<script>"))
        for text in [InspectionText.text(inspection), ComparisonText.text(comparison)] {
            #expect(!text.contains("\u{1B}"))
        }
    }

    @Test func pagesNeedNothingElse() throws {
        let page = try InspectionPage.page(try InspectionSample.inspection())
        for word in ["http://", "https://", " src=", " href=\"h", "@import", "url("] { #expect(!page.contains(word)) }
        #expect(page.contains("default-src 'none'"))
        #expect(page.contains("name=\"viewport\""))
        #expect(page.contains("prefers-color-scheme:dark"))
    }

    @Test func aTextSaysWhatToDo() throws {
        let text = InspectionText.text(try InspectionSample.inspection())
        #expect(text.contains("saves 42.5 kB: line 3 (RUN chown -R 7 /app)"))
        #expect(text.contains("rwsr-xr-x"))
    }

    @Test func aCommentHasRoomForLargeDifferences() throws {
        let name = "`package_with|a*name" + String(repeating: "[x]\u{301}", count: 100)
        let findings = (0..<3000).map {
            ComparedFinding(id: "CVE-2024-\($0)", package: name, version: "1.\($0)", severity: "HIGH")
        }
        let comparison = ImageComparison(
            before: try InspectionSample.inspection(hostileNames: true), after: try InspectionSample.inspection(),
            beforeFindings: Set(findings[..<1500]), afterFindings: Set(findings[1500...]))
        let text = ComparisonMarkdown.text(comparison)
        #expect(text.utf8.count <= CommentRoom.limit)
        #expect(text.contains(" more\n"))
        #expect(text.contains("<summary>Files:"))
        #expect(text.components("<details>") == text.components("</details>"))
        #expect(!text.contains("[x]") && !text.contains("`"))
    }

    @Test func markdownOfImagesThatAreTheSame() throws {
        let inspection = try InspectionSample.inspection()
        let text = ComparisonMarkdown.text(ImageComparison(before: inspection, after: inspection))
        #expect(text.contains("the same size"))
        #expect(!text.contains("<details>"))
    }
}

extension String {
    /// How often something is in the text.
    fileprivate func components(_ part: String) -> Int {
        split(separator: part, omittingEmptySubsequences: false).count - 1
    }
}
