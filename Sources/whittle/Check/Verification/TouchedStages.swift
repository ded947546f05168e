import Checks
import DockerfileSyntax

/// Stages that the last one does not need, as far as a change of the text touches them.
///
/// Nobody sees them in the image of the last stage, so that a claim about the change is proved by building them too.
enum TouchedStages {
    /// The names of the stages to build: those that no other stage uses, and that a change reaches. One without a name
    /// is never built by anybody; one that the change takes away cannot be compared. Of texts that are no Dockerfiles
    /// there are none.
    static func targets(_ old: [UInt8], _ new: [UInt8], path: String) -> [String] {
        guard let before = Stages(old, path: path), let after = Stages(new, path: path) else { return [] }
        return before.leaves.filter { name in
            guard let changed = after.text(of: name) else { return false }
            return before.text(of: name) != changed
        }
    }

    /// The stages of one text.
    private struct Stages {
        let graph: StageGraph
        /// Those that the last one needs.
        let needed: Set<Int>

        init?(_ bytes: [UInt8], path: String) {
            guard let dockerfile = try? Dockerfile.parse(bytes, path: path), let parsed = try? dockerfile.resolve(),
                !parsed.stages.isEmpty
            else { return nil }
            graph = CheckContext(dockerfile: dockerfile, parsed: parsed).fact(StageGraph.self)
            needed = graph.closure(of: graph.stages.count - 1)
        }

        /// The names of the stages that nothing uses, the last one left out.
        var leaves: [String] {
            let used = graph.stages.indices.reduce(into: Set<Int>()) { used, index in
                used.formUnion(graph.closure(of: index).subtracting([index]))
            }
            return graph.stages.filter { !needed.contains($0.index) && !used.contains($0.index) }.compactMap(
                \.stage.name)
        }

        /// What is written in a stage and those it needs, without those that the last one needs too; nil when there is
        /// no such stage.
        func text(of name: String) -> [String]? {
            guard let index = graph.stages.lastIndex(where: { $0.stage.name == name }) else { return nil }
            return graph.closure(of: index).subtracting(needed).sorted().flatMap { index in
                [graph.stages[index].stage.original] + graph.stages[index].instructions.map(\.original)
            }
        }
    }
}
