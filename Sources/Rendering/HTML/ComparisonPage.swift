import Analysis
import OCI

/// A comparison as a page.
public enum ComparisonPage {
    private static let rows = 300

    /// The page.
    public static func page(_ comparison: ImageComparison) throws -> String {
        let trees = [comparison.before, comparison.after].map { ByteTreeView(ByteTree($0.ledger)) }
        let sections: [HTMLPage.Section] = [
            .init("Bytes, before and after", maps(comparison, trees), id: "bytes"),
            .init("Layers before", InspectionPage.layers(comparison.before), id: "layers-before"),
            .init("Layers after", InspectionPage.layers(comparison.after), id: "layers-after"),
            .init("New vulnerabilities", FindingParts.table(comparison.addedFindings), id: "added-findings"),
            .init(
                "Vulnerabilities that are gone", FindingParts.table(comparison.removedFindings), id: "removed-findings"),
            .init("Packages", packages(comparison), id: "packages"),
            .init("Files", files(comparison), id: "files"),
            .init("Configuration", config(comparison), id: "config"),
        ]
        return HTMLPage(
            title: OneLine.text("\(comparison.before.ref) and \(comparison.after.ref)"), header: head(comparison),
            sections: sections, data: try ByteTreeView.data(trees)
        ).text
    }

    private static func head(_ comparison: ImageComparison) -> String {
        let percent = comparison.reductionPercent
        let words =
            percent > 0
            ? "<span class=\"good\">\(SizeText.fixed(percent, 1))% smaller</span>"
            : percent < 0 ? "<span class=\"bad\">\(SizeText.fixed(-percent, 1))% larger</span>" : "the same size"
        return "<h1>\(words)</h1>\n"
            + HTMLPart.table(
                [.init("What"), .init("Before", .number), .init("After", .number), .init("Reduction", .number)],
                [
                    ["Image"]
                        + [comparison.before, comparison.after].map {
                            "<code>\(HTMLText.escape(OneLine.text($0.ref)))</code>"
                        } + [""]
                ]
                    + ComparisonRow.rows(comparison).map { row in
                        let mark = row.change > 0 ? "good" : row.change < 0 ? "bad" : "soft"
                        return [row.title, row.before, row.after, "<span class=\"\(mark)\">\(row.reduction)</span>"]
                    })
    }

    private static func maps(_ comparison: ImageComparison, _ trees: [ByteTreeView]) -> String {
        let whole = max(1, trees.map(\.size).max() ?? 1)
        let parts = [comparison.before, comparison.after].enumerated().map { index, inspection in
            "<div><p><code>\(HTMLText.escape(OneLine.text(inspection.ref)))</code> \(SizeText.decimal(inspection.ledger.size))</p>\n"
                + HTMLPart.treemap(index, "Treemap of the bytes of \(inspection.ref)")
                + HTMLPart.directories(trees[index], whole: whole) + "</div>\n"
        }
        return "<div class=\"pair\">\(parts.joined())</div>\n"
    }

    private static func packages(_ comparison: ImageComparison) -> String {
        let words = [
            "+": "<span class=\"bad\">added</span>", "-": "<span class=\"good\">removed</span>", "~": "changed",
        ]
        return HTMLPart.table(
            [.init("Change", .short), .init("Type", .extra), .init("Package"), .init("Version")],
            PackageChange.changes(comparison).map {
                [
                    words[$0.sign] ?? "", HTMLText.escape($0.type), HTMLPart.code(OneLine.text($0.name)),
                    HTMLPart.code($0.versions),
                ]
            })
    }

    private static func files(_ comparison: ImageComparison) -> String {
        let changes = comparison.filesByGrowth
        let table = HTMLPart.table(
            [.init("Change"), .init("Before", .number), .init("After", .number), .init("Path", .main)],
            changes.prefix(rows).map { change -> [String] in
                let words: [String] = [change.kind.rawValue] + change.aspects.map(\.rawValue)
                return [
                    words.joined(separator: ", "), change.sizeBefore.map(SizeText.decimal) ?? "",
                    change.sizeAfter.map(SizeText.decimal) ?? "", HTMLPart.code(OneLine.path(change.path)),
                ]
            })
        let rest = changes.count - rows
        return table + (rest > 0 ? "<p class=\"soft\">and \(SizeText.grouped(Int64(rest))) more</p>\n" : "")
    }

    private static func config(_ comparison: ImageComparison) -> String {
        HTMLPart.table(
            [.init("Field"), .init("Before"), .init("After")],
            comparison.config.map { change in
                [change.field, change.before ?? "", change.after ?? ""].map {
                    HTMLPart.code(LayerText.shortened($0, 300))
                }
            })
    }
}
