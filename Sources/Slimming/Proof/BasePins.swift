import Checks
import DockerfileSyntax
import OCI
import Synchronization

/// Adds to the base images of a Dockerfile the digests that their registries know them by.
struct BasePins: Sendable {
    let bench: Workbench
    /// The Dockerfile that the pinned one was made from: steps name its lines.
    let original: ParsedDockerfile
    /// Whether the reason is written above each FROM.
    let comments: Bool

    /// What its steps are called.
    static let step = "pinned-base"

    /// The text with its pins, and a step for each.
    func pin(_ text: [UInt8], path: String) async -> (text: [UInt8], steps: [SlimStep]) {
        guard let dockerfile = try? Dockerfile.parse(text, path: path), let parsed = try? dockerfile.resolve() else {
            return (text, [])
        }
        var edits: [TextEdit] = []
        var steps: [SlimStep] = []
        let context = CheckContext(dockerfile: dockerfile, parsed: parsed)
        let bases = UnpinnedBase.all(in: context)
        for (base, isBase) in bases.map({ ($0, true) }) + UnpinnedBase.copied(in: context).map({ ($0, false) }) {
            guard let digest = await bench.digest(of: base.name) else { continue }
            let stages = original.stages
            let line = stages.indices.contains(base.stage) ? stages[base.stage].lines : stages.last?.lines
            let step = SlimStep(
                id: Self.step, line: line?.lowerBound ?? 1,
                why: "\(base.name) will be another image one day; the digest is that of the one that is used today")
            edits.append(base.pinning(digest.description))
            if comments, isBase {
                edits.append(
                    TextEdit(
                        range: SourceRange(at: parsed.stages[base.stage].range.start), replacement: "# \(step.why)\n"))
            }
            steps.append(step)
        }
        guard let pinned = try? dockerfile.applying(edits) else { return (text, []) }
        return (pinned, steps)
    }
}

/// What registries have answered, so that each is asked once.
final class KnownDigests: Sendable {
    private let digests = Mutex<[Reference: Digest?]>([:])

    /// The digest of an image, found out when it is first asked for.
    func digest(of reference: Reference, _ find: () async -> Digest?) async -> Digest? {
        if let known = digests.withLock({ $0[reference] }) { return known }
        let found = await find()
        digests.withLock { $0[reference] = .some(found) }
        return found
    }
}
