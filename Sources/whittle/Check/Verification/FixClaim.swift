import Checks
import OCI

/// What a fix claims about the image, held against the images before and after it.
struct FixClaim {
    let kind: FixClass
    let declaration: Declaration

    /// True when the claim holds for the digests alone, or nothing but the same digest would do.
    ///
    /// - Parameter isReproducible: the unchanged text gives the same digest each time.
    func isDecided(before: VerifiedImage, after: VerifiedImage, isReproducible: Bool) -> Bool {
        before.digest == after.digest || kind == .sameImage && isReproducible
    }

    /// Where the claim does not hold, for people; empty when it does.
    ///
    /// - Parameters:
    ///   - files: paths of files that differ.
    ///   - isReproducible: the unchanged text gives the same digest each time; else digests say nothing.
    func violations(
        before: VerifiedImage, after: VerifiedImage, files: [String], isReproducible: Bool = true
    ) -> [String] {
        if before.digest == after.digest { return [] }
        if kind == .sameImage, isReproducible {
            return ["the digest is another: \(before.digest) before, \(after.digest) after"]
        }
        let mayChange = kind == .declaredChange
        var violations = ConfigurationDifference.fields(before.config, after.config)
            .filter { !mayChange || !declaration.fields.contains($0) }
            .map { "the configuration's \($0.rawValue) is another" }
        if before.config.platform != after.config.platform { violations.append("the platform is another") }
        let undeclared = files.filter { !mayChange || !declaration.covers($0) }
        violations += undeclared.prefix(5).map { "\($0) is another" }
        if undeclared.count > 5 { violations.append("and \(undeclared.count - 5) more files") }
        return violations
    }
}

/// Fields in which two configurations differ. Histories and times are not among them.
enum ConfigurationDifference {
    static func fields(_ before: ImageConfig, _ after: ImageConfig) -> [Declaration.Field] {
        let (left, right) = (before.config, after.config)
        var fields: [Declaration.Field] = []
        func compare<Value: Equatable>(_ field: Declaration.Field, _ a: Value, _ b: Value) {
            if a != b { fields.append(field) }
        }
        compare(.author, before.author ?? "", after.author ?? "")
        compare(.command, left.cmd, right.cmd)
        compare(.entrypoint, left.entrypoint, right.entrypoint)
        compare(.environment, left.env, right.env)
        compare(.exposedPorts, left.exposedPorts, right.exposedPorts)
        compare(.healthcheck, left.healthcheck, right.healthcheck)
        compare(.labels, left.labels, right.labels)
        compare(.onbuild, left.onBuild, right.onBuild)
        compare(.shell, left.shell, right.shell)
        compare(.stopSignal, left.stopSignal, right.stopSignal)
        compare(.user, left.user, right.user)
        compare(.volumes, left.volumes, right.volumes)
        compare(.workingDirectory, left.workingDir, right.workingDir)
        return fields
    }
}
