import Advisories
import OCI

/// What brought a package into an image, as findings are grouped by.
struct FindingPlace: Hashable {
    /// One line: where it is written, and what.
    let title: String
    /// The way on through `COPY --from`, nearest first.
    let origin: String?
    /// The position of the layer, and the line: for the order of groups.
    let order: [Int]

    init(_ finding: Finding) {
        let layer = finding.package.layer
        order = [layer.index, finding.trail.last?.lines?.lowerBound ?? 0]
        guard let attribution = finding.attribution else {
            title =
                "layer \(LayerText.number(layer.index))" + (layer.diffID.map { " " + String($0.hex.prefix(12)) } ?? "")
            origin = nil
            return
        }
        let instruction = attribution.instruction.map { Self.shortened($0) }
        if let file = attribution.file, let lines = attribution.lines {
            let base = attribution.isBase == true ? " (base image)" : ""
            title = "\(file):\(lines.lowerBound)  \(instruction ?? "")\(base)"
        } else {
            title = "layer \(LayerText.number(layer.index))  \(instruction ?? "")"
        }
        if finding.trail.count > 1, let last = finding.trail.last {
            let line = last.lines.map { "line \($0.lowerBound), " } ?? ""
            origin = "\(line)stage \(last.stage): \(Self.shortened(last.instruction))"
        } else {
            origin = nil
        }
    }

    static func shortened(_ text: String, _ limit: Int = 100) -> String {
        let line = text.split(whereSeparator: { $0.isNewline || $0 == "\t" || $0 == " " }).joined(separator: " ")
        return line.count <= limit ? line : line.prefix(limit - 1) + "…"
    }

    /// Findings by what brought their packages, in the order of the layers.
    static func groups(_ findings: [Finding]) -> [(place: FindingPlace, findings: [Finding])] {
        Dictionary(grouping: findings, by: FindingPlace.init)
            .map { (place: $0.key, findings: $0.value) }
            .sorted {
                $0.place.order != $1.place.order
                    ? $0.place.order.lexicographicallyPrecedes($1.place.order) : $0.place.title < $1.place.title
            }
    }
}
