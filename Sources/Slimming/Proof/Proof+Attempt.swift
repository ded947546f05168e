import BuildContext
import Builder
import DockerfileSyntax
import OCI

/// Trying one way.
extension Proof {
    /// What came of it.
    enum Attempt {
        case accepted(SlimReport)
        /// It passes and is hardly larger, and no longer runs as root: what is left when nothing is smaller.
        case spare(SlimReport)
        /// Why not, and whether it may be the account that stands in the way.
        case rejected(String, byAccount: Bool)
    }

    /// Makes the text of a plan, builds it, and puts it to the test.
    func attempt(
        _ plan: RuntimePlan, _ situation: Situation, _ reference: SmokeResult, _ report: SlimReport
    ) async throws -> Attempt {
        var plan = plan
        guard let base = await firstThatExists(plan.bases) else {
            return .rejected("none of \(plan.bases.joined(separator: ", ")) can be had", byAccount: false)
        }
        say("trying \(plan.name) on \(base)")
        try await complete(&plan, situation, base: base)
        var text: [UInt8]
        var steps: [SlimStep]
        do {
            (text, steps) = try compose(plan, base: base)
        } catch {
            return .rejected("the edits do not fit together: \(error)", byAccount: false)
        }
        await finish(&text, &steps)
        let ignoreText = IgnoreFileDraft.text(view, project, existing: existing)
        let patterns = ignoreText.map { IgnoreFile.parse(Array($0.utf8)) } ?? ignore
        let built: Workbench.Built
        do {
            built = try await build(text, ignore: patterns, tag: "after")
        } catch let error as BuildError {
            say("  does not build: \(error.description)")
            for line in FailedOutput.lines(of: error, limit: 10) { say("    " + line) }
            let makesAccount = !(plan.user?.setup.isEmpty ?? true) || !(plan.user?.writable.isEmpty ?? true)
            return .rejected(FailedOutput.reason(error), byAccount: makesAccount)
        }
        let difference = ConfigComparison.differences(
            situation.evidence?.config ?? ContainerConfig(), built.image.config.config,
            base: situation.evidence?.baseConfig ?? ContainerConfig(), buildOnly: plan.buildOnlyVariables,
            isOtherServer: plan.changesServer, allowsOtherHealthCheck: plan.changesHealthCheck)
        guard difference.isEmpty else {
            say("  " + difference.joined(separator: "; "))
            return .rejected(difference.joined(separator: "; "), byAccount: false)
        }
        let result = try await smoke.run(built.found, records: false, reference: reference)
        guard result.passed else {
            say("  does not pass: \(result.reason ?? "the test fails")")
            return .rejected(result.reason ?? "the test fails", byAccount: true)
        }
        if plan.changesHealthCheck, result.kind != SmokeTest.healthCheck {
            let check = try await healthCheck.run(built.found, records: false, reference: reference)
            guard check.passed else { return .rejected(check.reason ?? "the health check fails", byAccount: true) }
        }
        var report = report
        report.after = try await measure(built, result, tag: "after")
        let isSmaller =
            report.after.size < report.before.size
            || (plan.isWorthSameSize && report.after.size == report.before.size)
        guard isSmaller || Self.isSafer(report.before, report.after) else {
            return .rejected(Self.notSmaller, byAccount: false)
        }
        if !options.targets.isEmpty {
            report.targets = try await prove(options.targets, &text, built, reference, ignore: patterns)
        }
        report.dockerfile = String(decoding: text, as: UTF8.self)
        report.dockerignore = ignoreText
        report.steps = steps.sorted { $0.line < $1.line }
        report.accepted = true
        report.variant = plan.name
        report.reductionPercent = Self.reduction(report.before.size, report.after.size)
        return isSmaller ? .accepted(report) : .spare(report)
    }

    /// Whether an image no longer runs as root, and is hardly larger for it.
    static func isSafer(_ before: SlimReport.Image, _ after: SlimReport.Image) -> Bool {
        ConfigComparison.isRoot(before.user) && !ConfigComparison.isRoot(after.user)
            && after.size - before.size <= before.size / 20
    }

    /// The first of these images that can be had.
    func firstThatExists(_ names: [String]) async -> String? {
        for name in names where await bench.exists(name) { return name }
        return nil
    }

    /// What only the new base and the files of the original can tell.
    private func complete(_ plan: inout RuntimePlan, _ situation: Situation, base: String) async throws {
        if base != "scratch", !plan.isInPlace || base != view.baseName(of: view.buildIndex) {
            try await addPackages(&plan, situation, base: base)
        }
        if let evidence = situation.evidence {
            plan.copies = CopyLines.joined(plan.copies, in: evidence.image)
            if evidence.config.exposedPorts.isEmpty, options.smoke.inside == nil {
                plan.ports = evidence.observation.ports.sorted()
            }
            plan.written = evidence.writtenDirectories
            plan.hasPrivateFiles = Self.hasPrivateFiles(evidence.image, below: situation.applicationDirectory)
        }
        if options.comments { plan.addComments(situation.view) }
    }

    /// The text of a plan. One that stays in its stage gets what the checks would fix there, too.
    private func compose(_ plan: RuntimePlan, base: String) throws -> ([UInt8], [SlimStep]) {
        let draft = Composer(view: view, plan: plan, base: base).compose()
        var (text, steps) = (try draft.text(), draft.steps)
        if plan.isInPlace {
            let fixed = Hygiene(extent: plan.keepsRecommended ? .unproved : .proved)
                .apply(to: text, path: options.dockerfile.path)
            text = fixed.text
            let lines = draft.originalLines
            steps += fixed.steps.map { step in
                var step = step
                if lines.indices.contains(step.line - 1) { step.line = lines[step.line - 1] }
                return step
            }
        }
        _ = try Dockerfile.parse(text, path: options.dockerfile.path).resolve()
        return (text, steps)
    }
}
