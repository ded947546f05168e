import Builder
import Checks
import DockerfileSyntax
import Glibc
import OCI
import Rendering
import Synchronization

/// A checked Dockerfile, and what was done to it.
struct CheckedDockerfile: Sendable {
    /// The file after the fixes, if there were any.
    var checked: CheckedFile
    /// What the fixes change, as a diff.
    var diff = ""
    /// The fixes that went in.
    var applied: [FixApplication.Applied] = []
    /// Why the file could not be read.
    var problem: String?
    /// The fixes that did not keep their promise.
    var refused: [FixVerifier.Refused] = []
    /// Files that could not be compared, sorted.
    var unproven: [String] = []

    /// Says on standard error what cannot be read, and what was fixed.
    func printRemarks(usesColor: Bool) {
        if let problem { StandardError.write(DiagnosticText(source: nil, usesColor: usesColor).line(problem)) }
        if let error = checked.report.error {
            let renderer = DiagnosticText(source: checked.report.source, usesColor: usesColor)
            StandardError.write(renderer.text(of: error.diagnostic))
        }
        for fix in applied {
            StandardError.write(
                "fixed: \(checked.path):\(fix.line): \(fix.summary) [\(fix.rule), \(fix.kind.rawValue)]")
        }
        for refusal in refused {
            let fix = refusal.fix
            StandardError.write(
                "refused: \(checked.path):\(fix.line): \(fix.summary) [\(fix.rule), \(fix.kind.rawValue)]: "
                    + refusal.reasons.joined(separator: "; "))
        }
        if !unproven.isEmpty { StandardError.write(Self.unprovenText(unproven, checked.path)) }
    }

    /// Says which files prove nothing.
    static func unprovenText(_ files: [String], _ path: String) -> String {
        let more = files.count > 5 ? " and \(files.count - 5) more" : ""
        return "note: \(path): not reproducible, so that their contents were not compared: "
            + files.prefix(5).joined(separator: ", ") + more
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
        let queue = FileQueue(count: files.count)
        return try await withThrowingTaskGroup(of: [(Int, CheckedDockerfile)].self) { group in
            for _ in 0..<workers {
                group.addTask(executorPreference: BlockingPool.shared) {
                    var results: [(Int, CheckedDockerfile)] = []
                    while let index = queue.next() {
                        try Task.checkCancellation()
                        results.append((index, try checkOrSayWhyNot(files[index])))
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
        guard checker.looksAtScripts, ShellCheckProgram.isInstalled else { return results }
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

    /// A file that cannot be read does not keep the others from being checked.
    private func checkOrSayWhyNot(_ path: String) throws -> CheckedDockerfile {
        do {
            return try check(path)
        } catch let error as OptionError {
            let nothing = CheckReport(source: SourceText([UInt8](), path: path), findings: [])
            return CheckedDockerfile(checked: CheckedFile(path: path, report: nothing), problem: "\(error)")
        }
    }

    private func check(_ path: String) throws -> CheckedDockerfile {
        let (bytes, inputs) = try read(path)
        var result = CheckedDockerfile(checked: CheckedFile(path: path, report: report(bytes, path, inputs)))
        guard let fixes, result.checked.report.error == nil else { return result }
        let fixed = FixApplication(checker, classes: fixes.classes).apply(to: bytes, path: path, inputs: inputs)
        try finish(&result, fixed.bytes, fixed.applied, inputs)
        return result
    }

    /// The text of a Dockerfile, and what is known around it.
    func read(_ path: String) throws -> ([UInt8], CheckInputs) {
        let bytes =
            path == "-"
            ? try FileBytes.readStandardInput(what: "Dockerfile") : try FileBytes.read(path, what: "Dockerfile")
        return (bytes, inputs.inputs(for: path))
    }

    /// What is found in a text.
    func report(_ bytes: [UInt8], _ path: String, _ inputs: CheckInputs) -> CheckReport {
        checker.check(bytes, path: path, inputs: inputs)
    }

    /// Writes the text after the fixes, or shows it.
    func finish(
        _ result: inout CheckedDockerfile, _ bytes: [UInt8], _ applied: [FixApplication.Applied], _ inputs: CheckInputs
    ) throws {
        let source = result.checked.report.source
        let path = result.checked.path
        guard let fixes, bytes != source.bytes else { return }
        if fixes.writes {
            try ReportFile.replace(path, with: bytes)
            result.applied = applied
            result.checked.report = report(bytes, path, inputs)
        } else {
            result.diff = UnifiedDiff.text(path: path, from: source.text, to: String(decoding: bytes, as: UTF8.self))
        }
    }
}

/// Hands out the places of files, so that no worker is done while another has many left.
private final class FileQueue: Sendable {
    private let count: Int
    private let taken = Atomic<Int>(0)

    init(count: Int) { self.count = count }

    func next() -> Int? {
        let index = taken.wrappingAdd(1, ordering: .relaxed).oldValue
        return index < count ? index : nil
    }
}
