extension Rules {
    /// Our own rules, in the order of their numbers.
    static let lean: [Rule] = [
        .buildTools,
        .developmentDependencies,
        .sourceBeforeManifest,
        .packageCache,
        .recursiveOwnership,
        .laterDeletion,
        .weakIgnoreFile,
        .floatingTag,
        .finalStageRoot,
        .secretInImage,
        .fullBase,
        .libraryMismatch,
        .swallowedSignal,
        .unusedStage,
    ]
}
