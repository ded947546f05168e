import BuildGraph
import OCI
import Store

/// Executes the stages of a plan, side by side where they do not read each other.
///
/// First the definition keys of all steps are computed from what can be known without running anything, and looked up.
/// A stage is executed only when a step that needs it was not found. Everything else is served from the records.
struct StageGraphRun: Sendable {
    let session: BuildSession
    let plan: Plan
    /// Definition key of every step, by stage and position.
    let definitions: [[StepDefinition]]
    let bases: [BaseState]

    /// Where a stage starts.
    struct BaseState: Sendable {
        var state: TreeState
        var key: Digest
        var newestInput: Int64
        /// A directory that stands for the stage: read in place when the stage has no steps.
        var tree: ContextDirectory?
    }

    /// What is known of a step before it runs.
    struct StepDefinition: Sendable {
        /// Covers the instruction, its context files, and the definitions of all that it reads.
        var key: Digest
        /// A record that a former build left under ``key``.
        var found: StepResult?
        /// Selected context files, when the step reads the context.
        var inputs: StepInputs
    }

    /// Executes what the target needs.
    ///
    /// - Returns: the target's stage, and what is known of the steps of each stage.
    func run() async throws -> (target: StageResult, steps: [[StepResult?]]) {
        let demanded = demandedStages()
        session.progress.send(.planned(steps: plan.stages.reduce(0) { $0 + $1.steps.count }))
        announceUnused(demanded)
        let gates = plan.stages.map { _ in Gate<StageResult>() }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            for index in plan.stages.indices where demanded.contains(index) {
                group.addTask {
                    let result = try await build(index, gates)
                    gates[index].open(result)
                }
            }
            do {
                for try await _ in group {}
            } catch {
                group.cancelAll()
                throw error
            }
            var steps = definitions.map { $0.map(\.found) }
            for index in demanded { steps[index] = try await gates[index].value().steps }
            return (try await gates[plan.target].value(), steps)
        }
    }

    /// The stages that have to be gone through: the target, its bases, and what unrecorded steps read.
    private func demandedStages() -> Set<Int> {
        var demanded: Set<Int> = []
        var pending = [plan.target]
        while let index = pending.popLast() {
            guard demanded.insert(index).inserted else { continue }
            if case .stage(let base) = plan.stages[index].base { pending.append(base) }
            for (position, step) in plan.stages[index].steps.enumerated()
            where definitions[index][position].found == nil {
                pending += step.sourceStages
            }
        }
        return demanded
    }

    /// Shows the steps of stages whose results are known to be unchanged and not needed again.
    private func announceUnused(_ demanded: Set<Int>) {
        for index in plan.stages.indices where !demanded.contains(index) {
            for step in plan.stages[index].steps {
                let vertex = session.progress.start(step.displayName, .step)
                session.progress.send(.finished(vertex, .cached))
            }
        }
    }

    private func build(_ index: Int, _ gates: [Gate<StageResult>]) async throws -> StageResult {
        let stage = plan.stages[index]
        var result: StageResult
        if case .stage(let base) = stage.base {
            let baseResult = try await gates[base].value()
            result = StageResult(
                state: baseResult.state, key: baseResult.key, newestInput: baseResult.newestInput, steps: [],
                made: baseResult.made)
        } else {
            let base = bases[index]
            result = StageResult(state: base.state, key: base.key, newestInput: base.newestInput, steps: [])
            try session.fetcher.announceBase(base.state, name: stage.baseDisplayName)
            if let tree = base.tree, !stage.steps.isEmpty || index == plan.target || isBase(index) {
                let layer = try await session.layer(of: tree, key: base.key, name: stage.name)
                result.state.layers.append(.step(layer))
            }
        }
        for position in stage.steps.indices {
            try Task.checkCancellation()
            let step = stage.steps[position]
            let definition = definitions[index][position]
            let done: StepResult
            if let found = definition.found {
                let vertex = session.progress.start(step.displayName, .step)
                session.progress.send(.finished(vertex, .cached))
                done = found
            } else {
                var sources: [Int: StepSourceState] = [:]
                for source in step.sourceStages where sources[source] == nil {
                    let result = try await gates[source].value()
                    sources[source] = StepSourceState(
                        result: result, tree: plan.stages[source].steps.isEmpty ? bases[source].tree : nil)
                }
                done = try await session.execute(
                    step, stage: stage, after: result, definition: definition, sources: sources)
            }
            result.state.layers.append(.step(done.layer))
            result.key = done.key
            result.newestInput = done.newestInput
            result.steps.append(done)
            if !done.isCached { result.made[done.layer] = step.displayName }
        }
        return result
    }
}

extension StageGraphRun {
    /// Whether another stage starts from this one.
    private func isBase(_ index: Int) -> Bool { plan.stages.contains { $0.base == .stage(index) } }
}

/// A stage that a step reads.
struct StepSourceState: Sendable {
    var result: StageResult
    /// Set when the stage is nothing but a directory of the host.
    var tree: ContextDirectory?
}

extension Step {
    /// The stages that the step reads, without duplicates.
    var sourceStages: [Int] {
        var stages: [Int] = []
        func add(_ source: StepSource?) {
            if case .stage(let index) = source, !stages.contains(index) { stages.append(index) }
        }
        switch kind {
        case .copy(let copy): add(copy.from)
        case .run(let run): for mount in run.mounts { add(mount.source) }
        case .workdir: break
        }
        return stages
    }

    /// Whether the step reads the main context.
    var readsContext: Bool {
        switch kind {
        case .copy(let copy):
            copy.from == .context
                && copy.sources.contains { if case .path = $0 { true } else { false } }
        case .run(let run): run.mounts.contains { $0.source == .context }
        case .workdir: false
        }
    }
}
