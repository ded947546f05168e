import DockerfileSyntax
import Testing

@testable import Checks

/// Strangers' Dockerfiles: nothing crashes, and what is fixed is still a Dockerfile with all its comments.
struct CorpusTests {
    @Test("checking and fixing hold on every file", .needsShared("slim/realworld"))
    func corpus() throws {
        let paths = SharedCorpus.dockerfiles()
        #expect(paths.count > 300)
        let checker = Checker()
        for path in paths {
            let bytes = try SharedCorpus.bytes(path)
            let report = checker.check(bytes, path: path)
            guard report.error == nil else { continue }
            for finding in report.findings {
                #expect(finding.range.start >= 0 && finding.range.end <= bytes.count, "\(path): \(finding)")
                #expect(finding.range.start <= finding.range.end, "\(path): \(finding)")
                for edit in finding.fix?.edits ?? [] {
                    #expect(edit.range.start <= edit.range.end && edit.range.end <= bytes.count, "\(path): \(finding)")
                }
            }
            let application = FixApplication(checker)
            let once = application.apply(to: bytes, path: path)
            #expect(application.apply(to: once.bytes, path: path).applied.isEmpty, "\(path) is not fixed after one run")
            let before = try Dockerfile.parse(bytes, path: path)
            let after = try Dockerfile.parse(once.bytes, path: path)
            _ = try after.resolve()
            #expect(
                CommentLines.all(in: after.source).isSuperset(of: CommentLines.all(in: before.source)),
                "\(path) lost a comment")
        }
    }

    /// Where everything is known, every fix that there is goes in.
    @Test("fixes hold where versions are known and lines end with carriage returns", .needsShared("slim/realworld"))
    func known() throws {
        let application = FixApplication(Checker())
        let inputs = CheckInputs(packages: KnownPackages(), tags: KnownTags())
        var pins = 0
        for (number, path) in SharedCorpus.dockerfiles().enumerated() where number % 4 == 0 {
            let plain = try SharedCorpus.bytes(path)
            if plain.contains(0x0D) { continue }
            let bytes = plain.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] }
            let once = application.apply(to: bytes, path: path, inputs: inputs)
            pins += once.applied.filter { $0.summary.contains("versions") }.count
            #expect(
                application.apply(to: once.bytes, path: path, inputs: inputs).applied.isEmpty,
                "\(path) is not fixed after one run")
            guard !once.applied.isEmpty else { continue }
            #expect(
                zip(once.bytes.dropFirst(), once.bytes).allSatisfy { $0 != 0x0A || $1 == 0x0D },
                "\(path) ends its lines in two ways")
            let before = CommentLines.all(in: try Dockerfile.parse(bytes, path: path).source)
            let after = try Dockerfile.parse(once.bytes, path: path)
            _ = try after.resolve()
            #expect(CommentLines.all(in: after.source).isSuperset(of: before), "\(path) lost a comment")
        }
        #expect(pins > 5)
    }

    /// Cut-off and mangled files are as hostile as any.
    @Test("mangled files do not crash", .needsShared("slim/realworld"))
    func mangled() throws {
        let checker = Checker()
        for (number, path) in SharedCorpus.dockerfiles().enumerated() where number % 7 == 0 {
            let bytes = try SharedCorpus.bytes(path)
            guard bytes.count > 8 else { continue }
            for part in 1..<6 {
                var mangled = Array(bytes.prefix(bytes.count * part / 6))
                mangled[mangled.count / 2] = [0x22, 0x5C, 0x24, 0x0A, 0xFF][part - 1]
                let report = checker.check(mangled, path: path)
                guard report.error == nil else { continue }
                let fixed = FixApplication(checker).apply(to: mangled, path: path)
                #expect(checker.check(fixed.bytes, path: path).error == nil)
            }
        }
    }
}

/// Knows a version of everything.
private struct KnownPackages: PackageVersions {
    func version(of package: String, manager: PackageManager, image: String?) -> String? { "1.2.3-r0" }
}

/// Knows a tag and a digest of everything.
private struct KnownTags: TagResolver {
    func pinnedTag(for reference: String) -> String? { "1.2.3" }
    func digest(of reference: String) -> String? { ExampleTags.digest }
}
