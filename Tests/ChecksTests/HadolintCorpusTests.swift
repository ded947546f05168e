import DockerfileSyntax
import Testing

@testable import Checks

/// Strangers' Dockerfiles with everything known: every fix there is goes in, and the file is still a Dockerfile.
struct HadolintCorpusTests {
    /// Knows a version of every package and a tag of every image.
    private struct Everything: PackageVersions, TagResolver {
        func version(of package: String, manager: PackageManager, image: String?) -> String? { "1.2.3-4" }
        func pinnedTag(for reference: String) -> String? { "1.2.3" }
        func digest(of reference: String) -> String? { nil }
    }

    private let inputs = CheckInputs(
        baseImages: ExampleBases(BaseImageConfiguration(workingDirectory: "/base", user: "1001")),
        packages: Everything(), tags: Everything())

    @Test("all fixes of all files", .needsShared("slim/realworld"))
    func fixes() throws {
        let checker = Checker(rules: Rules.hadolint)
        let application = FixApplication(checker)
        var used: Set<String> = []
        for path in SharedCorpus.dockerfiles() {
            let bytes = try SharedCorpus.bytes(path)
            guard checker.check(bytes, path: path, inputs: inputs).error == nil else { continue }
            let once = application.apply(to: bytes, path: path, inputs: inputs)
            used.formUnion(once.applied.map(\.rule))
            let twice = application.apply(to: once.bytes, path: path, inputs: inputs)
            #expect(twice.applied.isEmpty, "\(path) is not fixed after one run")
            let after = try Dockerfile.parse(once.bytes, path: path)
            _ = try after.resolve()
            #expect(
                CommentLines.all(in: after.source).isSuperset(
                    of: CommentLines.all(in: SourceText(bytes, path: path))), "\(path) lost a comment")
        }
        #expect(used.isSuperset(of: ["DL3006", "DL3008", "DL3009", "DL3013", "DL3015", "DL3018", "DL3059"]))
    }
}
