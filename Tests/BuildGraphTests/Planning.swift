import BuildGraph
import DockerfileSyntax
import OCI
import Testing

let amd64 = Platform(os: "linux", architecture: "amd64")
let arm64 = Platform(os: "linux", architecture: "arm64")

/// A failed expectation that ends a test.
struct Unexpected: Error, CustomStringConvertible {
    let description: String
}

/// Parses a Dockerfile that has to be right.
func parsed(_ text: String) throws -> ParsedDockerfile {
    try Dockerfile.parse(Array(text.utf8), path: "Dockerfile").resolve()
}

/// One round of planning.
func round(
    _ text: String, images: [ImageInput: ImageConfig] = [:], _ configure: (inout PlanOptions) -> Void = { _ in }
) throws -> PlanningResult {
    var options = PlanOptions(buildPlatform: amd64)
    configure(&options)
    return try Planner.plan(try parsed(text), options: options, images: images)
}

/// Plans with these configurations by familiar name; all other images are empty. Also tells which images each round
/// asked for.
func rounds(
    _ text: String, images: [String: ImageConfig] = [:], _ configure: (inout PlanOptions) -> Void = { _ in }
) throws -> (plan: Plan, asked: [[String]]) {
    var known: [ImageInput: ImageConfig] = [:]
    var asked: [[String]] = []
    while asked.count < 100 {
        switch try round(text, images: known, configure) {
        case .plan(let plan): return (plan, asked)
        case .needs(let inputs):
            asked.append(inputs.map(\.reference.familiar))
            for input in inputs {
                known[input] = images[input.reference.familiar] ?? ImageConfig(platform: input.platform)
            }
        }
    }
    throw Unexpected(description: "planning does not come to an end")
}

func plan(
    _ text: String, images: [String: ImageConfig] = [:], _ configure: (inout PlanOptions) -> Void = { _ in }
) throws -> Plan {
    try rounds(text, images: images, configure).plan
}

/// The error that planning ends with, and the source text that it points at.
func failure(_ text: String, _ configure: (inout PlanOptions) -> Void = { _ in }) throws -> (
    reason: PlanError.Reason, text: String?, place: String?
) {
    do {
        _ = try rounds(text, configure)
    } catch let error as PlanError {
        let place = error.range.map { String(decoding: Array(text.utf8)[$0.indices], as: UTF8.self) }
        return (error.reason, error.description, place)
    }
    throw Unexpected(description: "planning should have failed: \(text)")
}

/// A configuration with triggers and variables.
func config(
    onBuild: [String] = [], env: [String] = [], _ configure: (inout ContainerConfig) -> Void = { _ in }
) -> ImageConfig {
    var image = ImageConfig(platform: amd64)
    image.config.onBuild = onBuild
    image.config.env = env
    configure(&image.config)
    return image
}

extension Plan {
    /// The stage that becomes the image.
    var last: PlannedStage { stages[target] }

    var runs: [RunStep] {
        last.steps.compactMap { if case .run(let run) = $0.kind { run } else { nil } }
    }

    var copies: [CopyStep] {
        last.steps.compactMap { if case .copy(let copy) = $0.kind { copy } else { nil } }
    }

    var history: [String] { last.config.history.compactMap(\.createdBy) }

    /// The environment of the target's first RUN, without PATH.
    var environment: [String] { (runs.first?.environment ?? []).filter { !$0.hasPrefix("PATH=") } }
}
