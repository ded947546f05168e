import Analysis
import OCI

/// A comparison as a comment on a pull request: the table first, the rest folded away.
public enum ComparisonMarkdown {
    /// GitHub takes comments of up to 65,536 characters; lists are cut so that the whole fits.
    private static let rows = 100

    /// The comment.
    public static func text(_ comparison: ImageComparison) -> String {
        let reduction = comparison.reductionPercent
        let headline =
            reduction > 0
            ? "**\(SizeText.fixed(reduction, 1))% smaller**"
            : reduction < 0 ? "**\(SizeText.fixed(-reduction, 1))% larger**" : "**the same size**"
        var text = "### Image comparison: \(headline)\n\n"
        text += "| | Before | After | Reduction |\n|---|---:|---:|---:|\n"
        text += "| Image | \(code(comparison.before.ref)) | \(code(comparison.after.ref)) | |\n"
        for row in ComparisonRow.rows(comparison) {
            text += "| \(row.title) | \(row.before) | \(row.after) | \(row.reduction) |\n"
        }
        text += findings(comparison) + packages(comparison) + layers(comparison) + files(comparison)
        return text + config(comparison)
    }

    private static func findings(_ comparison: ImageComparison) -> String {
        let changes =
            comparison.addedFindings.map { ("added", $0) } + comparison.removedFindings.map { ("removed", $0) }
        return section(
            "Vulnerabilities: \(comparison.addedFindings.count) added, \(comparison.removedFindings.count) removed",
            "| | Severity | Id | Package |\n|---|---|---|---|\n",
            changes.map {
                "| \($0.0) | \($0.1.severity) | \(code($0.1.id)) | \(code("\($0.1.package) \($0.1.version)")) |\n"
            })
    }

    private static func packages(_ comparison: ImageComparison) -> String {
        let changes = PackageChange.changes(comparison)
        let words = ["+": "added", "-": "removed", "~": "changed"]
        let counts = ["+", "-", "~"].map { sign in changes.filter { $0.sign == sign }.count }
        return section(
            "Packages: \(counts[0]) added, \(counts[1]) removed, \(counts[2]) changed",
            "| | Type | Package | Version |\n|---|---|---|---|\n",
            changes.map {
                "| \(words[$0.sign] ?? "") | \($0.type) | \(code($0.name)) | \(code($0.versions)) |\n"
            })
    }

    private static func layers(_ comparison: ImageComparison) -> String {
        let shared = comparison.sharedLayers
        var lines: [String] = []
        for (word, inspection) in [("removed", comparison.before), ("added", comparison.after)] {
            for (index, layer) in inspection.ledger.layers.enumerated().dropFirst(shared) {
                lines.append("| \(word) | \(SizeText.decimal(layer.size)) | \(code(LayerText.place(layer, index))) |\n")
            }
        }
        return section(
            "Layers: \(shared) in common", "| | Size | Instruction |\n|---|---:|---|\n", lines)
    }

    private static func files(_ comparison: ImageComparison) -> String {
        let counts = [FileChange.Kind.added, .removed, .changed].map { kind in
            comparison.files.filter { $0.kind == kind }.count
        }
        let changes = comparison.filesByGrowth
        return section(
            "Files: \(counts[0]) added, \(counts[1]) removed, \(counts[2]) changed",
            "| | Before | After | Path |\n|---|---:|---:|---|\n",
            changes.prefix(rows + 1).map { change in
                let aspects = change.aspects.map(\.rawValue).joined(separator: ", ")
                let (before, after) = (change.sizeBefore.map(SizeText.decimal), change.sizeAfter.map(SizeText.decimal))
                return
                    "| \(change.kind.rawValue)\(aspects.isEmpty ? "" : ": \(aspects)") | \(before ?? "") | \(after ?? "") | \(code(OneLine.path(change.path))) |\n"
            }, total: changes.count)
    }

    private static func config(_ comparison: ImageComparison) -> String {
        section(
            "Configuration: \(comparison.config.count) changed", "| Field | Before | After |\n|---|---|---|\n",
            comparison.config.map {
                "| \(code($0.field)) | \($0.before.map { code($0) } ?? "") | \($0.after.map { code($0) } ?? "") |\n"
            })
    }

    private static func section(_ title: String, _ head: String, _ lines: [String], total: Int? = nil) -> String {
        guard !lines.isEmpty else { return "" }
        let rest = (total ?? lines.count) - rows
        return "\n<details><summary>\(title)</summary>\n\n" + head + lines.prefix(rows).joined()
            + (rest > 0 ? "\nand \(SizeText.grouped(Int64(rest))) more\n" : "") + "\n</details>\n"
    }

    /// Foreign text in a cell: it can neither end the cell nor the code, nor mention anybody.
    private static func code(_ text: String) -> String {
        let line = LayerText.shortened(text, 120)
        guard !line.isEmpty else { return "" }
        let escaped = line.map { character in
            switch character {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "|": "&#124;"
            case "`": "&#96;"
            case "*": "&#42;"
            case "_": "&#95;"
            case "[": "&#91;"
            case "]": "&#93;"
            case "@": "&#64;"
            case "\\": "&#92;"
            case "#": "&#35;"
            case ":": "&#58;"
            case "~": "&#126;"
            default: String(character)
            }
        }.joined()
        return "<code>\(escaped)</code>"
    }
}
