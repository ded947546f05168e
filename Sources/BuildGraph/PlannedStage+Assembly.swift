import OCI

extension PlannedStage {
    /// The stage as planned, with stage numbers still those of the Dockerfile.
    init(_ state: StageState) {
        let base: StageBase =
            switch state.base {
            case .scratch: .scratch
            case .stage(let index): .stage(index)
            case .image(let input): .image(input)
            case .tree(let name): .tree(name: name)
            }
        let reference: String =
            switch state.base {
            case .image(let input): input.reference.description
            default: state.baseName
            }
        let total = state.commandTotal
        let label = state.displayName.isEmpty ? "" : state.displayName + " "
        self.init(
            name: state.displayName, base: base, steps: state.steps, config: state.config, platform: state.platform,
            range: state.isImplicit ? nil : state.stage.range,
            baseDisplayName: "[\(label)1/\(max(total, 1))] FROM \(reference)",
            alias: state.stage.name, number: state.isImplicit ? nil : state.index,
            from: state.isImplicit ? nil : (state.stage.original, state.stage.lines))
    }

    /// Replaces every stage number.
    mutating func renumber(_ position: (Int) -> Int) {
        if case .stage(let index) = base { base = .stage(position(index)) }
        for index in steps.indices {
            switch steps[index].kind {
            case .copy(var copy):
                copy.from = copy.from.renumbered(position)
                steps[index].kind = .copy(copy)
            case .run(var run):
                run.mounts = run.mounts.map { $0.renumbered(position) }
                steps[index].kind = .run(run)
            case .workdir:
                break
            }
        }
    }
}

extension StepSource {
    fileprivate func renumbered(_ position: (Int) -> Int) -> StepSource {
        switch self {
        case .context: .context
        case .stage(let index): .stage(position(index))
        }
    }
}

extension StepMount {
    fileprivate func renumbered(_ position: (Int) -> Int) -> StepMount {
        switch self {
        case .bind(let source, let path, let target, let readOnly):
            .bind(source: source.renumbered(position), path: path, target: target, readOnly: readOnly)
        case .cache(var mount):
            {
                mount.source = mount.source?.renumbered(position)
                return .cache(mount)
            }()
        case .tmpfs, .secret, .ssh:
            self
        }
    }
}

extension Plan {
    /// Applies what belongs to the image as a whole: labels of the command line and the requested platform.
    mutating func finish(labels: [String: String], requested: Platform?) {
        var config = stages[target].config
        if !labels.isEmpty {
            config.config.labels = config.config.labels.merging(labels) { _, new in new }
        }
        if let requested {
            let sameMachine = requested.os == config.os && requested.architecture == config.architecture
            config.os = requested.os
            config.architecture = requested.architecture
            if requested.variant != nil || !sameMachine { config.variant = requested.variant }
            if requested.osVersion != nil || !sameMachine { config.osVersion = requested.osVersion }
        }
        stages[target].config = config
    }
}

extension ImageConfig {
    /// The configuration of `scratch`.
    static func empty(platform: Platform) -> ImageConfig {
        var image = ImageConfig(platform: platform)
        image.config.workingDir = "/"
        image.config.env = ["PATH=" + EnvironmentList.defaultPath]
        return image
    }
}

extension EnvironmentList {
    /// The PATH that a stage gets when its base sets none.
    static let defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
}
