import BuildGraph
import OCI

/// Computes the definition key of every step: all that can be known about it before anything runs.
struct StepDefinitions: Sendable {
    let session: BuildSession
    let plan: Plan
    let bases: [StageGraphRun.BaseState]

    /// Digests the context files that steps read, side by side, then chains the keys and looks them up.
    func compute() async throws -> [[StageGraphRun.StepDefinition]] {
        let inputs = try await contextInputs()
        return try await blocking { try chain(inputs) }
    }

    private struct Place: Hashable, Sendable {
        var stage: Int
        var step: Int
    }

    private func contextInputs() async throws -> [Place: StepInputs] {
        try await withThrowingTaskGroup(of: (Place, StepInputs).self) { group in
            for (stage, planned) in plan.stages.enumerated() {
                for (position, step) in planned.steps.enumerated() {
                    let place = Place(stage: stage, step: position)
                    if step.readsContext {
                        group.addTask { (place, try await digest(step)) }
                    }
                }
            }
            var inputs: [Place: StepInputs] = [:]
            for try await (place, found) in group { inputs[place] = found }
            for (stage, planned) in plan.stages.enumerated() {
                for (position, step) in planned.steps.enumerated() {
                    guard case .copy(let copy) = step.kind, copy.readsRemotes else { continue }
                    let remote = try await session.remotes.inputs(of: copy, step: step)
                    inputs[Place(stage: stage, step: position), default: StepInputs()].merge(remote)
                }
            }
            return inputs
        }
    }

    private func digest(_ step: Step) async throws -> StepInputs {
        guard let context = session.options.context else {
            throw BuildError.stepFailed(
                step: FailedStep(step), reason: "there is no build context to read from")
        }
        do {
            return try await blocking {
                try InputDigests(store: session.store).digest(of: step, reading: .context, tree: .context(context))
            }
        } catch let error as BuildError {
            throw error
        } catch {
            throw MissingSource.failure(
                of: step, error, context: context, dockerfile: session.options.dockerfile)
        }
    }

    private func chain(_ inputs: [Place: StepInputs]) throws -> [[StageGraphRun.StepDefinition]] {
        var ends: [(key: Digest, isForced: Bool)] = []
        var definitions: [[StageGraphRun.StepDefinition]] = []
        for (index, stage) in plan.stages.enumerated() {
            var parent = bases[index].key
            // What follows a forced step may read other files than before: it is looked up by content, once they exist.
            var isForced = false
            if case .stage(let base) = stage.base { (parent, isForced) = ends[base] }
            var steps: [StageGraphRun.StepDefinition] = []
            for (position, step) in stage.steps.enumerated() {
                let own = inputs[Place(stage: index, step: position)] ?? StepInputs()
                var key = CacheKey(kind: "definition")
                key.add("parent", parent.description)
                key.add(
                    "step", step.keyParts(platform: stage.platform, runtime: session.options.run).digest.description)
                for part in own.keyParts { key.add(part.name, part.value) }
                for source in step.sourceStages {
                    key.add("source", ends[source].key.description)
                    isForced = isForced || ends[source].isForced
                }
                isForced = isForced || step.ignoresCache
                let digest = key.digest
                let found = isForced ? nil : try session.cache.find(digest)
                steps.append(StageGraphRun.StepDefinition(key: digest, found: found, inputs: own))
                parent = digest
            }
            ends.append((parent, isForced))
            definitions.append(steps)
        }
        return definitions
    }
}

extension CopyStep {
    /// Whether a source has to be fetched from elsewhere.
    var readsRemotes: Bool {
        sources.contains {
            switch $0 {
            case .http, .git: true
            case .path, .inline: false
            }
        }
    }
}
