extension Rules {
    /// BuildKit's build checks, in alphabetical order.
    static let buildChecks: [Rule] = [
        .maintainerDeprecated,
        .stageNameCasing,
    ]
}
