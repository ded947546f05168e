import DockerfileSyntax

/// A stage, and what follows from its place among the others. Never changes; a class, since many rules look at all stages.
public final class StageFacts: Sendable {
    /// What a stage begins with.
    public enum Base: Hashable, Sendable {
        case scratch
        /// An earlier stage, by its index.
        case stage(Int)
        /// An image; its name with the arguments' default values put in. The name is empty or not valid when an argument
        /// has no default.
        case image(String)
    }

    /// Its place, from 0.
    public let index: Int
    /// The stage.
    public let stage: Stage
    /// What it begins with.
    public let base: Base
    /// The stages it reads from with COPY --from or a mount.
    public let reads: Set<Int>
    /// True for the one that is built when no target is given.
    public let isFinal: Bool

    init(index: Int, stage: Stage, base: Base, reads: Set<Int>, isFinal: Bool) {
        self.index = index
        self.stage = stage
        self.base = base
        self.reads = reads
        self.isFinal = isFinal
    }

    /// The instructions behind its FROM.
    public var instructions: [Instruction] { stage.instructions }
}

/// The stages of a file and how they depend on each other.
public struct StageGraph: Fact {
    /// The stages, in order.
    public let stages: [StageFacts]

    /// Finds the stages' bases and the stages they read from.
    public init(_ context: CheckContext) {
        let arguments = StageGraph.defaults(context.parsed)
        let expander = WordExpander(escape: context.parsed.escape)
        var stages: [StageFacts] = []
        var names: [String: Int] = [:]
        for (index, stage) in context.parsed.stages.enumerated() {
            let name = (try? expander.expand(stage.baseName, arguments))?.result ?? stage.baseName
            let base: StageFacts.Base =
                if let earlier = names[name.lowercased()] {
                    .stage(earlier)
                } else if name == "scratch" { .scratch } else { .image(name) }
            let reads = StageGraph.sources(of: stage).compactMap { source -> Int? in
                if let earlier = names[source.lowercased()] { return earlier }
                guard let number = Int(source), number >= 0, number < index else { return nil }
                return number
            }
            stages.append(
                StageFacts(
                    index: index, stage: stage, base: base, reads: Set(reads),
                    isFinal: index == context.parsed.stages.count - 1))
            if let name = stage.name { names[name] = index }
        }
        self.stages = stages
    }

    /// The stages that the result of one depends on, itself included.
    public func closure(of index: Int) -> Set<Int> {
        var found: Set<Int> = []
        var open = [index]
        while let next = open.popLast() {
            guard stages.indices.contains(next), found.insert(next).inserted else { continue }
            open += stages[next].reads
            if case .stage(let base) = stages[next].base { open.append(base) }
        }
        return found
    }

    /// The stage and those it is built upon by FROM, itself first.
    public func chain(of index: Int) -> [StageFacts] {
        var chain: [StageFacts] = []
        var next: Int? = index
        while let current = next, stages.indices.contains(current) {
            chain.append(stages[current])
            if case .stage(let base) = stages[current].base, base < current { next = base } else { next = nil }
        }
        return chain
    }

    /// The image at the bottom of a stage; nil for scratch.
    public func image(under index: Int) -> String? {
        guard case .image(let name)? = chain(of: index).last?.base else { return nil }
        return name
    }

    /// What `--from` names, in COPY and in mounts.
    private static func sources(of stage: Stage) -> [String] {
        var sources: [String] = []
        for instruction in stage.instructions {
            switch instruction.kind {
            case .copy(let copy): if let from = copy.from { sources.append(from) }
            case .run(let run):
                for mount in run.mounts {
                    if let from = (try? mount.parse { $0 })?.from { sources.append(from) }
                }
            default: break
            }
        }
        return sources
    }

    /// The arguments before the first FROM with their default values.
    static func defaults(_ parsed: ParsedDockerfile) -> [String: String] {
        let expander = WordExpander(escape: parsed.escape)
        var values: [String: String] = [:]
        for meta in parsed.metaArgs {
            for argument in meta.arguments {
                guard let value = argument.defaultValue else { continue }
                values[argument.name] = (try? expander.expand(value, values))?.result ?? value
            }
        }
        return values
    }
}
