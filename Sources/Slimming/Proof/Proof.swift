import BuildContext
import Builder
import DockerfileSyntax
import Glibc
import OCI
import Running
import Sandbox
import Store

/// Builds and tests the original and what could take its place.
struct Proof: Sendable {
    let options: SlimOptions
    let bench: Workbench
    let view: StageView
    let project: ProjectTree
    let ignore: [String]
    let existing: String?
    let say: @Sendable (String) -> Void

    var smoke: SmokeTest { test(options.smoke) }

    /// The image's own health check, whatever else it is tested by.
    var healthCheck: SmokeTest {
        var own = SmokeOptions()
        own.timeout = options.smoke.timeout
        own.environment = options.smoke.environment
        return test(own)
    }

    private func test(_ options: SmokeOptions) -> SmokeTest {
        SmokeTest(
            options: options, locator: bench.locator, store: bench.store, executor: bench.executor,
            scratch: bench.scratch)
    }

    func name(_ tag: String) -> String {
        let directory = options.context.split(separator: "/").last.map(String.init) ?? "app"
        let safe = String(directory.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
        let trimmed = safe.split(separator: "-").joined(separator: "-")
        return "localhost/whittle-slim/\(trimmed.isEmpty ? "app" : trimmed):\(tag)"
    }

    func run(leave: String?, _ report: SlimReport) async throws -> SlimReport {
        var report = report
        say("building the original")
        let before: Workbench.Built
        do {
            before = try await build(options.dockerfile.bytes, ignore: ignore, tag: "before")
        } catch let error as BuildError {
            say("the original does not build")
            throw error
        }
        let image = try await MountedImage(
            before.found, locator: bench.locator, store: bench.store, scratch: bench.scratch, name: "before")
        defer { image.unmount() }
        say("testing the original")
        let reference = try await smoke.run(before.found, records: leave == nil, reference: nil)
        report.proof = reference.kind
        report.before = try await measure(before, reference, tag: "before")
        guard reference.passed else {
            let failure = "the original does not pass its own test: \(reference.reason ?? "no reason")"
            report.reason = leave.map { "left in its stages: \($0); \(failure)" } ?? failure
            return report
        }
        if let leave { return try await hygiene(leave, report, reference) }

        let base = try await baseImage()
        defer { base?.unmount() }
        let evidence = evidence(image, base, reference)
        var observed = SlimReport.Observed()
        observed.programs = evidence.programs.sorted()
        observed.ports = evidence.observation.ports.sorted()
        observed.written = evidence.writtenDirectories
        observed.opened = evidence.observation.recordedFiles ? evidence.observation.opened.count : nil
        report.observed = observed
        let situation = Situation(view: view, project: project, evidence: evidence)
        let plans = Recipes.all.flatMap { $0.plans(for: situation) }
        guard !plans.isEmpty else {
            return try await hygiene("no recipe knows how to take this build apart", report, reference)
        }
        var hopeless: String?
        var spare: SlimReport?
        for plan in Ladder.rungs(plans) where plan.name != hopeless || plan.user != nil {
            try Task.checkCancellation()
            switch try await attempt(plan, situation, reference, report) {
            case .accepted(let done): return done
            case .spare(let done):
                spare = spare ?? done
                report.stepBack(plan, Self.notSmaller, byAccount: false)
                // A few bytes less are no reason to be root.
                hopeless = plan.name
            case .rejected(let reason, let byAccount):
                report.stepBack(plan, reason, byAccount: byAccount)
                hopeless = byAccount ? nil : plan.name
            }
        }
        let rejected = report.rejected
        if var spare {
            spare.rejected = rejected
            return spare
        }
        let isLean = isLean(rejected)
        report = try await hygiene(
            isLean
                ? "it is lean already: nothing smaller passes its test"
                : "the original is best: \(rejected.last ?? "nothing smaller works")", report, reference)
        report.rejected = rejected
        // Nothing smaller to propose is no success, unless somebody has done the work before.
        if !isLean, report.steps.allSatisfy({ $0.id == BasePins.step }) {
            report.accepted = false
            report.dockerfile = String(decoding: options.dockerfile.bytes, as: UTF8.self)
            report.steps = []
        }
        return report
    }

    /// Whether the last stage only copies from others, and what was tried came out no smaller.
    private func isLean(_ rejected: [String]) -> Bool {
        guard case .copying = view.shape else { return false }
        return rejected.contains { $0.hasSuffix(Self.notSmaller) }
    }

    /// Why a way that passes is not taken.
    static let notSmaller = "it is not smaller"

    /// Only what is right in every Dockerfile, proved by the same test.
    private func hygiene(_ reason: String, _ report: SlimReport, _ reference: SmokeResult) async throws -> SlimReport {
        var report = report
        report.reason = "left in its stages: \(reason)"
        var (text, steps) = Hygiene(extent: .unproved)
            .apply(to: options.dockerfile.bytes, path: options.dockerfile.path)
        await finish(&text, &steps)
        let ignoreText = IgnoreFileDraft.text(view, project, existing: existing)
        say("left in its stages: \(reason)")
        let built = try await build(
            text, ignore: ignoreText.map { IgnoreFile.parse(Array($0.utf8)) } ?? ignore, tag: "after")
        let result = try await smoke.run(built.found, records: false, reference: reference)
        report.after = try await measure(built, result, tag: "after")
        guard result.passed else { return report }
        report.dockerfile = String(decoding: text, as: UTF8.self)
        report.steps = steps.sorted { $0.line < $1.line }
        report.dockerignore = ignoreText
        report.accepted = true
        report.reductionPercent = Self.reduction(report.before.size, report.after.size)
        return report
    }

    // MARK: Parts

    /// Pins the text's bases, and gives it the line endings of the original.
    func finish(_ text: inout [UInt8], _ steps: inout [SlimStep]) async {
        defer { text = LineEndings.restore(text, like: options.dockerfile.bytes) }
        guard options.pins else { return }
        let pinned = await BasePins(bench: bench, original: view.parsed, comments: options.comments)
            .pin(text, path: options.dockerfile.path)
        text = pinned.text
        steps += pinned.steps
    }

    /// Whether the application has files that only their owner can read.
    static func hasPrivateFiles(_ image: RootView, below directory: String) -> Bool {
        guard directory != "/" else { return false }
        return image.files(below: directory, limit: 20_000).contains { path in
            guard !path.contains("/node_modules/"), !path.contains("/.git/") else { return false }
            var status = stat()
            return lstat(image.directory + path, &status) == 0 && status.st_mode & 0o004 == 0
        }
    }

    func build(_ text: [UInt8], ignore: [String], tag: String, target: String? = nil) async throws -> Workbench.Built {
        try await bench.build(
            text, path: options.dockerfile.path, context: options.context, ignore: ignore, options: options,
            target: target, name: name(tag))
    }

    private func baseImage() async throws -> MountedImage? {
        let base = view.baseName(of: view.parsed.stages.count - 1)
        guard base != "scratch", !base.contains("$") else { return nil }
        return try await MountedImage(
            try await bench.image(base), locator: bench.locator, store: bench.store, scratch: bench.scratch,
            name: "base")
    }

    private func evidence(_ image: MountedImage, _ base: MountedImage?, _ reference: SmokeResult) -> Evidence {
        let count = base?.layers.count ?? 0
        return Evidence(
            observation: reference.observation, image: image.root,
            base: base?.root ?? RootView(directory: "/nonexistent"),
            config: image.found.image.config.config, baseConfig: base?.found.image.config.config ?? ContainerConfig(),
            added: AddedFiles.list(Array(image.layers.dropFirst(count))))
    }

    /// Installs on the new base what the application loads or starts and the base lacks.
    func addPackages(_ plan: inout RuntimePlan, _ situation: Situation, base: String) async throws {
        guard let evidence = situation.evidence, DpkgDatabase.exists(in: evidence.image) else { return }
        let target = try await MountedImage(
            try await bench.image(base), locator: bench.locator, store: bench.store, scratch: bench.scratch,
            name: "target-\(UInt64.random(in: 0...UInt64.max))")
        defer { target.unmount() }
        guard DpkgDatabase.exists(in: target.root) else { return }
        var packages = RuntimePackages.missing(
            situation, evidence, target: target.root, provided: plan.provided)
        if plan.isInPlace {
            // The stage's own steps install these here as well.
            let own = DpkgDatabase(evidence.image).packages.subtracting(DpkgDatabase(evidence.base).packages)
            packages.removeAll(where: own.contains)
        }
        guard !packages.isEmpty else { return }
        plan.setup.append(
            "RUN apt-get update && apt-get install -y --no-install-recommends \(packages.joined(separator: " ")) \\\n    && rm -rf /var/lib/apt/lists/*"
        )
        plan.steps.append(
            situation.step(
                "runtime-packages", at: situation.fromNode,
                "loaded or started at run time and not in the new base: \(packages.joined(separator: ", "))"))
    }

    func measure(_ built: Workbench.Built, _ result: SmokeResult, tag: String) async throws
        -> SlimReport.Image
    {
        var image = SlimReport.Image()
        image.compressedSize = built.image.manifest.layers.reduce(0) { $0 + $1.size }
        image.layers = built.image.manifest.layers.count
        let counts = try await bench.counts(name(tag))
        image.size = counts.size
        image.packages = counts.packages
        image.findings = counts.findings.map { $0.values.reduce(0, +) }
        image.findingsBySeverity = counts.findings
        image.user = built.image.config.config.user
        image.smoke = result.passed ? "passed" : "failed"
        image.startMilliseconds = result.startTime
        image.stopMilliseconds = result.stopTime
        image.killed = result.stopTime == nil ? nil : result.wasKilled
        image.ref = name(tag)
        return image
    }

    static func reduction(_ before: Int64, _ after: Int64) -> Double {
        guard before > 0 else { return 0 }
        return (Double(before - after) / Double(before) * 1000).rounded() / 10
    }
}
