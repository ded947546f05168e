import DockerfileSyntax

extension Rule {
    /// Images from registries that are not trusted.
    static let dl3026 = Rule.hadolint(
        "DL3026", "trusted-registries", .error, "The image comes from a registry that is not one of the trusted ones",
        Documentation(
            """
            Applies where the configuration lists `trustedRegistries`. A pattern may begin or end with `*`. An image without a registry is \
            from `docker.io`.
            """,
            bad: Example("FROM evil.example/debian:12\n", configuration: .trusting("good.example")),
            good: Example("FROM good.example/debian:12\n", configuration: .trusting("good.example")))
    ) { context in
        let trusted = context.configuration.trustedRegistries
        guard !trusted.isEmpty else { return [] }
        var aliases: Set<String> = []
        func isTrusted(_ image: FromLine) -> Bool {
            if aliases.contains(image.name.lowercased()) { return true }
            guard let registry = image.registry else {
                return image.name == "scratch" || matches("docker.io", trusted) || matches("hub.docker.com", trusted)
            }
            return matches(registry, trusted)
        }
        return context.statements.all.compactMap { statement in
            guard !statement.isTrigger else { return nil }
            switch statement.kind {
            case .from:
                let from = context.fromLines.lines[statement.stage].from
                defer { if let alias = from.alias { aliases.insert(alias) } }
                return isTrusted(from) ? nil : statement.match(focus: from.image?.range)
            case .copy:
                guard let flag = statement.flag("from"), let source = flag.value else { return nil }
                return isTrusted(FromLine(image: source)) ? nil : statement.match(focus: flag.range)
            case .run:
                let flag = statement.node.flags.first { flag in
                    guard flag.name.lowercased() == "mount", let value = flag.value,
                        let source = (try? RunMount(text: value, range: flag.range).parse { $0 })?.from
                    else { return false }
                    return !isTrusted(FromLine(image: source))
                }
                return flag.map { statement.match(focus: $0.range) }
            default: return nil
            }
        }
    }

    private static func matches(_ registry: String, _ patterns: [String]) -> Bool {
        patterns.contains { pattern in
            if pattern == "*" { return true }
            if pattern.hasPrefix("*") { return registry.hasSuffix(pattern.dropFirst()) }
            if pattern.hasSuffix("*") { return registry.hasPrefix(pattern.dropLast()) }
            return registry == pattern
        }
    }
}

extension CheckConfiguration {
    /// A configuration for examples.
    fileprivate static func trusting(_ registry: String) -> CheckConfiguration {
        var configuration = CheckConfiguration()
        configuration.trustedRegistries = [registry]
        return configuration
    }
}
