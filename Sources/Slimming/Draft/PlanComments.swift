/// Reasons written into the Dockerfile.
extension RuntimePlan {
    /// Puts the reason of each step above what it changed: the base, or an instruction of the build stage.
    mutating func addComments(_ view: StageView) {
        for step in steps {
            let node = view.buildInstructions.first { $0.lines.lowerBound == step.line }?.nodeIndex
            if let node, node != view.final.nodeIndex, !moves.contains(where: { $0.node == node }) {
                insertions[node, default: []].append("# " + step.why)
            } else if let node, insertions[node] != nil {
                // What moves has left something in its place.
                insertions[node]?.insert("# " + step.why, at: 0)
            } else {
                reasons.append("# " + step.why)
            }
        }
    }
}
