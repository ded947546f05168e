import BuildGraph
import DockerfileSyntax
import Glibc
import OCI
import Sandbox
import Store

/// What all steps of one build share. Immutable, so that stages can run side by side.
struct BuildSession: Sendable {
    let options: BuildOptions
    let store: Store
    let progress: Progress
    let fetcher: LayerFetcher
    let executor: any Executor
    let mounts: TreeMounts
    let remotes: RemoteSources
    /// A directory of this build alone: mount points, downloads, generated files.
    let scratch: ScratchSpace

    var cache: StepCache { StepCache(store: store) }

    /// Executes a step that no record was found for under its definition key.
    ///
    /// What the step reads from other stages is known now, so its content can be found in the records even though the
    /// stages were built again.
    func execute(
        _ step: Step, stage: PlannedStage, after parent: StageResult, definition: StageGraphRun.StepDefinition,
        sources: [Int: StepSourceState]
    ) async throws -> StepResult {
        try await fetchBase(of: step, stage: stage, after: parent, definition: definition)
        let vertex = progress.start(step.displayName, .step)
        do {
            let result = try await execute(
                step, stage: stage, after: parent, definition: definition, sources: sources,
                vertex: vertex)
            progress.send(.finished(vertex, result.isCached ? .cached : .done))
            return result
        } catch is CancellationError {
            progress.send(.finished(vertex, .cancelled))
            throw CancellationError()
        } catch let error as BuildError {
            progress.send(.finished(vertex, .failed("\(error)")))
            throw error
        } catch {
            progress.send(.finished(vertex, .failed("\(error)")))
            var failed = FailedStep(step)
            if case .sourceNotFound(let source, _)? = error as? CopyError {
                failed = failed.pointing(at: source, in: options.dockerfile.bytes)
            }
            throw BuildError.stepFailed(step: failed, reason: "\(error)", remedy: Remedy.text(for: error))
        }
    }

    private func execute(
        _ step: Step, stage: PlannedStage, after parent: StageResult, definition: StageGraphRun.StepDefinition,
        sources: [Int: StepSourceState], vertex: VertexID
    ) async throws -> StepResult {
        let contents = try await contents(of: step, sources: sources, vertex: vertex)
        let key = key(of: step, stage: stage, after: parent, reading: definition.inputs.keyParts + contents.keyParts)
        let digest = key.digest
        let identity = step.isIndependentOfParent ? step.linked(digest, to: parent.key) : digest

        func recorded() async throws -> StepResult? {
            guard !step.ignoresCache, var found = try cache.find(digest) else { return nil }
            if step.isIndependentOfParent {
                found.key = identity
                found.newestInput = max(found.newestInput, parent.newestInput)
            }
            // The same content may come from other steps than it did before.
            if let copied = found.copied {
                found.copied = try await origins(of: copied.map(CopyPlacement.init), step, sources)
            }
            try cache.record(
                found, under: [definition.key], key: key, step: step.instruction, place: step.displayName)
            return found
        }
        if let found = try await recorded() { return found }
        let held = try await waitingForLock { try store.holdStep(digest, keepWaiting: $0) }
        defer { held.release() }
        // Whoever held the step meanwhile may have carried it out.
        if let found = try await recorded() { return found }

        let ownInput = max(definition.inputs.newestInput, contents.newestInput)
        let newestInput = max(parent.newestInput, ownInput)
        let clock = ContinuousClock()
        let start = clock.now
        let layer: LayerID
        var copied: [BuildRecord.Copied]?
        switch step.kind {
        case .run(let run):
            layer = try await self.run(
                run, step: step, stage: stage, after: parent, sources: sources,
                time: newestInput, vertex: vertex)
        case .copy(let copy):
            // A layer that is used again on other parents must not depend on how new this one is.
            let placements: [CopyPlacement]
            (layer, placements) = try await self.copy(
                copy, step: step, after: parent, definition: definition, sources: sources,
                time: step.isIndependentOfParent ? ownInput : newestInput, vertex: vertex)
            copied = try await origins(of: placements, step, sources)
        case .workdir(let workdir):
            layer = try await makeWorkdir(workdir, after: parent, time: newestInput, vertex: vertex)
        }
        let elapsed = start.duration(to: clock.now).components
        var result = StepResult(
            key: identity, layer: layer, newestInput: newestInput, isCached: false,
            milliseconds: elapsed.seconds * 1_000 + elapsed.attoseconds / 1_000_000_000_000_000, copied: copied)
        if step.ignoresCache, try cache.find(digest) != nil {
            // A forced run may have given other files than the recorded one. Steps recorded on top of that one must
            // not be combined with these files, so the result gets an identity of its own.
            var rerun = CacheKey(kind: "rerun")
            rerun.add("key", digest.description)
            rerun.add("layer", layer.rawValue)
            result.key = rerun.digest
        }
        try cache.record(
            result, under: [digest, definition.key], key: key, step: step.instruction, place: step.displayName)
        return result
    }

    private func key(
        of step: Step, stage: PlannedStage, after parent: StageResult, reading inputs: [CacheKey.Part]
    ) -> CacheKey {
        var key = step.keyParts(platform: stage.platform, runtime: options.run)
        key.add("parent", step.isIndependentOfParent ? nil : parent.key.description)
        for part in inputs { key.add(part.name, part.value) }
        return key
    }

    /// Fetches the base image of a step that is sure to need it before the step is shown, so that people see both in
    /// their order, and a failure points at the FROM line.
    private func fetchBase(
        of step: Step, stage: PlannedStage, after parent: StageResult, definition: StageGraphRun.StepDefinition
    ) async throws {
        guard step.sourceStages.isEmpty, !step.isIndependentOfParent,
            let origin = try fetcher.missingOrigin(of: parent.state)
        else { return }
        let key = key(of: step, stage: stage, after: parent, reading: definition.inputs.keyParts)
        if !step.ignoresCache, try cache.find(key.digest) != nil { return }
        do {
            _ = try await fetcher.unpack(parent.state)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw BuildError.image(
                name: origin.imageName, range: stage.range, reason: "\(error)", remedy: Remedy.text(for: error))
        }
    }

    /// The content digests of what a step reads from other stages.
    private func contents(
        of step: Step, sources: [Int: StepSourceState], vertex: VertexID
    ) async throws -> StepInputs {
        var inputs = StepInputs()
        for index in step.sourceStages {
            guard let source = sources[index] else { continue }
            inputs.newestInput = max(inputs.newestInput, source.result.newestInput)
            let tree = try await self.tree(of: source, vertex: vertex)
            let part = try await blocking {
                try InputDigests(store: store).digest(of: step, reading: .stage(index), tree: tree)
            }
            inputs.merge(part)
        }
        return inputs
    }

    /// A stage's files, as a directory that can be read.
    func tree(of source: StepSourceState, vertex: VertexID) async throws -> MountedTree {
        if let directory = source.tree { return .context(directory) }
        let directories = try await fetcher.directories(of: source.result.state)
        return .root(try await mounts.path(of: source.result.state, directories: directories))
    }
}

extension Step {
    /// `COPY --link`: the layer does not depend on what lies below.
    var isIndependentOfParent: Bool {
        if case .copy(let copy) = kind { return copy.link && copy.chmod == nil } else { return false }
    }

    fileprivate func linked(_ layer: Digest, to parent: Digest) -> Digest {
        var key = CacheKey(kind: "link")
        key.add("parent", parent.description)
        key.add("layer", layer.description)
        return key.digest
    }
}
