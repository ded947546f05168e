import OCI
import Store

/// A file system as a stack of layers, bottom first. Nothing is unpacked or mounted until somebody reads it.
struct TreeState: Hashable, Sendable {
    var layers: [TreeLayer] = []

    /// One layer of the stack.
    enum TreeLayer: Hashable, Sendable {
        /// A layer of a base image, possibly still in its registry.
        case image(ImageLayer)
        /// The upper directory of a step.
        case step(LayerID)
    }
}

/// What executing or finding a step gives.
struct StepResult: Sendable {
    /// Digest of the step's definition and of everything it reads; what later steps build on.
    var key: Digest
    var layer: LayerID
    /// Newest time stamp, in seconds, among the files that went into this and all earlier steps.
    var newestInput: Int64
    var isCached: Bool
    /// How long the execution took that made the layer.
    var milliseconds: Int64
    /// What COPY took from a stage, and which of the stage's layers it was in; nil when that is not known.
    var copied: [BuildRecord.Copied]?
}

/// A finished stage.
struct StageResult: Sendable {
    var state: TreeState
    var key: Digest
    var newestInput: Int64
    var steps: [StepResult]
    /// The steps that were executed in this build, here and in the stages below, by the layers they made.
    var made: [LayerID: String] = [:]
}
