import DockerfileSyntax
import OCI

/// A stage while the plan is being made.
struct StageState {
    /// Position in the Dockerfile, or after its stages for an image that is only copied from.
    let index: Int
    var stage: Stage
    /// The base name after expansion.
    var baseName: String
    var base: Base
    /// `--platform` after expansion, or the platform inherited or defaulted to.
    var platform: Platform
    var commands: [Command]
    /// Stages read by `COPY --from` and `RUN --mount=from=`, by the command that reads them.
    var dependencies: Set<Int> = []
    /// Name for people and for messages.
    var displayName: String
    /// Not a FROM of the file: an image named by `--from`.
    var isImplicit = false

    var triggersAdded = false
    var isDispatched = false
    var config: ImageConfig
    var environment = EnvironmentList()
    var buildArguments: [Argument] = []
    var commandIsSet = false
    var steps: [Step] = []
    var commandCount = 0
    var commandTotal = 0

    enum Base: Hashable {
        case scratch
        case stage(Int)
        case image(ImageInput)
        case tree(String)
    }

    /// An instruction with the stages its `from`s name, in the order of its mounts.
    struct Command {
        var instruction: Instruction
        var sources: [Int?]
        var isTrigger = false
    }
}
