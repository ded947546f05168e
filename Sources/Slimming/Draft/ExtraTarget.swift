import DockerfileSyntax

/// A target that the result can have besides the image itself.
public enum ExtraTarget: String, CaseIterable, Sendable {
    /// All that the build stage has, with the original's command: for work on the application.
    case dev
    /// The lean image with a shell and tools: for looking into it.
    case debug

    /// What its stage is for, as a comment.
    private var comment: String {
        switch self {
        case .dev: "# For development: all that the build has, with the command of the image."
        case .debug: "# The image with a shell and tools, for looking into it."
        }
    }

    /// Where busybox comes from.
    enum Tools: Sendable {
        /// An image that has it.
        case image(String)
        /// A stage that installs it on an image of Debian's kind.
        case installed(on: String)

        fileprivate static let stage = "tools"
        fileprivate var name: String {
            switch self {
            case .image(let name): name
            case .installed: Self.stage
            }
        }
    }

    /// What the lean image is called where it is not the last stage itself.
    private static let leanNames = ["lean", "whittle-lean"]
    private static let tools = "/busybox"

    /// The lean text with a stage for development in front of the last one; nil when there is no build stage.
    static func addingDevelopment(to text: Dockerfile, _ lean: ParsedDockerfile, original: StageView) -> [UInt8]? {
        let build = Composer.buildName(original)
        guard lean.stages.dropLast().contains(where: { $0.name == build }), let last = lean.stages.last?.nodeIndex
        else {
            return nil
        }
        let source = Draft(original.dockerfile)
        var lines = "\(dev.comment)\nFROM \(build) AS \(dev.rawValue)\n"
        for instruction in original.lostByBuildStage {
            if let node = instruction.nodeIndex { lines += source.ownText(of: node) }
        }
        var draft = Draft(text)
        draft.insert(lines + "\n", before: last)
        return try? draft.text()
    }

    /// The lean text with a stage for debugging behind what was the last one, and the last one once more.
    ///
    /// - Parameters:
    ///   - user: who the lean image runs as; empty for root.
    ///   - path: its PATH.
    ///   - tools: where they come from.
    static func addingDebugging(
        to text: Dockerfile, _ lean: ParsedDockerfile, user: String, path: String?, tools source: Tools
    ) -> [UInt8]? {
        let taken = Set(lean.stages.compactMap(\.name))
        guard let last = lean.stages.last, let from = last.nodeIndex,
            let name = leanNames.first(where: { !taken.contains($0) }), text.nodes.indices.contains(from),
            !taken.contains(Tools.stage)
        else { return nil }
        var draft = Draft(text)
        let words = text.nodes[from].words
        if last.name != nil, let word = words.last {
            draft.replace(word.range, with: name)
        } else {
            draft.insertInline(" AS \(name)", behindArgumentsOf: from)
        }
        let isRoot = ["", "0", "root", "0:0", "root:root"].contains(user)
        let lines = [
            "", debug.comment, "FROM \(name) AS \(debug.rawValue)", isRoot ? nil : "USER 0",
            "COPY --from=\(source.name) /bin/busybox \(tools)/busybox",
            "RUN [\"\(tools)/busybox\", \"--install\", \"-s\", \"\(tools)\"]",
            "ENV PATH=\(path ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"):\(tools)",
            isRoot ? nil : "USER \(user)", "", "FROM \(name)" + (last.name.map { " AS \($0)" } ?? ""),
        ]
        if case .installed(let base) = source {
            draft.insert(
                """
                FROM \(base) AS \(Tools.stage)
                RUN apt-get update && apt-get install -y --no-install-recommends busybox-static \\
                    && rm -rf /var/lib/apt/lists/*


                """, before: from)
        }
        draft.append(lines.compactMap(\.self).map { $0 + "\n" }.joined())
        return try? draft.text()
    }
}

extension StageView {
    /// What the original's image has and its build stage has not, when a last stage has been made: what starts it and
    /// what follows the last file. Labels are of no use in a stage.
    var lostByBuildStage: [Instruction] {
        let last = final.instructions.last { instruction in
            switch instruction.kind {
            case .run, .copy, .add: true
            default: false
            }
        }
        return final.instructions.filter { instruction in
            switch instruction.kind {
            case .cmd, .entrypoint, .expose, .stopsignal, .healthcheck, .volume: return true
            case .env, .workdir, .user, .arg, .shell:
                guard case .single = shape else { return true }
                return (instruction.nodeIndex ?? 0) > (last?.nodeIndex ?? -1)
            default: return false
            }
        }
    }
}
