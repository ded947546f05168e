/// What a fix of the class *declared change* says that it changes. Everything else must stay as it is.
public struct Declaration: Hashable, Sendable {
    /// The parts of an image's configuration that a Dockerfile decides on.
    public enum Field: String, CaseIterable, Hashable, Sendable, Comparable {
        case author, command, entrypoint, environment, exposedPorts, healthcheck, labels, onbuild, shell, stopSignal
        case user, volumes, workingDirectory

        /// By name.
        public static func < (left: Field, right: Field) -> Bool { left.rawValue < right.rawValue }
    }

    /// Fields of the configuration that may differ.
    public var fields: Set<Field>
    /// Absolute paths of files and directories that may differ, or be gone, or be there: each with all below it. `*`
    /// stands for any name within one directory, so that `/home/*/.cache` is every user's cache.
    public var paths: [String]

    /// Creates a declaration.
    public init(fields: Set<Field> = [], paths: [String] = []) {
        self.fields = fields
        self.paths = paths
    }

    /// Any file may differ, as after a change of packages.
    public static let anyFile = Declaration(paths: ["/"])
    /// Anything may differ, as after a change of the base image.
    public static let anything = Declaration(fields: Set(Field.allCases), paths: ["/"])

    /// True when a change of the file at an absolute path is declared.
    public func covers(_ path: String) -> Bool {
        let parts = path.split(separator: "/")
        return paths.contains { pattern in
            let names = pattern.split(separator: "/")
            return names.count <= parts.count
                && zip(names, parts).allSatisfy { name, part in name == "*" || name == part }
        }
    }
}
