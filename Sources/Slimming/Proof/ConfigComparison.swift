import OCI

/// What two images are told, field by field.
enum ConfigComparison {
    /// What the lean image lost or changed of what the original promises; what it may change is left out.
    ///
    /// - Parameters:
    ///   - buildOnly: Variables that only the build used.
    ///   - isOtherServer: Whether another program serves: it has its own way to be stopped, and no use for a directory.
    static func differences(
        _ before: ContainerConfig, _ after: ContainerConfig, base: ContainerConfig, buildOnly: Set<String>,
        isOtherServer: Bool = false, allowsOtherHealthCheck: Bool = false
    ) -> [String] {
        var found: [String] = []
        let ports = before.exposedPorts.subtracting(after.exposedPorts)
        if !ports.isEmpty { found.append("EXPOSE \(ports.sorted().joined(separator: " ")) is lost") }
        let volumes = before.volumes.subtracting(after.volumes)
        if !volumes.isEmpty { found.append("VOLUME \(volumes.sorted().joined(separator: " ")) is lost") }
        if before.stopSignal != after.stopSignal, !isOtherServer {
            found.append("STOPSIGNAL \(before.stopSignal) became \(after.stopSignal)")
        }
        if before.healthcheck != after.healthcheck, !allowsOtherHealthCheck { found.append("HEALTHCHECK changed") }
        for (key, value) in before.labels where after.labels[key] != value && base.labels[key] != value {
            found.append("LABEL \(key) changed")
        }
        if normal(before.workingDir) != normal(after.workingDir), !isOtherServer {
            found.append("WORKDIR \(before.workingDir) became \(after.workingDir)")
        }
        if !isRoot(before.user), isRoot(after.user) { found.append("USER \(before.user) became root") }
        let own = before.env.filter { !base.env.contains($0) }
        for variable in own where !after.env.contains(variable) {
            let name = String(variable.prefix { $0 != "=" })
            if name == "PATH" || buildOnly.contains(name) { continue }
            found.append("ENV \(name) changed")
        }
        return found
    }

    /// Whether a USER means root.
    static func isRoot(_ user: String) -> Bool { ["", "root", "0"].contains(user.prefix { $0 != ":" }) }

    private static func normal(_ path: String) -> String { path.isEmpty ? "/" : path }
}
