import Inventory
import OCI
import Testing

/// The suites of the package URL specification, and what they do not say.
struct PackageURLTests {
    /// A suite of the specification.
    struct Suite: Decodable {
        var tests: [Case]
    }

    struct Case: Decodable {
        var description: String
        var testType: String
        var testGroup: String
        var input: JSONValue
        var output: JSONValue?
        var fails: Bool

        enum CodingKeys: String, CodingKey {
            case description
            case testType = "test_type"
            case testGroup = "test_group"
            case input
            case output = "expected_output"
            case fails = "expected_failure"
        }
    }

    @Test(.needsSharedData) func suites() throws {
        var count = 0
        for folder in ["spec", "types"] {
            for file in try SharedData.files(in: "purl/tests/" + folder, suffix: "-test.json") {
                let bytes = try SharedData.bytes("purl/tests/\(folder)/\(file)")
                for test in try CanonicalJSON.decode(Suite.self, from: bytes, what: file).tests {
                    check(test, file)
                    count += 1
                }
            }
        }
        #expect(count > 500)
    }

    private func check(_ test: Case, _ file: String) {
        let what = Comment(rawValue: "\(file): \(test.testType): \(test.description): \(test.input)")
        // A suite has both "is an error" and "becomes this" for the same text, told apart by the kind of the test.
        let strictness: PackageURL.Strictness = test.testType == "validate" ? .lenient : .strict
        do {
            switch (test.testType, test.input) {
            case ("build", .object(let parts)):
                let url = try Self.build(parts)
                #expect(!test.fails, what)
                if case .string(let text)? = test.output { #expect(url.description == text, what) }
            case (_, .string(let text)):
                let url = try PackageURL(parsing: text, strictness)
                #expect(!test.fails, what)
                switch test.output {
                case .string(let expected): #expect(url.description == expected, what)
                case .object(let parts):
                    #expect(url.type == parts["type"]?.text, what)
                    #expect(url.namespace == parts["namespace"]?.text, what)
                    #expect(url.name == parts["name"]?.text, what)
                    #expect(url.version == parts["version"]?.text, what)
                    #expect(url.subpath == parts["subpath"]?.text, what)
                    #expect(url.qualifiers == Self.qualifiers(parts), what)
                default: break
                }
            default: Issue.record("a test of an unknown form: \(what)")
            }
        } catch {
            #expect(test.fails, "\(what): \(error)")
        }
    }

    private static func build(_ parts: [String: JSONValue]) throws -> PackageURL {
        try PackageURL(
            type: parts["type"]?.text ?? "", namespace: parts["namespace"]?.text, name: parts["name"]?.text ?? "",
            version: parts["version"]?.text, qualifiers: qualifiers(parts), subpath: parts["subpath"]?.text)
    }

    private static func qualifiers(_ parts: [String: JSONValue]) -> [String: String] {
        guard case .object(let pairs)? = parts["qualifiers"] else { return [:] }
        return pairs.compactMapValues(\.text)
    }

    @Test func textThatIsNone() {
        for text in [
            "", "pkg", "pkg:", "pkg:/", "pkg:npm", "pkg:npm/", "pkg:npm/@", "pkg:npm/a@1%", "pkg:npm/a%zz",
            "pkg:npm/%FF",
            "pkg:npm/a?x y=1", "pkg://", "pkg:1/a", "pkg:npm/a@1?=b",
        ] {
            #expect(throws: PackageURLError.self, "\(text)") { try PackageURL(parsing: text) }
        }
    }

    @Test func equalWhenTheSame() throws {
        #expect(
            try PackageURL(parsing: "pkg:PyPI/Foo_Bar@1") == PackageURL(type: "pypi", name: "foo-bar", version: "1"))
        #expect(
            try PackageURL(parsing: "pkg:deb/Debian/libssl3@1:3.0-1%2Bb1?distro=debian-12&arch=amd64").description
                == "pkg:deb/debian/libssl3@1:3.0-1%2Bb1?arch=amd64&distro=debian-12")
    }
}

extension JSONValue {
    fileprivate var text: String? {
        if case .string(let text) = self { text } else { nil }
    }
}
