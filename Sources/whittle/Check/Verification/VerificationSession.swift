import Builder
import Checks
import DockerfileSyntax
import Rendering

/// Fixes, or changes that somebody else made, held against the images before and after them.
struct VerificationSession: Sendable {
    let workplace: CheckWorkplace
    /// The build context; nil for the directory of each Dockerfile.
    let context: String?
    /// What builds are told.
    let settings: BuildOptions

    /// Checks a file and applies the fixes that keep their promises.
    func check(_ path: String, _ run: CheckRun) async throws -> CheckedDockerfile {
        let (bytes, inputs) = try run.read(path)
        let report = await withTaskExecutorPreference(BlockingPool.shared) { run.report(bytes, path, inputs) }
        var result = CheckedDockerfile(checked: CheckedFile(path: path, report: report))
        guard let fixes = run.fixes, result.checked.report.error == nil else { return result }
        let application = FixApplication(run.checker, classes: fixes.classes)
        do {
            let fixed = try await FixVerifier(build: build(path)).apply(application, to: bytes, inputs: inputs)
            result.refused = fixed.refused
            result.unproven = fixed.unproven.sorted()
            result = try await withTaskExecutorPreference(BlockingPool.shared) { [result] in
                var finished = result
                try run.finish(&finished, fixed.bytes, fixed.applied, inputs)
                return finished
            }
        } catch let error as BuildError {
            throw CommandFailure(error, source: result.checked.report.source)
        }
        return result
    }

    /// Holds a changed Dockerfile against the original.
    ///
    /// - Throws: ``CommandFailure`` that says where the promise is not kept.
    func hold(_ changed: String, against path: String, kind: FixClass) async throws {
        let old = try FileBytes.read(path, what: "Dockerfile")
        let new = try FileBytes.read(changed, what: "Dockerfile")
        let verdict: FixVerifier.Verdict
        do {
            // Nothing is declared for a change that comes from nowhere: it may change anything, or must change nothing.
            verdict = try await FixVerifier(build: build(path))
                .verify(FixClaim(kind: kind, declaration: .anything), from: old, to: new)
        } catch let error as BuildError {
            throw CommandFailure(error, source: SourceText(old, path: path))
        }
        if !verdict.unproven.isEmpty {
            StandardError.write(CheckedDockerfile.unprovenText(verdict.unproven, path))
        }
        guard !verdict.reasons.isEmpty else {
            print("\(changed): \(kind.rawValue) as \(path)")
            return
        }
        let lines = verdict.reasons.map { "refused: \(changed): not \(kind.rawValue): \($0)" }
        throw CommandFailure(status: ExitStatusCode.negative, lines.joined(separator: "\n"))
    }

    private func build(_ path: String) -> VerificationBuild {
        let slash = path.lastIndex(of: "/")
        let directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        return VerificationBuild(
            dockerfile: path, context: context ?? directory, workplace: workplace, settings: settings)
    }
}
