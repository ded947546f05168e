/// What made each layer and each file of an image: from the record of its build, or as far as the image's own history says.
public struct ImageAttribution: Sendable {
    /// One for each layer of the image, the lowest first.
    public let layers: [LayerAttribution]
    /// The record of the build; nil when there is none.
    public let record: BuildRecord?
    /// What is odd about the image's history.
    public let warnings: [String]
    private let indexes: [Digest: Int]

    /// Attributes the layers of an image.
    ///
    /// - Parameter record: the build's record. One that is about other layers is not used.
    public init(config: ImageConfig, record: BuildRecord? = nil) {
        let history = LayerHistory(config)
        let record = record.flatMap { $0.layers.map(\.diffID) == config.diffIDs ? $0 : nil }
        var layers: [LayerAttribution] = []
        for (index, diffID) in config.diffIDs.enumerated() {
            var layer = LayerAttribution(index: index, diffID: diffID)
            layer.createdBy = history.entries[index]
            layer.instruction = layer.createdBy.map(InstructionText.readable)
            if let record { layer.add(record, record.layers[index].place) }
            layers.append(layer)
        }
        self.layers = layers
        self.record = record
        // A record knows better than the history.
        warnings = record == nil ? history.warnings : []
        indexes = Dictionary(layers.map { ($0.diffID, $0.index) }) { first, _ in first }
    }

    /// The layer with this digest; of several with the same content, the lowest.
    public func layer(_ diffID: Digest) -> LayerAttribution? { indexes[diffID].map { layers[$0] } }

    /// How a file of a layer came there: the layer's own instruction first, then through `COPY --from` what made it.
    ///
    /// - Parameters:
    ///   - path: the file's path in the image, with or without the leading slash.
    ///   - layer: the layer's position.
    /// - Returns: nothing without a record. The trail ends early when it is not known which step made the file.
    public func trail(of path: String, inLayer layer: Int) -> [TrailStep] {
        guard let record, layers.indices.contains(layer) else { return [] }
        return record.trail(of: path, at: record.layers[layer].place)
    }

    /// The same, with the layer given by its digest.
    public func trail(of path: String, in diffID: Digest) -> [TrailStep] {
        indexes[diffID].map { trail(of: path, inLayer: $0) } ?? []
    }
}

extension LayerAttribution {
    fileprivate mutating func add(_ record: BuildRecord, _ place: BuildRecord.Place) {
        guard let stage = record.stage(at: place) else { return }
        file = record.dockerfile.path
        self.stage = stage.label
        if let step = record.step(at: place) {
            instruction = step.source.instruction
            lines = step.source.lines
            isBase = false
        } else {
            instruction = stage.from?.instruction ?? instruction
            lines = stage.from?.lines
            isBase = true
            baseName = stage.base.reference ?? stage.base.context
        }
    }
}

extension BuildRecord {
    /// How a file came where it is; see ``ImageAttribution/trail(of:inLayer:)``.
    public func trail(of path: String, at place: Place) -> [TrailStep] {
        var trail: [TrailStep] = []
        var path = path.hasPrefix("/") ? path : "/" + path
        var place = place
        while let stage = stage(at: place) {
            guard let step = step(at: place) else {
                let layers = stage.base.layers ?? []
                let createdBy = place.base.flatMap { layers.indices.contains($0) ? layers[$0].createdBy : nil }
                trail.append(
                    TrailStep(
                        kind: .base, instruction: stage.from?.instruction ?? "FROM \(stage.label)",
                        file: dockerfile.path, lines: stage.from?.lines, stage: stage.label, path: path,
                        base: createdBy ?? stage.base.reference ?? stage.base.context))
                break
            }
            trail.append(
                TrailStep(
                    kind: TrailStep.Kind(step.kind), instruction: step.source.instruction, file: dockerfile.path,
                    lines: step.source.lines, stage: stage.label, path: path))
            // Stages only copy from those before them, so this ends.
            guard let from = step.copiesFrom, from < place.stage, let origin = step.origin(of: path) else { break }
            if origin.layer == nil {
                guard stages[from].base.context != nil else { break }
                place = .base(stage: from, layer: 0)
            } else {
                let places = places(ofStage: from)
                guard let layer = origin.layer, places.indices.contains(layer) else { break }
                place = places[layer]
            }
            path = origin.path
        }
        return trail
    }
}

extension BuildRecord.Step {
    /// Where a file of the step's layer was in the stage that it was copied from, and which layer there has it.
    fileprivate func origin(of path: String) -> (path: String, layer: Int?)? {
        var best: (length: Int, path: String, copied: BuildRecord.Copied)?
        for copied in copied ?? [] {
            guard let rest = path.remainder(below: copied.destination) else { continue }
            // Of two sources that went to the same place, the later one overwrote the other, if it has the file.
            let length = copied.destination.utf8.count
            if let best, best.length > length { continue }
            let source = copied.path == "/" && !rest.isEmpty ? rest : copied.path + rest
            if copied.layer(of: source) == nil, best != nil { continue }
            best = (length, source, copied)
        }
        guard let best else { return nil }
        return (best.path, best.copied.layer(of: best.path))
    }
}

extension BuildRecord.Copied {
    fileprivate func layer(of path: String) -> Int? {
        var best: BuildRecord.Origin?
        for origin in origins where path.remainder(below: origin.path) != nil {
            if origin.path.utf8.count >= best?.path.utf8.count ?? 0 { best = origin }
        }
        return best?.layer
    }
}

extension String {
    /// What follows `directory` in this path, with its slash; empty when they are equal, nil when it is not below.
    fileprivate func remainder(below directory: String) -> String? {
        if directory == "/" { return self == "/" ? "" : self }
        guard utf8.starts(with: directory.utf8) else { return nil }
        let rest = utf8.dropFirst(directory.utf8.count)
        guard rest.isEmpty || rest.first == UInt8(ascii: "/") else { return nil }
        return String(Substring(rest))
    }
}

extension TrailStep.Kind {
    fileprivate init(_ kind: BuildRecord.Step.Kind) {
        switch kind {
        case .run: self = .run
        case .copy: self = .copy
        case .add: self = .add
        case .workdir: self = .workdir
        }
    }
}
