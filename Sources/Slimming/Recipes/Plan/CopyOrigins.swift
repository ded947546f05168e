import DockerfileSyntax

/// Where files of the last stage are in the stage that made them: where they are, or where its own copies took them from.
struct CopyOrigins: Sendable {
    private struct Copy {
        var stage: String
        var sources: [String]
        var destination: String
    }

    private let copies: [Copy]
    private let build: String
    private let image: RootView
    private let defaults: [String: String]

    init(_ situation: Situation, _ evidence: Evidence) {
        let view = situation.view
        build = Composer.buildName(view)
        image = evidence.image
        var copies: [Copy] = []
        var defaults: [String: String] = [:]
        if case .copying = view.shape {
            var place = view.place(start: evidence.baseConfig.workingDir, inherited: evidence.baseConfig.env)
            let last = view.parsed.stages.count - 1
            for instruction in view.final.instructions {
                place.follow(instruction)
                switch instruction.kind {
                case .arg(let arguments):
                    for argument in arguments { defaults[argument.name] = argument.defaultValue.map(view.unquoted) }
                case .copy(let copy):
                    guard let from = copy.from else { continue }
                    let isBuild = StageView.stage(named: from, in: view.parsed, before: last) == view.buildIndex
                    copies.append(
                        Copy(
                            stage: isBuild ? build : from,
                            sources: copy.paths.sources.map { $0.hasPrefix("$") ? $0 : PathText.join("/", $0) },
                            destination: place.path(copy.paths.destination)))
                default: break
                }
            }
        }
        self.copies = copies
        self.defaults = defaults
    }

    /// The stage and path that a file or directory of the image comes from.
    func origin(of path: String) -> (stage: String, path: String) {
        // What a copy names is more likely than what may be in a directory that another one copies.
        for isNamed in [true, false] {
            for copy in copies.reversed() {
                for source in copy.sources.reversed() {
                    let found =
                        isNamed
                        ? named(path, source, copy.destination) : inDirectory(path, source, copy.destination)
                    if let found { return (copy.stage, found) }
                }
            }
        }
        return (build, path)
    }

    /// The source when it is the file or directory itself.
    private func named(_ path: String, _ source: String, _ destination: String) -> String? {
        if path == destination { return source }
        guard PathText.parent(path) == destination, image.kind(destination) == .directory, image.kind(path) == .file
        else { return nil }
        let name = PathText.name(source)
        if name.contains(where: { "*?[".contains($0) }) {
            return Self.matches(PathText.name(path), name)
                ? PathText.join(PathText.parent(source), PathText.name(path)) : nil
        }
        return PathText.name(path) == name ? source : nil
    }

    /// The path below a source that is a directory; of one the content is copied.
    private func inDirectory(_ path: String, _ source: String, _ destination: String) -> String? {
        let name = PathText.name(source)
        guard PathText.isBelow(path, destination), image.kind(destination) == .directory,
            image.kind(PathText.join(destination, name)) != .file, !name.contains(where: { "*?[$".contains($0) })
        else { return nil }
        return PathText.join(source, String(path.dropFirst(destination == "/" ? 1 : destination.count + 1)))
    }

    /// Whether a name is of the form that a pattern has around its first star.
    private static func matches(_ name: String, _ pattern: String) -> Bool {
        let start = pattern.prefix { !"*?[".contains($0) }
        let end = String(pattern.reversed().prefix { !"*?]".contains($0) }.reversed())
        return name.count >= start.count + end.count && name.hasPrefix(start) && name.hasSuffix(end)
    }

    /// A path of a COPY instruction as a RUN instruction of the build stage can name it: arguments of the last stage have
    /// their defaults; nil when there is more in it.
    func expanded(_ path: String) -> String? {
        guard path.contains("$") else { return path }
        guard path.hasPrefix("$") else { return nil }
        let name = path.dropFirst(path.hasPrefix("${") ? 2 : 1).prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        guard let value = defaults[String(name)], !value.contains("$"), !value.contains(" "),
            path == "$\(name)" || path == "${\(name)}"
        else { return nil }
        return PathText.join("/", value)
    }

    /// The COPY instruction that brings a file or directory to where it is, or to another place.
    func line(_ path: String, to destination: String? = nil) -> String {
        let origin = origin(of: path)
        return CopyLines.line(from: origin.stage, [origin.path], to: destination ?? path)
    }
}
