import Builder
import Checks
import DockerfileSyntax
import Glibc
import OCI
import Rendering

/// A checked Dockerfile, and what was done to it.
struct CheckedDockerfile: Sendable {
    /// The file after the fixes, if there were any.
    var checked: CheckedFile
    /// What the fixes change, as a diff.
    var diff = ""
    /// The fixes that went in.
    var applied: [FixApplication.Applied] = []

    /// Says on standard error what cannot be read, and what was fixed.
    func printRemarks(usesColor: Bool) {
        if let error = checked.report.error {
            let renderer = DiagnosticText(source: checked.report.source, usesColor: usesColor)
            StandardError.write(renderer.text(of: error.diagnostic))
        }
        for fix in applied {
            StandardError.write(
                "fixed: \(checked.path):\(fix.line): \(fix.summary) [\(fix.rule), \(fix.kind.rawValue)]")
        }
    }
}

/// Checks files side by side.
struct CheckRun: Sendable {
    let checker: Checker
    let inputs: CheckInputsSource
    let fixes: FixRequest?

    /// The files in the order given.
    func check(_ files: [String]) async throws -> [CheckedDockerfile] {
        try await addingRemarks(to: try await applyRules(to: files))
    }

    private func applyRules(to files: [String]) async throws -> [CheckedDockerfile] {
        let workers = max(1, min(files.count, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        return try await withThrowingTaskGroup(of: [(Int, CheckedDockerfile)].self) { group in
            for worker in 0..<workers {
                group.addTask(executorPreference: BlockingPool.shared) {
                    var results: [(Int, CheckedDockerfile)] = []
                    for index in stride(from: worker, to: files.count, by: workers) {
                        try Task.checkCancellation()
                        results.append((index, try check(files[index])))
                    }
                    return results
                }
            }
            var results: [(Int, CheckedDockerfile)] = []
            for try await part in group { results += part }
            return results.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    /// Adds what ShellCheck says about the scripts of all files, where it is installed.
    private func addingRemarks(to results: [CheckedDockerfile]) async throws -> [CheckedDockerfile] {
        guard checker.looksAtScripts else { return results }
        let scripts = try await blocking {
            Set(results.flatMap { DockerfileScripts.all(in: $0.checked.report.source.bytes, path: $0.checked.path) })
        }
        guard let remarks = try await ShellCheckProgram.remarks(on: scripts) else { return results }
        return try await blocking {
            results.map { result in
                var result = result
                result.checked.report = checker.adding(remarks, to: result.checked.report)
                return result
            }
        }
    }

    private func check(_ path: String) throws -> CheckedDockerfile {
        let bytes =
            path == "-"
            ? try FileBytes.readStandardInput(what: "Dockerfile") : try FileBytes.read(path, what: "Dockerfile")
        let inputs = try self.inputs.inputs(for: path)
        let report = checker.check(bytes, path: path, inputs: inputs)
        var result = CheckedDockerfile(checked: CheckedFile(path: path, report: report))
        guard let fixes, report.error == nil else { return result }
        let fixed = FixApplication(checker, classes: fixes.classes).apply(to: bytes, path: path, inputs: inputs)
        guard fixed.bytes != bytes else { return result }
        if fixes.writes {
            try ReportFile.replace(path, with: fixed.bytes)
            result.applied = fixed.applied
            result.checked.report = checker.check(fixed.bytes, path: path, inputs: inputs)
        } else {
            result.diff = UnifiedDiff.text(
                path: path, from: report.source.text, to: String(decoding: fixed.bytes, as: UTF8.self))
        }
        return result
    }
}
