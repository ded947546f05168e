extension BuildRecord {
    /// The record's bytes, the same for equal records.
    public func bytes() throws(OCIError) -> [UInt8] { try CanonicalJSON.encode(self) }

    /// Reads a record, possibly one that came with an image from elsewhere, and checks that it holds together.
    ///
    /// - Throws: ``OCIError/malformedJSON(what:reason:)``.
    public init(reading bytes: some Sequence<UInt8>) throws(OCIError) {
        let record = try CanonicalJSON.decode(BuildRecord.self, from: bytes, what: "build record")
        if let reason = record.flaw { throw .malformedJSON(what: "build record", reason: reason) }
        self = record
    }

    /// What is wrong with the record; nil when every number points at something, and only at what comes before it.
    private var flaw: String? {
        guard formatVersion == Self.currentFormat else { return "format version \(formatVersion) is not known" }
        guard stages.indices.contains(target) else { return "it has no stage \(target)" }
        for (index, stage) in stages.enumerated() {
            if let base = stage.base.stage, !(0..<index).contains(base) { return "stage \(index) starts from \(base)" }
            for step in stage.steps {
                if let from = step.copiesFrom, !(0..<index).contains(from) {
                    return "stage \(index) copies from \(from)"
                }
                if !step.source.isInOrder { return "a step ends before it starts" }
            }
            if let from = stage.from, !from.isInOrder { return "stage \(index) ends before it starts" }
        }
        for layer in layers where step(at: layer.place) == nil && layer.place.base == nil {
            return "layer \(layer.diffID) was made by nothing"
        }
        return nil
    }

    /// The step at a place; nil for a layer of a base.
    public func step(at place: Place) -> Step? {
        guard stages.indices.contains(place.stage), let number = place.step,
            stages[place.stage].steps.indices.contains(number)
        else { return nil }
        return stages[place.stage].steps[number]
    }

    /// The stage of a place.
    public func stage(at place: Place) -> Stage? {
        stages.indices.contains(place.stage) ? stages[place.stage] : nil
    }
}

extension BuildRecord {
    /// Whether it is known of everything that was copied from another stage what made it there.
    public var isComplete: Bool {
        stages.allSatisfy { $0.steps.allSatisfy { $0.copiesFrom == nil || $0.copied != nil } }
    }

    /// The record with what an earlier one of the same build knew besides: results of steps that a build found recorded
    /// can be gone when it is repeated.
    public func completed(by earlier: BuildRecord) -> BuildRecord {
        guard dockerfile == earlier.dockerfile, target == earlier.target, stages.count == earlier.stages.count else {
            return self
        }
        var record = self
        for (index, stage) in stages.enumerated() where stage.steps.count == earlier.stages[index].steps.count {
            for (number, step) in stage.steps.enumerated() where step.copiesFrom != nil && step.copied == nil {
                let known = earlier.stages[index].steps[number]
                var expected = step
                expected.copied = known.copied
                if known == expected { record.stages[index].steps[number].copied = known.copied }
            }
        }
        return record
    }

    /// What an image's record is found by, the surest first: its manifest, its configuration, its layers.
    public static func subjects(manifest digest: Digest, _ manifest: Manifest, _ config: ImageConfig) -> [Digest] {
        [digest, manifest.config.digest] + [config.chainID(ofLowest: config.diffIDs.count)].compactMap { $0 }
    }
}

extension BuildRecord.Source {
    fileprivate var isInOrder: Bool { line >= 0 && line <= endLine }

    /// First to last line.
    public var lines: ClosedRange<Int> { line...max(line, endLine) }
}
