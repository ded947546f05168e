import Builder
import Checks
import DockerfileSyntax

/// Fails the build of a Dockerfile that has `# check=error=true` and findings.
struct CheckEnforcement {
    let command: BuildCommand
    let options: BuildOptions

    func run() throws {
        let source = SourceText(options.dockerfile.bytes, path: options.dockerfile.path)
        // A file that cannot be parsed fails the build with a message of its own.
        guard let dockerfile = try? Dockerfile.parse(source.bytes, path: source.path) else { return }
        do {
            guard try Pragmas.findingsFailBuild(dockerfile) else { return }
        } catch {
            throw failure(Diagnostic(severity: .error, message: "\(error)", range: error.range), source)
        }
        let findings = BuildChecks.report(of: options, storeDirectory: command.global.rootDirectory).findings
        guard let first = findings.first else { return }
        var rules: [String] = []
        for finding in findings where !rules.contains(finding.rule) { rules.append(finding.rule) }
        // The file is right as a Dockerfile: it is the answer that is no.
        var failure = failure(
            Diagnostic(
                severity: .error, message: "lint violation found for rules: \(rules.joined(separator: ", "))",
                range: first.range, hint: "build --check says more"), source)
        failure.status = ExitStatusCode.negative
        throw failure
    }

    private func failure(_ diagnostic: Diagnostic, _ source: SourceText) -> CommandFailure {
        CommandFailure(BuildError.dockerfile(diagnostic), source: source, usesColor: command.global.usesColor)
    }
}

/// The rules that `docker build --check` has; `whittle check` has more.
enum BuildChecks {
    static let rules = Rules.all.filter { $0.family == .buildKit }

    static func report(of options: BuildOptions, storeDirectory: String) -> CheckReport {
        let inputs = CheckInputsSource(context: options.context?.path, storeDirectory: storeDirectory, facts: nil)
        return Checker(rules: rules).check(
            options.dockerfile.bytes, path: options.dockerfile.path,
            inputs: inputs.inputs(for: options.dockerfile.path))
    }
}
