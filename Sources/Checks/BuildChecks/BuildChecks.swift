extension Rules {
    /// BuildKit's build checks, in alphabetical order.
    static let buildChecks: [Rule] = [
        .consistentInstructionCasing,
        .copyIgnoredFile,
        .duplicateStageName,
        .exposeInvalidFormat,
        .exposeProtoCasing,
        .fromAsCasing,
        .fromPlatformFlagConstDisallowed,
        .invalidBaseImagePlatform,
        .invalidDefaultArgInFrom,
        .invalidDefinitionDescription,
        .jsonArgsRecommended,
        .legacyKeyValueFormat,
        .maintainerDeprecated,
        .multipleInstructionsDisallowed,
        .noEmptyContinuation,
        .redundantTargetPlatform,
        .reservedStageName,
        .secretsUsedInArgOrEnv,
        .stageNameCasing,
        .undefinedArgInFrom,
        .undefinedVar,
        .workdirRelativePath,
    ]
}
