import Builder

/// The closing lines of a successful build: what was made, how large it is, what was new, where it went, how long it took.
struct SummaryText: Sendable {
    let summary: BuildSummary
    let count: StepCount
    let duration: Duration
    let style: TextStyle
    /// Columns to which the names of steps are cut; nil shows them whole.
    var width: Int?

    /// Layers that are listed by name; the largest of those that are new.
    private static let listedLayers = 8
    /// Columns of the words in front.
    private static let labelWidth = 8

    /// Whole lines.
    var text: String {
        var rows: [(label: String, value: String)] = []
        if let digest = summary.digest {
            let names = summary.names.isEmpty ? "" : style.bold(summary.names.joined(separator: ", ")) + "  "
            rows.append(("image", names + digest.description))
        }
        for image in summary.images {
            let platform = summary.images.count > 1 ? "\(image.platform): " : ""
            rows.append(("size", platform + size(image)))
            let made = image.layers.filter { $0.madeBy != nil }
            rows.append(("layers", "\(platform)\(image.layers.count), \(made.isEmpty ? "none" : "\(made.count)") new"))
            rows += listing(made).map { ("", $0) }
        }
        rows.append(("steps", steps))
        let time =
            duration < .seconds(1) ? DurationText.seconds(duration, decimals: 2) + "s" : DurationText.brief(duration)
        rows.append(("time", time))
        for (index, output) in summary.outputs.enumerated() { rows.append((index == 0 ? "output" : "", output)) }
        return rows.map { row in
            let label = row.label + String(repeating: " ", count: max(0, Self.labelWidth - row.label.count))
            return style.dim(label) + row.value + "\n"
        }.joined()
    }

    private var steps: String {
        let total = count.startedSteps
        return switch count.cachedSteps {
        case _ where total == 0: "none"
        case total: "\(total), all from cache"
        case 0: "\(total), none from cache"
        case let cached: "\(total), \(cached) from cache"
        }
    }

    private func size(_ image: BuildSummary.Image) -> String {
        let compressed = image.layers.reduce(0) { $0 + $1.compressedSize }
        let known = image.layers.compactMap(\.uncompressedSize)
        guard known.count == image.layers.count else { return "\(SizeText.decimal(compressed)) compressed" }
        // Of a base layer the files are counted, of a new one its tar: a few per cent apart.
        let about = image.layers.contains { $0.madeBy == nil } ? "about " : ""
        return "\(about)\(SizeText.decimal(known.reduce(0, +))) (\(SizeText.decimal(compressed)) compressed)"
    }

    private func listing(_ layers: [BuildSummary.Layer]) -> [String] {
        func size(_ layer: BuildSummary.Layer) -> Int64 { layer.uncompressedSize ?? layer.compressedSize }
        let limit = layers.map(size).sorted(by: >).dropFirst(Self.listedLayers - 1).first ?? 0
        var lines: [String] = []
        for layer in layers where size(layer) >= limit && lines.count < Self.listedLayers {
            let text = SizeText.decimal(size(layer))
            let padding = String(repeating: " ", count: max(0, 8 - text.count))
            let name = ControlSequences.singleLine(layer.madeBy ?? "")
            let room = width.map { max(0, $0 - Self.labelWidth - max(8, text.count) - 3) }
            lines.append(padding + text + "  " + (room.map { DisplayWidth.clipped(name, to: $0) } ?? name))
        }
        if lines.count < layers.count { lines.append("          and \(layers.count - lines.count) more") }
        return lines
    }
}
