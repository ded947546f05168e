import BuildGraph
import OCI
import Store

/// Makes the record of a build: from the plan and from what became of its steps.
struct BuildRecording: Sendable {
    let options: BuildOptions
    let store: Store
    let target: BuiltTarget

    init(_ session: BuildSession, _ target: BuiltTarget) {
        options = session.options
        store = session.store
        self.target = target
    }

    /// The record of an image that was put together from the target. What is not known any more of results that were found
    /// in the cache is taken from the record that the store has of the image.
    func record(of image: AssembledImage) throws -> BuildRecord {
        let record = newRecord(of: image)
        guard !record.isComplete, let earlier = try store.buildRecord(of: image.recordSubjects) else { return record }
        return record.completed(by: earlier)
    }

    private func newRecord(of image: AssembledImage) -> BuildRecord {
        let plan = target.plan
        let stages = plan.stages.indices.map(stage)
        var record = BuildRecord(
            dockerfile: BuildRecord.DockerfileFile(
                path: RecordedPath.of(options.dockerfile.path, context: options.context?.path),
                digest: .sha256(of: options.dockerfile.bytes)),
            platform: image.platform.description, stages: stages, target: plan.target, layers: [])
        record.layers = zip(image.config.diffIDs, record.places(ofStage: plan.target)).map {
            BuildRecord.Layer(diffID: $0, place: $1)
        }
        return record
    }

    private func stage(_ index: Int) -> BuildRecord.Stage {
        let planned = target.plan.stages[index]
        return BuildRecord.Stage(
            name: planned.alias, number: planned.number,
            from: planned.from.map { BuildRecord.Source(lines: $0.lines, instruction: $0.instruction) },
            base: base(planned.base), steps: planned.steps.indices.map { step($0, of: index) })
    }

    private func base(_ base: StageBase) -> BuildRecord.Base {
        switch base {
        case .scratch: return .scratch
        case .stage(let index): return .stage(index)
        case .tree(let name): return .context(name)
        case .image(let input):
            guard let image = target.images[input] else { return .scratch }
            let history = ImageAttribution(config: image.config).layers
            return .image(
                reference: input.reference.description, digest: image.manifestDescriptor.digest,
                layers: history.map { BuildRecord.BaseLayer(diffID: $0.diffID, createdBy: $0.createdBy) })
        }
    }

    private func step(_ position: Int, of stage: Int) -> BuildRecord.Step {
        let planned = target.plan.stages[stage]
        let step = planned.steps[position]
        let history = planned.config.history
        let kind: BuildRecord.Step.Kind
        switch step.kind {
        case .run: kind = .run
        case .copy(let copy): kind = copy.isAdd ? .add : .copy
        case .workdir: kind = .workdir
        }
        var recorded = BuildRecord.Step(
            kind: kind, source: BuildRecord.Source(lines: step.lines, instruction: step.instruction),
            expanded: history.indices.contains(step.historyIndex)
                ? history[step.historyIndex].createdBy ?? step.instruction : step.instruction)
        if case .copy(let copy) = step.kind {
            if case .stage(let index) = copy.from { recorded.copiesFrom = index }
            recorded.sources = copy.sources.map(\.text)
            recorded.destination = copy.destination
            let known = target.steps[stage]
            recorded.copied = known.indices.contains(position) ? known[position]?.copied : nil
        }
        return recorded
    }
}

extension AssembledImage {
    /// What the record is found by.
    var recordSubjects: [Digest] {
        BuildRecord.subjects(manifest: manifestDescriptor.digest, manifest, config)
    }
}

extension CopyStep.Source {
    /// The source as a person would write it.
    fileprivate var text: String {
        switch self {
        case .path(let path): path
        case .http(let url), .git(let url): url
        case .inline(let name, _): "<<" + name
        }
    }
}
