import Builder
import Checks
import DockerfileSyntax
import Glibc
import OCI

/// Lets fixes into a Dockerfile one by one, each only when the images before and after it bear out what it claims.
struct FixVerifier: Sendable {
    let build: VerificationBuild

    /// A fix that stayed out.
    struct Refused: Sendable {
        var fix: FixApplication.Applied
        var reasons: [String]
    }

    /// What became of a text.
    struct Result: Sendable {
        var bytes: [UInt8]
        var applied: [FixApplication.Applied] = []
        var refused: [Refused] = []
    }

    /// Applies the fixes whose claims hold.
    ///
    /// - Throws: `BuildError` when the Dockerfile as it is cannot be built.
    func apply(_ application: FixApplication, to bytes: [UInt8], inputs: CheckInputs) async throws -> Result {
        var result = Result(bytes: bytes)
        var before = try await build.image(bytes)
        var refused: Set<String> = []
        while let step = await next(application, result.bytes, inputs, refused) {
            try Task.checkCancellation()
            let claim = FixClaim(kind: step.fix.kind, declaration: step.fix.declares)
            let (after, reasons) = try await verify(claim, before, from: result.bytes, to: step.bytes)
            if reasons.isEmpty, let after {
                result.bytes = step.bytes
                result.applied.append(step.fix)
                before = after
            } else {
                refused.insert(step.key)
                result.refused.append(Refused(fix: step.fix, reasons: reasons))
            }
        }
        return result
    }

    /// Rules may ask registries, which blocks.
    private func next(
        _ application: FixApplication, _ bytes: [UInt8], _ inputs: CheckInputs, _ refused: Set<String>
    ) async -> FixApplication.Step? {
        await withTaskExecutorPreference(BlockingPool.shared) {
            application.step(bytes, path: build.dockerfile, inputs: inputs, refused: refused)
        }
    }

    /// Where a claim about a change does not hold.
    func violations(_ claim: FixClaim, from old: [UInt8], to new: [UInt8]) async throws -> [String] {
        try await verify(claim, try await build.image(old), from: old, to: new).reasons
    }

    private func verify(
        _ claim: FixClaim, _ before: VerifiedImage, from old: [UInt8], to new: [UInt8]
    ) async throws -> (after: VerifiedImage?, reasons: [String]) {
        let after: VerifiedImage
        do {
            after = try await build.image(new)
        } catch let error as BuildError {
            return (nil, ["the image cannot be built any more: \(error)"])
        }
        if before.digest == after.digest || claim.kind == .sameImage {
            return (after, claim.violations(before: before, after: after, files: [], noise: []))
        }
        let files = try await build.files(old)
        let differing = files.differences(try await build.files(new))
        let reasons = claim.violations(before: before, after: after, files: differing, noise: [])
        if reasons.isEmpty { return (after, []) }
        // Steps that ran again may write other bytes whatever the fix does: logs, caches, keys. What two builds of the
        // unchanged file do not agree on is no evidence.
        let noise = Set(files.differences(try await build.files(old, ignoringCache: true)))
        return (after, claim.violations(before: before, after: after, files: differing, noise: noise))
    }
}

/// Removes a file of our own; that it is gone already is fine.
func unlinkQuietly(_ path: String) { _ = unlink(path) }
