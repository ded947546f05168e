import Checks
import DockerfileSyntax

/// Changes that are right in every Dockerfile, whatever it is for: fixes of the checks.
struct Hygiene: Sendable {
    /// What may be changed.
    enum Extent: Sendable {
        /// What makes the same files, and leaves out caches: no test could tell.
        case unproved
        /// Packages that are only recommended, as well: a test has to tell whether the image still works.
        case proved
    }

    /// A rule whose fix goes in, and what is said of it.
    private struct Change: Sendable {
        var rule: String
        var step: String
        var why: String
        var needsProof = false
    }

    /// The fixes that slimming applies.
    private static let changes: [Change] = [
        Change(
            rule: "DL3059", step: "join-runs",
            why: "one step instead of two: what the second one deletes is not left in the layer of the first"),
        Change(
            rule: "DL3009", step: "package-lists", why: "package lists are of no use in the image and old tomorrow"),
        Change(
            rule: "DL3015", step: "no-recommends", why: "only the packages that are named, and what they need",
            needsProof: true),
        Change(rule: "DL3019", step: "package-lists", why: "apk's index is of no use in the image and old tomorrow"),
        Change(rule: "DL3032", step: "package-cache", why: "what yum downloaded is of no use in the image"),
        Change(rule: "DL3036", step: "package-cache", why: "what zypper downloaded is of no use in the image"),
        Change(rule: "DL3040", step: "package-cache", why: "what dnf downloaded is of no use in the image"),
        Change(rule: "DL3042", step: "package-cache", why: "what pip downloaded is of no use in the image"),
        Change(rule: "DL3060", step: "package-cache", why: "what yarn downloaded is of no use in the image"),
        Change(
            rule: "WT0004", step: "package-cache", why: "what was downloaded for installing is of no use in the image"),
        Change(
            rule: "DL3020", step: "copy-instead-of-add",
            why: "COPY says that files are copied; ADD may also unpack and fetch"),
        Change(
            rule: "MultipleInstructionsDisallowed", step: "without-effect",
            why: "only the last of several such instructions has an effect"),
        Change(rule: "RedundantTargetPlatform", step: "without-effect", why: "the target platform is the default"),
        Change(
            rule: "WorkdirRelativePath", step: "absolute-workdir",
            why: "the path no longer depends on where an earlier instruction or the base leaves off"),
    ]

    let extent: Extent

    /// The text after the changes, and a step for each.
    func apply(to text: [UInt8], path: String) -> (text: [UInt8], steps: [SlimStep]) {
        let changes = Self.changes.filter { extent == .proved || !$0.needsProof }
        let rules = Set(changes.map(\.rule))
        let checker = Checker(rules: Rules.all.filter { rules.contains($0.id) })
        let result = FixApplication(checker).apply(to: text, path: path)
        var steps: [SlimStep] = []
        for fix in result.applied {
            guard let change = changes.first(where: { $0.rule == fix.rule }) else { continue }
            let step = SlimStep(id: change.step, line: fix.originalLine, why: change.why)
            if !steps.contains(step) { steps.append(step) }
        }
        return (result.bytes, steps)
    }
}
