extension Rules {
    /// hadolint's rules, in the order of their numbers.
    static let hadolint: [Rule] = []
}
