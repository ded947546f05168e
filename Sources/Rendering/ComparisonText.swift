import Analysis

/// A comparison of two images as a table for people.
public enum ComparisonText {
    /// The table: what is compared, before, after, and by how much less.
    public static func table(_ comparison: ImageComparison) -> String {
        let (before, after) = (comparison.before, comparison.after)
        var table = TextTable([.init(""), .init("Before"), .init("After"), .init("Reduction")])
        table.add(["Image", before.ref, after.ref])
        func add(_ title: String, _ values: (Int64, Int64), _ text: (Int64) -> String) {
            let reduction = ImageComparison.reduction(values.0, values.1)
            table.add([title, text(values.0), text(values.1), reduction.map(percent) ?? ""])
        }
        add("Size", (before.sizes.size, after.sizes.size), SizeText.megabytes)
        add("Compressed", (before.sizes.compressedSize, after.sizes.compressedSize), SizeText.megabytes)
        add("Layers", (Int64(before.sizes.layers.count), Int64(after.sizes.layers.count)), SizeText.grouped)
        add("Packages", (Int64(before.packages.count), Int64(after.packages.count)), SizeText.grouped)
        return table.ruled
    }

    /// `91%`; `+12%` for more instead of less. What is not quite all is never shown as 100%.
    static func percent(_ reduction: Double) -> String {
        if reduction < 0 { return "+" + SizeText.fixed(-reduction, 0) + "%" }
        if reduction < 100, reduction >= 99.5 { return SizeText.fixed(min(reduction, 99.9), 1) + "%" }
        return SizeText.fixed(reduction, 0) + "%"
    }
}
