/// A table in plain text: columns as wide as their widest cell.
public struct TextTable: Sendable {
    /// On which side of its column a cell stands.
    public enum Alignment: Sendable { case left, right }

    /// A column.
    public struct Column: Sendable {
        /// Its heading.
        public var title: String
        /// Where its cells stand.
        public var alignment: Alignment

        /// A column.
        public init(_ title: String, _ alignment: Alignment = .left) {
            self.title = title
            self.alignment = alignment
        }
    }

    private let columns: [Column]
    private var rows: [[String]] = []

    /// A table without rows.
    public init(_ columns: [Column]) { self.columns = columns }

    /// Adds a row; cells that are missing are empty. Control characters in them become blanks: what images hold is written
    /// by strangers.
    public mutating func add(_ cells: [String]) { rows.append(cells.map(ControlSequences.singleLine)) }

    /// Columns apart by blanks, as docker and podman list things.
    public var list: String {
        let widths = widths
        return ([columns.map(\.title)] + rows).map { cells in
            columns.indices.map { pad(cell($0, cells), $0, widths) }.joined(separator: "   ").trimmedRight + "\n"
        }.joined()
    }

    /// Columns apart by bars, with a rule below the headings.
    public var ruled: String {
        let widths = widths
        func line(_ cells: [String]) -> String {
            columns.indices.map { pad(cell($0, cells), $0, widths) }.joined(separator: " | ").trimmedRight + "\n"
        }
        let rule = columns.indices.map { String(repeating: "-", count: widths[$0]) }.joined(separator: "-|-") + "\n"
        return line(columns.map(\.title)) + rule + rows.map(line).joined()
    }

    private var widths: [Int] {
        columns.indices.map { index in
            rows.map { cell(index, $0).count }.reduce(columns[index].title.count, max)
        }
    }

    private func cell(_ index: Int, _ cells: [String]) -> String { index < cells.count ? cells[index] : "" }

    private func pad(_ text: String, _ index: Int, _ widths: [Int]) -> String {
        let blanks = String(repeating: " ", count: widths[index] - text.count)
        return columns[index].alignment == .left ? text + blanks : blanks + text
    }
}

extension String {
    /// Without blanks at the end.
    var trimmedRight: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
