import OCI

/// The process that an image's configuration describes.
public enum CommandOfImage {
    /// Entry point and command as Docker combines them.
    ///
    /// - Parameters:
    ///   - config: The image's configuration.
    ///   - entrypoint: Another entry point, which leaves the image's command out; an empty one means none at all.
    ///   - command: Replaces the image's command unless it is empty.
    /// - Returns: The words to run; none when neither the image nor the caller names any.
    public static func arguments(
        of config: ContainerConfig, entrypoint: String? = nil, command: [String] = []
    ) -> [String] {
        if let entrypoint { return (entrypoint.isEmpty ? [] : [entrypoint]) + command }
        return config.entrypoint + (command.isEmpty ? config.cmd : command)
    }

    /// Variables in the order in which they first appear; a later one of the same name replaces an earlier.
    public static func environment(
        of config: ContainerConfig, hostname: String, hasTerminal: Bool = false, additions: [String] = []
    ) -> [String] {
        var defaults = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOSTNAME=\(hostname)"]
        if hasTerminal { defaults.append("TERM=xterm") }
        var order: [Substring] = []
        var values: [Substring: String] = [:]
        for variable in defaults + config.env + additions {
            let name = variable.prefix { $0 != "=" }
            if values.updateValue(variable, forKey: name) == nil { order.append(name) }
        }
        return order.compactMap { values[$0] }
    }
}
