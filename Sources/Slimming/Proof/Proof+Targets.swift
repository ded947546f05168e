import Builder
import DockerfileSyntax

/// Targets besides the image.
extension Proof {
    /// Images that bring the tools of a stage for debugging.
    private static let toolImages = ["busybox:stable", "busybox:latest", "busybox:musl"]

    /// Adds each target to the text, builds it and puts it to the test. What does not pass is left out of the text.
    ///
    /// - Parameter built: The lean image, which has to stay the same.
    func prove(
        _ targets: [ExtraTarget], _ text: inout [UInt8], _ built: Workbench.Built, _ reference: SmokeResult,
        ignore: [String]
    ) async throws -> [SlimReport.Target] {
        var proved: [SlimReport.Target] = []
        for target in targets {
            say("trying the target \(target.rawValue)")
            let result = try await prove(target, text, built, reference, ignore: ignore)
            switch result {
            case .success(let (with, size)):
                text = LineEndings.restore(with, like: options.dockerfile.bytes)
                proved.append(SlimReport.Target(name: target.rawValue, accepted: true, size: size))
            case .failure(let refusal):
                say("  \(refusal.reason)")
                proved.append(SlimReport.Target(name: target.rawValue, accepted: false, reason: refusal.reason))
            }
        }
        return proved
    }

    /// Why a target is left out.
    private struct Refusal: Error { var reason: String }

    private func prove(
        _ target: ExtraTarget, _ text: [UInt8], _ built: Workbench.Built, _ reference: SmokeResult, ignore: [String]
    ) async throws -> Result<(text: [UInt8], size: Int64), Refusal> {
        guard let with = try await adding(target, to: text, built) else {
            return .failure(Refusal(reason: reasonAgainst(target)))
        }
        do {
            let image = try await build(with, ignore: ignore, tag: target.rawValue, target: target.rawValue)
            let result = try await smoke.run(image.found, records: false, reference: reference)
            guard result.passed else { return .failure(Refusal(reason: result.reason ?? "the test fails")) }
            let same = try await build(with, ignore: ignore, tag: "after")
            guard same.image.config == built.image.config, same.image.manifest.layers == built.image.manifest.layers
            else { return .failure(Refusal(reason: "the image itself would not stay the same")) }
            return .success((with, try await bench.counts(name(target.rawValue)).size))
        } catch let error as BuildError {
            return .failure(Refusal(reason: FailedOutput.reason(error)))
        }
    }

    /// The text with the target; as it is when the original has a stage of that name. Nil when it cannot be had.
    private func adding(_ target: ExtraTarget, to text: [UInt8], _ built: Workbench.Built) async throws -> [UInt8]? {
        let dockerfile = try Dockerfile.parse(text, path: options.dockerfile.path)
        let lean = try dockerfile.resolve()
        if lean.stages.contains(where: { $0.name == target.rawValue }) { return text }
        switch target {
        case .dev: return ExtraTarget.addingDevelopment(to: dockerfile, lean, original: view)
        case .debug:
            let tools: ExtraTarget.Tools
            if let image = await firstThatExists(Self.toolImages) {
                tools = .image(image)
            } else if let base = lean.stages.first?.baseName, lean.stages.count > 1, try await hasDebianPackages(base) {
                tools = .installed(on: base)
            } else {
                return nil
            }
            let config = built.image.config.config
            let path = config.env.first { $0.hasPrefix("PATH=") }.map { String($0.dropFirst(5)) }
            return ExtraTarget.addingDebugging(
                to: dockerfile, lean, user: config.user, path: path, tools: tools)
        }
    }

    /// Whether apt-get installs what an image lacks.
    private func hasDebianPackages(_ name: String) async throws -> Bool {
        guard name != "scratch", !name.contains("$"), await bench.exists(name) else { return false }
        let image = try await MountedImage(
            try await bench.image(name), locator: bench.locator, store: bench.store, scratch: bench.scratch,
            name: "tools-\(UInt64.random(in: 0...UInt64.max))")
        defer { image.unmount() }
        return DpkgDatabase.exists(in: image.root)
    }

    private func reasonAgainst(_ target: ExtraTarget) -> String {
        switch target {
        case .dev: "nothing is built in a stage of its own"
        case .debug: "none of \(Self.toolImages.joined(separator: ", ")) can be had"
        }
    }
}
