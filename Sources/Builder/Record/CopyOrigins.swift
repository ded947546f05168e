import BuildContext
import BuildGraph
import LayerFormat
import OCI

extension BuildSession {
    /// What COPY took from another stage, and which of that stage's layers it was in.
    ///
    /// Looked up in the unpacked layers right after they were read: later they may be gone.
    ///
    /// - Returns: nil for what comes from a build context.
    func origins(
        of placements: [CopyPlacement], _ step: Step, _ sources: [Int: StepSourceState]
    ) async throws -> [BuildRecord.Copied]? {
        guard case .copy(let copy) = step.kind, case .stage(let index) = copy.from, let source = sources[index] else {
            return nil
        }
        let directories = source.tree == nil ? try await fetcher.directories(of: source.result.state) : []
        return try await blocking {
            try CopyPlacement.joined(placements).map { placement in
                var search = LayerOrigins(directories: directories)
                let origins = directories.isEmpty ? nil : try search.find(placement.source)
                return BuildRecord.Copied(
                    path: String(decoding: placement.source, as: UTF8.self),
                    destination: String(decoding: placement.destination, as: UTF8.self),
                    origins: (origins ?? []).map {
                        BuildRecord.Origin(path: String(decoding: $0.path, as: UTF8.self), layer: $0.layer)
                    })
            }
        }
    }
}

extension CopyPlacement {
    /// The placement that a record was made of.
    init(_ copied: BuildRecord.Copied) {
        self.init(source: PathBytes(copied.path.utf8), destination: PathBytes(copied.destination.utf8))
    }

    /// More placements than this are noted by their directories.
    private static let limit = 64

    /// Fewer placements that say the same: many things that a wildcard took from one directory to another are noted as
    /// those directories.
    static func joined(_ placements: [CopyPlacement]) -> [CopyPlacement] {
        guard placements.count > limit else { return placements }
        var result: [CopyPlacement] = []
        for placement in placements {
            var placement = placement
            if let source = placement.source.parentAndName, let destination = placement.destination.parentAndName,
                source.name == destination.name
            {
                placement = CopyPlacement(source: source.parent, destination: destination.parent)
            }
            if result.last != placement { result.append(placement) }
        }
        return result
    }
}

extension PathBytes {
    fileprivate var parentAndName: (parent: PathBytes, name: PathBytes)? {
        guard let slash = lastIndex(of: UInt8(ascii: "/")) else { return nil }
        return (slash == 0 ? [UInt8(ascii: "/")] : PathBytes(self[..<slash]), PathBytes(self[(slash + 1)...]))
    }
}
