import FoundationEssentials
import Testing

@testable import Checks

/// BuildKit's own findings, rule for rule and line for line.
struct BuildCheckTableTests {
    struct Entry: Decodable {
        var source: String
        var dockerfile: String
        var dockerignore: String?
        var warnings: [Warning]

        enum CodingKeys: String, CodingKey {
            case source, dockerfile, dockerignore
            case warnings = "buildkit_warnings"
        }
    }

    struct Warning: Decodable, Hashable, Comparable {
        var rule: String
        var line: Int
        var detail: String

        static func < (left: Warning, right: Warning) -> Bool {
            (left.line, left.rule, left.detail) < (right.line, right.rule, right.detail)
        }
    }

    /// The ignore files of the table hold plain names, `*`, `**` and `.*`.
    struct TableContext: ContextFacts {
        var patterns: [String]

        init(_ text: String) { patterns = text.split(separator: "\n").map(String.init) }

        var hasIgnoreFile: Bool { true }
        var ignoreFileHasExceptions: Bool { patterns.contains { $0.hasPrefix("!") } }
        var ignoresEverything: Bool { patterns.contains("*") || patterns.contains("**") }
        var files: [ContextFile]? { nil }
        func text(of path: String) -> String? { nil }

        func isIgnored(_ path: String) -> Bool {
            patterns.contains(path) || ignoresEverything || patterns.contains(".*") && path.hasPrefix(".")
        }
    }

    @Test("findings are BuildKit's", .needsShared("conformance/parser/lint.json"))
    func table() throws {
        let bytes = try SharedCorpus.bytes("conformance/parser/lint.json")
        let entries = try JSONDecoder().decode([Entry].self, from: Data(bytes))
        #expect(entries.count > 50)
        let checker = Checker(rules: Rules.buildChecks)
        for entry in entries {
            let inputs = CheckInputs(buildContext: entry.dockerignore.map { TableContext($0) })
            let report = checker.check(Array(entry.dockerfile.utf8), path: "Dockerfile", inputs: inputs)
            let found = report.findings.map { finding in
                Warning(
                    rule: finding.rule, line: report.source.lineNumber(of: finding.range.start),
                    detail: finding.message)
            }
            #expect(found.sorted() == entry.warnings.sorted(), "\(entry.source):\n\(entry.dockerfile)")
        }
    }
}
