import Testing

@testable import Advisories

/// Conditions on versions, as npm, RubyGems and Maven write them.
struct VersionConditionTests {
    @Test(arguments: [
        ("< 3.0.0", "2.9.9", true), ("< 3.0.0", "3.0.0", false), ("<=1.5.1", "1.5.1", true),
        (">=1.0.0 <2.0.0 || >=3.0.0 <3.1.0", "3.0.5", true), (">=1.0.0 <2.0.0 || >=3.0.0 <3.1.0", "2.5.0", false),
        ("<  2.0.5", "2.0.4", true), (">= 2.0.0, <= 2.9.10", "2.9.10", true), ("*", "9.9.9", true),
        ("1.2.x || 1.4.x", "1.4.9", true), ("1.2.x || 1.4.x", "1.3.0", false), ("~1.2.3", "1.2.9", true),
        ("~1.2.3", "1.3.0", false), ("^1.2.3", "1.9.0", true), ("^1.2.3", "2.0.0", false), ("^0.2.3", "0.3.0", false),
        ("1.0.0 - 1.4.0", "1.4.0", true), ("1.0.0 - 1.4.0", "1.4.1", false), ("2.3.4", "2.3.4", true),
        ("2.3.4", "2.3.5", false), ("=1.0.0-rc.1", "1.0.0-rc.1", true), ("<=v1.0.0-alpha8", "1.0.0-alpha7", true),
        (">= 2.x", "2.0.0", true), ("<0.0.0", "0.0.1", false),
    ])
    func npm(condition: String, version: String, expected: Bool) throws {
        let intervals = try #require(VersionCondition.intervals(condition))
        #expect(intervals.contains { $0.contains(version, order: .semver) } == expected)
    }

    @Test(arguments: [
        ("~> 6.0.4, >= 6.0.4.1", "6.0.4.1", true), ("~> 6.0.4, >= 6.0.4.1", "6.0.4", false),
        ("~> 6.0.4, >= 6.0.4.1", "6.1.0", false), ("~> 2.1", "2.9", true), ("~> 2.1", "3.0", false),
        (">= 3.0.0.beta2", "3.0.0.beta3", true), ("< 5.2.0.rc1", "5.2.0", false),
    ])
    func gem(condition: String, version: String, expected: Bool) throws {
        let intervals = try #require(VersionCondition.intervals(condition))
        #expect(intervals.contains { $0.contains(version, order: .gem) } == expected)
    }

    @Test(arguments: [
        ("[2.9.0,2.9.10.7)", "2.9.10.6", true), ("[2.9.0,2.9.10.7)", "2.9.10.7", false), ("(,1.0]", "1.0", true),
        ("[1.5]", "1.5", true), ("[1.0,1.2),[2.0,)", "2.4", true), ("[1.0,1.2),[2.0,)", "1.2", false),
    ])
    func maven(condition: String, version: String, expected: Bool) throws {
        let intervals = try #require(VersionCondition.intervals(condition))
        #expect(intervals.contains { $0.contains(version, order: .maven) } == expected)
    }

    @Test(arguments: ["[1.0", "(((", "!= 1.0", ">=", String(repeating: "<", count: 5_000)])
    func unreadable(condition: String) {
        #expect(VersionCondition.intervals(condition) == nil)
    }
}
