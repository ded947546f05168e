import Builder
import Checks
import DockerfileSyntax
import Glibc
import OCI

/// Lets fixes into a Dockerfile, each only when the images before and after it bear out what it claims.
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
        /// Files about which nothing could be proved, since two builds of the unchanged text differ there.
        var unproven: Set<String> = []
    }

    /// Whether a claim holds.
    struct Verdict: Sendable {
        /// Where it does not.
        var reasons: [String] = []
        /// Files that were left out, see ``Result/unproven``.
        var unproven: [String] = []
    }

    /// Applies the fixes whose claims hold.
    ///
    /// - Throws: `BuildError` when the Dockerfile as it is cannot be built.
    func apply(_ application: FixApplication, to bytes: [UInt8], inputs: CheckInputs) async throws -> Result {
        var result = Result(bytes: bytes)
        var before = VerifiedText(bytes, build)
        _ = try await before.image()
        // Fixes that promise to change nothing are proved by one build of all of them. Those that change something stand
        // each for itself: what one declares is no excuse for another.
        for kind in [FixClass.sameImage, .sameFiles] where application.classes.contains(kind) {
            let all = await together(application, kind, result.bytes, inputs)
            guard all.applied.count > 1 else { continue }
            var after = VerifiedText(all.bytes, build)
            let verdict = try await verify(FixClaim(kind: kind, declaration: Declaration()), &before, &after)
            guard verdict.reasons.isEmpty else { continue }
            result.bytes = all.bytes
            result.applied += all.applied
            result.unproven.formUnion(verdict.unproven)
            before = after
        }
        var refused: Set<String> = []
        while let step = await next(application, result.bytes, inputs, refused) {
            try Task.checkCancellation()
            let claim = FixClaim(kind: step.fix.kind, declaration: step.fix.declares)
            var after = VerifiedText(step.bytes, build)
            let verdict = try await verify(claim, &before, &after)
            if verdict.reasons.isEmpty {
                result.bytes = step.bytes
                result.applied.append(step.fix)
                result.unproven.formUnion(verdict.unproven)
                before = after
            } else {
                refused.insert(step.key)
                result.refused.append(Refused(fix: step.fix, reasons: verdict.reasons))
            }
        }
        return result
    }

    /// Whether a claim about a change holds.
    func verify(_ claim: FixClaim, from old: [UInt8], to new: [UInt8]) async throws -> Verdict {
        var before = VerifiedText(old, build)
        var after = VerifiedText(new, build)
        _ = try await before.image()
        return try await verify(claim, &before, &after)
    }

    // MARK: Rules

    /// Rules may ask registries, which blocks.
    private func next(
        _ application: FixApplication, _ bytes: [UInt8], _ inputs: CheckInputs, _ refused: Set<String>
    ) async -> FixApplication.Step? {
        await withTaskExecutorPreference(BlockingPool.shared) {
            application.step(bytes, path: build.dockerfile, inputs: inputs, refused: refused)
        }
    }

    private func together(
        _ application: FixApplication, _ kind: FixClass, _ bytes: [UInt8], _ inputs: CheckInputs
    ) async -> FixApplication.Result {
        await withTaskExecutorPreference(BlockingPool.shared) {
            application.only([kind]).apply(to: bytes, path: build.dockerfile, inputs: inputs)
        }
    }

    // MARK: Images

    /// Of the target's image, and where none is named, of the images of all other stages that the change touches.
    private func verify(
        _ claim: FixClaim, _ before: inout VerifiedText, _ after: inout VerifiedText
    ) async throws -> Verdict {
        var verdict = try await compare(claim, &before, &after)
        guard build.settings.target == nil else { return verdict }
        for target in TouchedStages.targets(before.bytes, after.bytes, path: build.dockerfile)
        where verdict.reasons.isEmpty {
            var old = VerifiedText(before.bytes, build.of(target))
            var new = VerifiedText(after.bytes, build.of(target))
            do {
                _ = try await old.image()
            } catch let error as BuildError {
                verdict.reasons = ["stage \(target), which nothing uses, cannot be built to compare: \(error)"]
                break
            }
            let other = try await compare(claim, &old, &new)
            verdict.reasons = other.reasons.map { "stage \(target): \($0)" }
            verdict.unproven += other.unproven
        }
        return verdict
    }

    private func compare(
        _ claim: FixClaim, _ before: inout VerifiedText, _ after: inout VerifiedText
    ) async throws -> Verdict {
        let old = try await before.image()
        let new: VerifiedImage
        do {
            new = try await after.image()
        } catch let error as BuildError {
            return Verdict(reasons: ["the image cannot be built any more: \(error)"])
        }
        if claim.isDecided(before: old, after: new, isReproducible: true) {
            let reasons = claim.violations(before: old, after: new, files: [])
            // Steps that ran again may write other bytes whatever the fix does.
            if reasons.isEmpty { return Verdict() }
            if try await before.again().digest == old.digest { return Verdict(reasons: reasons) }
        }
        let listing = try await before.files()
        let changed = try await after.files()
        var differences = listing.differences(changed)
        var reasons = claim.violations(
            before: old, after: new, files: differences.found, isReproducible: claim.kind != .sameImage)
        if !reasons.isEmpty {
            // What two builds of the unchanged file do not agree on is no evidence: logs, caches, keys.
            differences = listing.differences(changed, again: try await before.filesAgain())
            reasons = claim.violations(
                before: old, after: new, files: differences.found, isReproducible: claim.kind != .sameImage)
        }
        return Verdict(reasons: reasons, unproven: differences.unproven)
    }
}

/// A text with what has been built from it so far.
private struct VerifiedText {
    let bytes: [UInt8]
    private let build: VerificationBuild
    private var known: (image: VerifiedImage?, again: VerifiedImage?) = (nil, nil)
    private var listings: (first: RootListing?, again: RootListing?) = (nil, nil)

    init(_ bytes: [UInt8], _ build: VerificationBuild) {
        self.bytes = bytes
        self.build = build
    }

    mutating func image() async throws -> VerifiedImage {
        if let image = known.image { return image }
        let image = try await build.image(bytes)
        known.image = image
        return image
    }

    mutating func files() async throws -> RootListing {
        if let files = listings.first { return files }
        let files = try await build.files(bytes)
        listings.first = files
        return files
    }

    /// The image of a second build, in which every step has run again.
    mutating func again() async throws -> VerifiedImage {
        if let image = known.again { return image }
        // Before the results of the first build are replaced.
        _ = try await files()
        let (image, files) = try await build.imageAndFiles(bytes, ignoringCache: true)
        known.again = image
        listings.again = files
        return image
    }

    /// The files of that build.
    mutating func filesAgain() async throws -> RootListing {
        _ = try await again()
        if let files = listings.again { return files }
        return try await files()
    }
}

/// Removes a file of our own; that it is gone already is fine.
func unlinkQuietly(_ path: String) { _ = unlink(path) }
