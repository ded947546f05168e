import BuildGraph
import Builder
import Checks
import DockerfileSyntax
import FoundationEssentials
import OCI
import Rendering

/// Carries out a `--call` that is not `build`: nothing is built, pulled or written.
struct BuildCallRun {
    let call: BuildCall
    let command: BuildCommand
    let options: BuildOptions

    func run() throws {
        switch call.method {
        case .build: break
        case .check: try check()
        case .targets: try list(TargetList(try parsed()))
        case .outline: try outline()
        }
    }

    private func parsed() throws -> ParsedDockerfile {
        do {
            return try Dockerfile.parse(options.dockerfile.bytes, path: options.dockerfile.path).resolve()
        } catch {
            throw failure(error.diagnostic)
        }
    }

    private func failure(_ diagnostic: Diagnostic) -> CommandFailure {
        CommandFailure(
            BuildError.dockerfile(diagnostic), source: source, usesColor: command.global.usesColor)
    }

    private var source: SourceText { SourceText(options.dockerfile.bytes, path: options.dockerfile.path) }

    /// The Dockerfile as BuildKit's answers have it.
    private var sources: [String] { [Data(options.dockerfile.bytes).base64EncodedString()] }

    private func print(json value: some Encodable) throws {
        Swift.print(String(decoding: try CanonicalJSON.encode(value), as: UTF8.self))
    }

    // MARK: Targets and outline

    private struct Answer<Content: Encodable>: Encodable {
        var content: Content
        var sources: [String]

        private enum CodingKeys: CodingKey { case sources }

        func encode(to encoder: any Encoder) throws {
            try content.encode(to: encoder)
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(sources, forKey: .sources)
        }
    }

    private func list(_ list: TargetList) throws {
        if call.isJSON { return try print(json: Answer(content: list, sources: sources)) }
        var table = TextTable([.init("TARGET"), .init("DESCRIPTION")])
        for target in list.targets {
            let name = target.isDefault ? (target.name.map { $0 + " (default)" } ?? "(default)") : target.name ?? ""
            table.add([name, target.description ?? ""])
        }
        Swift.print(table.list, terminator: "")
    }

    private func outline() throws {
        var plan = PlanOptions(buildPlatform: .host)
        plan.target = options.target
        plan.buildArguments = options.buildArguments
        plan.platform = options.platforms.first
        let outline: Outline
        do { outline = try Outline(try parsed(), options: plan) } catch let error as PlanError {
            throw failure(Diagnostic(severity: .error, message: "\(error)", range: error.range))
        }
        if call.isJSON { return try print(json: Answer(content: outline, sources: sources)) }
        if outline.name != nil || outline.description != nil {
            Swift.print("TARGET:      \(outline.name ?? "(default)")")
            if let description = outline.description { Swift.print("DESCRIPTION: \(description)") }
            Swift.print()
        }
        if !outline.args.isEmpty {
            var table = TextTable([.init("BUILD ARG"), .init("VALUE"), .init("DESCRIPTION")])
            for argument in outline.args {
                table.add([argument.name, argument.value ?? "", argument.description ?? ""])
            }
            Swift.print(table.list)
        }
        for (title, mounts) in [("SECRET", outline.secrets), ("SSH", outline.ssh)] where !mounts.isEmpty {
            var table = TextTable([.init(title), .init("REQUIRED")])
            for mount in mounts { table.add([mount.name, mount.required == true ? "true" : ""]) }
            Swift.print(table.list)
        }
    }

    // MARK: Check

    /// A finding as BuildKit's answer has it.
    private struct Warning: Encodable {
        var ruleName: String
        var description: String
        var detail: String
        var location: SourceLocation
    }

    private struct LintResults: Encodable {
        struct Source: Encodable {
            var filename: String
            var language = "Dockerfile"
            var data: String
        }

        struct Failure: Encodable {
            var message: String
            var location: SourceLocation
        }

        var warnings: [Warning]
        var sources: [Source]
        var buildError: Failure?
    }

    private func check() throws {
        let rules = BuildChecks.rules
        let report = BuildChecks.report(of: options, storeDirectory: command.global.rootDirectory)
        let count = report.findings.count
        if call.isJSON {
            let summaries = Dictionary(rules.map { ($0.id, $0.summary) }) { first, _ in first }
            let source = report.source
            func lines(_ range: SourceRange?) -> SourceLocation {
                let range = range ?? SourceRange(at: 0)
                let first = source.lineNumber(of: range.start)
                return SourceLocation(first...max(first, source.lineNumber(of: max(range.start, range.end - 1))))
            }
            try print(
                json: LintResults(
                    warnings: report.findings.map {
                        Warning(
                            ruleName: $0.rule, description: summaries[$0.rule] ?? "", detail: $0.message,
                            location: lines($0.range))
                    },
                    sources: [LintResults.Source(filename: options.dockerfile.path, data: sources[0])],
                    buildError: report.error.map {
                        LintResults.Failure(message: "\($0)", location: lines($0.diagnostic.range))
                    }))
        } else {
            if report.error == nil {
                Swift.print(
                    count == 0
                        ? "Check complete, no warnings found."
                        : "Check complete, \(count) warning\(count == 1 ? " has" : "s have") been found!\n")
            }
            Swift.print(
                try FindingsReport(
                    files: [CheckedFile(path: options.dockerfile.path, report: report)], version: Version.text
                ).text(as: .text, usesColor: command.global.usesColor(on: 1)), terminator: "")
            if let error = report.error { throw failure(error.diagnostic) }
        }
        if count > 0 || report.error != nil, !call.ignoresStatus {
            throw CommandFailure(status: ExitStatusCode.negative, "")
        }
    }
}
