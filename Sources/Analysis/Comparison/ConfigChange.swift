import OCI

/// A field of the configuration that two images do not have in common.
public struct ConfigChange: Hashable, Sendable, Codable {
    /// The field: `User`, `Env PATH`, `Label org.opencontainers.image.title`.
    public let field: String
    /// What the first image has; nil for nothing.
    public let before: String?
    /// What the second image has; nil for nothing.
    public let after: String?

    /// What differs, field by field.
    static func changes(from before: ImageConfig, to after: ImageConfig) -> [ConfigChange] {
        let (left, right) = (fields(before), fields(after))
        let names = left.map(\.name) + right.map(\.name).filter { name in !left.contains { $0.name == name } }
        let (old, new) = (table(left), table(right))
        return names.compactMap { name in
            let (former, latter) = (old[name], new[name])
            return former == latter ? nil : ConfigChange(field: name, before: former, after: latter)
        }
    }

    private static func table(_ fields: [(name: String, value: String)]) -> [String: String] {
        Dictionary(fields.map { ($0.name, $0.value) }) { _, last in last }
    }

    /// All that is set, each under its name in the configuration.
    private static func fields(_ image: ImageConfig) -> [(name: String, value: String)] {
        let config = image.config
        var fields: [(name: String, value: String)] = [("Platform", image.platform.description)]
        func add(_ name: String, _ value: String) { if !value.isEmpty { fields.append((name, value)) } }
        func add(_ name: String, _ words: [String]) { if !words.isEmpty { fields.append((name, json(words))) } }
        add("User", config.user)
        add("WorkingDir", config.workingDir)
        add("Entrypoint", config.entrypoint)
        add("Cmd", config.cmd)
        add("Shell", config.shell)
        for variable in config.env {
            let name = variable.prefix { $0 != "=" }
            fields.append(("Env \(name)", String(variable.dropFirst(name.count + 1))))
        }
        for port in config.exposedPorts.sorted() { fields.append(("ExposedPort \(port)", "exposed")) }
        for volume in config.volumes.sorted() { fields.append(("Volume \(volume)", "volume")) }
        for (name, value) in config.labels.sorted(by: { $0.key < $1.key }) { fields.append(("Label \(name)", value)) }
        add("StopSignal", config.stopSignal)
        if let timeout = config.stopTimeout { add("StopTimeout", String(timeout)) }
        if let check = config.healthcheck, let text = try? CanonicalJSON.encode(check) {
            add("Healthcheck", String(decoding: text, as: UTF8.self))
        }
        add("OnBuild", config.onBuild)
        if let author = image.author { add("Author", author) }
        return fields
    }

    private static func json(_ words: [String]) -> String {
        // Strings always have a JSON form.
        (try? CanonicalJSON.encode(words)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
