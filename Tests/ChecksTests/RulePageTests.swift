import FoundationEssentials
import Glibc
import Testing

@testable import Checks

/// The pages in `docs/rules` are those of the rules. `scripts/rule-pages` writes them anew.
struct RulePageTests {
    static let directory =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
        + "/docs/rules"

    private var pages: [String: String] {
        var pages = ["README.md": RulePage.index()]
        for rule in Rules.all { pages["\(rule.id).md"] = RulePage.markdown(rule) }
        return pages
    }

    @Test("docs/rules is current")
    func current() throws {
        if getenv("WHITTLE_WRITE_RULE_PAGES") != nil {
            try? FileManager.default.removeItem(atPath: Self.directory)
            try FileManager.default.createDirectory(atPath: Self.directory, withIntermediateDirectories: true)
            for (name, text) in pages {
                try Data(text.utf8).write(to: URL(filePath: Self.directory + "/" + name))
            }
        }
        let found = try FileManager.default.contentsOfDirectory(atPath: Self.directory)
        #expect(Set(found) == Set(pages.keys), "run scripts/rule-pages")
        for (name, text) in pages {
            let stored = try? Data(contentsOf: URL(filePath: Self.directory + "/" + name))
            #expect(stored.map { String(decoding: $0, as: UTF8.self) } == text, "\(name): run scripts/rule-pages")
        }
    }

    @Test("the list names every rule once")
    func index() {
        let index = RulePage.index()
        for rule in Rules.all { #expect(index.contains("| [\(rule.id)](\(rule.id).md) |")) }
    }
}
