import Builder
import Checks
import FoundationEssentials
import Glibc
import OCI
import Subprocess

/// Runs ShellCheck on the scripts of Dockerfiles, many of them in one process.
struct ShellCheckProgram: Sendable {
    /// Scripts for one process; few enough for the length of a command line.
    private static let batch = 100

    /// What it says about scripts.
    struct Remarks: ScriptLinter {
        fileprivate var byScript: [LintedScript: [ScriptRemark]] = [:]

        func lint(_ script: LintedScript) -> [ScriptRemark] { byScript[script] ?? [] }
    }

    /// True when the program is in a directory of `PATH`. Where it is not, nobody has to look for scripts.
    static var isInstalled: Bool {
        (environment("PATH") ?? "").split(separator: ":").contains { access("\($0)/shellcheck", X_OK) == 0 }
    }

    /// The remarks about scripts; nil where ShellCheck is not installed.
    ///
    /// - Throws: `CancellationError`, or `OCIError` when the scripts cannot be written.
    static func remarks(on scripts: Set<LintedScript>) async throws -> Remarks? {
        guard !scripts.isEmpty else { return Remarks() }
        let directory = try await blocking { try makeDirectory() }
        do {
            let result = try await remarks(on: Array(scripts), in: directory)
            try? await blocking { remove(directory) }
            return result
        } catch {
            try? await blocking { remove(directory) }
            throw error
        }
    }

    private static func remarks(on scripts: [LintedScript], in directory: String) async throws -> Remarks? {
        let processors = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        // As many processes as processors, none of them with more than its batch.
        let size = min(batch, max(1, (scripts.count + processors - 1) / processors))
        let batches = stride(from: 0, to: scripts.count, by: size).map { $0..<min($0 + size, scripts.count) }
        return try await withThrowingTaskGroup(of: [Int: [ScriptRemark]]?.self) { group in
            var waiting = batches[...]
            for _ in 0..<processors {
                guard let range = waiting.popFirst() else { break }
                group.addTask { try await run(scripts, range, in: directory) }
            }
            var remarks = Remarks()
            while let part = try await group.next() {
                guard let part else {
                    group.cancelAll()
                    return nil
                }
                for (index, found) in part { remarks.byScript[scripts[index]] = found }
                if let range = waiting.popFirst() { group.addTask { try await run(scripts, range, in: directory) } }
            }
            return remarks
        }
    }

    /// One process; nil when there is no such program or it fails.
    private static func run(
        _ scripts: [LintedScript], _ range: Range<Int>, in directory: String
    ) async throws -> [Int: [ScriptRemark]]? {
        try await blocking {
            for index in range { try ReportFile.write(scripts[index].text, to: "\(directory)/\(index)") }
        }
        let arguments = ["--norc", "--format=json1", "--severity=style"] + range.map { "\(directory)/\($0)" }
        let output: String
        do {
            let result = try await Subprocess.run(
                .name("shellcheck"), arguments: Arguments(arguments), input: .none,
                output: .string(limit: 256 << 20), error: .discarded)
            // 1 is for remarks; anything else is a program that is not what it should be.
            guard result.terminationStatus == .exited(0) || result.terminationStatus == .exited(1) else { return nil }
            output = result.standardOutput
        } catch {
            try Task.checkCancellation()
            return nil
        }
        return try await blocking {
            guard let report = try? JSONDecoder().decode(Report.self, from: Data(output.utf8)) else { return nil }
            var remarks: [Int: [ScriptRemark]] = [:]
            for comment in report.comments {
                guard let name = comment.file.split(separator: "/").last, let index = Int(name) else { continue }
                remarks[index, default: []].append(comment.remark)
            }
            return remarks
        }
    }

    /// The program's output.
    private struct Report: Decodable {
        var comments: [Comment]

        struct Comment: Decodable {
            var file: String
            var line: Int
            var endLine: Int
            var column: Int
            var endColumn: Int
            var level: String
            var code: Int
            var message: String

            var remark: ScriptRemark {
                ScriptRemark(
                    code: "SC\(code)", severity: Severity(rawValue: level) ?? .error, message: message, line: line,
                    column: column, endLine: endLine, endColumn: endColumn)
            }
        }
    }

    private static func makeDirectory() throws -> String {
        let parent = environment("TMPDIR") ?? "/tmp"
        var template = Array((parent + "/whittle-check-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else {
            throw OCIError.system(operation: "make a directory in", path: parent, errno: errno)
        }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Removes the directory and the scripts in it.
    private static func remove(_ directory: String) {
        try? FileManager.default.removeItem(atPath: directory)
    }
}
