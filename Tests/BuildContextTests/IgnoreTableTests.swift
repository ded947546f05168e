import FoundationEssentials
import Testing

@testable import BuildContext

/// The shared conformance tables: Docker's own answers.
@Suite struct IgnoreTableTests {
    struct PatternRow: Decodable {
        let patterns: [String]
        let path: String
        let excluded: Bool?
        let error: String?
    }

    struct FileRow: Decodable {
        struct Expectation: Decodable { let patterns: [String] }
        let text: String
        let expect: Expectation
    }

    @Test func patterns() throws {
        guard let data = SharedCorpus.read("conformance/parser/ignore_patterns.json") else { return }
        let rows = try JSONDecoder().decode([PatternRow].self, from: data)
        #expect(rows.count >= 973)
        for row in rows {
            let label = Comment(rawValue: "\(row.patterns) on \(row.path)")
            do {
                let matcher = try IgnoreMatcher(patterns: row.patterns)
                #expect(row.error == nil, label)
                #expect(matcher.excludes(row.path) == row.excluded, label)
            } catch {
                #expect(error.description.contains(row.error ?? "no error"), label)
            }
        }
    }

    @Test func files() throws {
        guard let data = SharedCorpus.read("conformance/parser/ignore_files.json") else { return }
        for row in try JSONDecoder().decode([FileRow].self, from: data) {
            #expect(IgnoreFile.parse(Array(row.text.utf8)) == row.expect.patterns)
        }
    }
}
