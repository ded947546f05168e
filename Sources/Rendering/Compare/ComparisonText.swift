import Analysis
import OCI

/// A comparison of two images for people.
public enum ComparisonText {
    /// The table, and below it what came and went: at most `rows` of each.
    public static func text(_ comparison: ImageComparison, rows: Int = 20) -> String {
        let sections = [
            table(comparison).ruled, layers(comparison), packages(comparison, rows), findings(comparison, rows),
            files(comparison, rows), config(comparison),
        ]
        return sections.filter { !$0.isEmpty }.joined(separator: "\n")
    }

    /// What is compared, before, after, and by how much less.
    static func table(_ comparison: ImageComparison) -> TextTable {
        let (before, after) = (comparison.before, comparison.after)
        var table = TextTable([.init(""), .init("Before"), .init("After"), .init("Reduction")])
        table.add(["Image", OneLine.text(before.ref), OneLine.text(after.ref)])
        for row in ComparisonRow.rows(comparison) { table.add([row.title, row.before, row.after, row.reduction]) }
        return table
    }

    private static func layers(_ comparison: ImageComparison) -> String {
        let shared = comparison.sharedLayers
        let bytes = comparison.before.ledger.layers.prefix(shared).reduce(0) { $0 + $1.size }
        var text = "LAYERS: \(shared) in common\(shared > 0 ? ", \(SizeText.decimal(bytes))" : "")\n"
        for (sign, inspection) in [("-", comparison.before), ("+", comparison.after)] {
            for (index, layer) in inspection.ledger.layers.enumerated().dropFirst(shared) {
                text += "\(sign) \(padded(SizeText.decimal(layer.size)))  \(LayerText.place(layer, index))\n"
            }
        }
        return text
    }

    private static func packages(_ comparison: ImageComparison, _ rows: Int) -> String {
        let changes = PackageChange.changes(comparison)
        return list("PACKAGES", changes, rows) { "\($0.sign) \($0.type) \(OneLine.text($0.name)) \($0.versions)" }
    }

    private static func findings(_ comparison: ImageComparison, _ rows: Int) -> String {
        let changes = comparison.removedFindings.map { ("-", $0) } + comparison.addedFindings.map { ("+", $0) }
        return list("VULNERABILITIES", changes, rows) { sign, finding in
            "\(sign) \(finding.severity) \(OneLine.text(finding.id)) in \(OneLine.text(finding.package)) \(OneLine.text(finding.version))"
        }
    }

    private static func files(_ comparison: ImageComparison, _ rows: Int) -> String {
        let changes = comparison.filesByGrowth
        return list("FILES", changes, rows) { change in
            let sign = change.kind == .added ? "+" : change.kind == .removed ? "-" : "~"
            let growth = change.growth
            let amount = (growth < 0 ? "-" : "+") + SizeText.decimal(Int64(clamping: growth.magnitude))
            let aspects = change.aspects.map(\.rawValue).joined(separator: ", ")
            return "\(sign) \(padded(amount))  \(OneLine.path(change.path))\(aspects.isEmpty ? "" : "  (\(aspects))")"
        }
    }

    private static func config(_ comparison: ImageComparison) -> String {
        guard !comparison.config.isEmpty else { return "" }
        return "CONFIGURATION\n"
            + comparison.config.map { change in
                "~ \(OneLine.text(change.field)): \(change.before.map { LayerText.shortened($0, 80) } ?? "(none)") -> \(change.after.map { LayerText.shortened($0, 80) } ?? "(none)")\n"
            }.joined()
    }

    private static func list<Item>(_ title: String, _ items: [Item], _ rows: Int, _ line: (Item) -> String) -> String {
        guard !items.isEmpty else { return "" }
        let rest = items.count > rows ? "  and \(SizeText.grouped(Int64(items.count - rows))) more\n" : ""
        return "\(title): \(SizeText.grouped(Int64(items.count))) changed\n"
            + items.prefix(rows).map { line($0) + "\n" }.joined() + rest
    }

    private static func padded(_ text: String) -> String {
        String(repeating: " ", count: max(0, 8 - text.count)) + text
    }

    /// `91%`; `+12%` for more instead of less. What is not quite all is never shown as 100%.
    static func percent(_ reduction: Double) -> String {
        if reduction < 0 { return "+" + SizeText.fixed(-reduction, 0) + "%" }
        if reduction < 100, reduction >= 99.5 { return SizeText.fixed(min(reduction, 99.9), 1) + "%" }
        return SizeText.fixed(reduction, 0) + "%"
    }
}

/// A line of the table that every form of a comparison begins with.
struct ComparisonRow {
    var title: String
    var before: String
    var after: String
    var reduction: String
    /// Is less better, and did it get better (negative: worse)?
    var change: Int64

    static func rows(_ comparison: ImageComparison) -> [ComparisonRow] {
        let (before, after) = (comparison.before, comparison.after)
        func row(_ title: String, _ former: Int64, _ latter: Int64, _ text: (Int64) -> String) -> ComparisonRow {
            let reduction = ImageComparison.reduction(former, latter)
            return ComparisonRow(
                title: title, before: text(former), after: text(latter),
                reduction: reduction.map(ComparisonText.percent) ?? "", change: former - latter)
        }
        var rows = [
            row("Size", before.ledger.size, after.ledger.size, SizeText.megabytes),
            row("Compressed", before.ledger.compressedSize, after.ledger.compressedSize, SizeText.megabytes),
            row("Layers", Int64(before.ledger.layers.count), Int64(after.ledger.layers.count), SizeText.grouped),
            row(
                "Packages", Int64(before.comparedPackages.count), Int64(after.comparedPackages.count), SizeText.grouped),
            row("Files", Int64(before.shownFiles), Int64(after.shownFiles), SizeText.grouped),
            row("Wasted", before.ledger.wastedBytes, after.ledger.wastedBytes, SizeText.megabytes),
        ]
        if let former = comparison.beforeFindings, let latter = comparison.afterFindings {
            rows.append(row("Vulnerabilities", Int64(former.count), Int64(latter.count), SizeText.grouped))
            for severity in ["CRITICAL", "HIGH"] {
                let counts = [former, latter].map { Int64($0.filter { $0.severity == severity }.count) }
                rows.append(row("… \(severity.lowercased())", counts[0], counts[1], SizeText.grouped))
            }
        }
        return rows
    }
}

/// A package that came, went, or has another version.
struct PackageChange {
    var sign: String
    var type: String
    var name: String
    var versions: String

    static func changes(_ comparison: ImageComparison) -> [PackageChange] {
        struct Key: Hashable {
            var type: String
            var name: String
        }
        let removed = Dictionary(grouping: comparison.removedPackages) { Key(type: $0.type, name: $0.name) }
        let added = Dictionary(grouping: comparison.addedPackages) { Key(type: $0.type, name: $0.name) }
        func versions(_ packages: [ComparedPackage]) -> String {
            packages.map { OneLine.text($0.version) }.joined(separator: ", ")
        }
        return Set(removed.keys).union(added.keys).sorted { ($0.type, $0.name) < ($1.type, $1.name) }.map { key in
            switch (removed[key], added[key]) {
            case (let old?, let new?):
                PackageChange(
                    sign: "~", type: key.type, name: key.name, versions: "\(versions(old)) -> \(versions(new))")
            case (let old?, nil): PackageChange(sign: "-", type: key.type, name: key.name, versions: versions(old))
            default:
                PackageChange(sign: "+", type: key.type, name: key.name, versions: versions(added[key] ?? []))
            }
        }
    }
}
