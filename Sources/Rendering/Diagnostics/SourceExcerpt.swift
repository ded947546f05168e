import DockerfileSyntax

/// A line of a Dockerfile with the place that a message is about marked below it.
///
///      12 | RUN --mout=type=cache make
///         |     ^~~~~~
///
/// Tabs are written as blanks up to the next stop and wide characters count as two columns, so that the caret stands
/// where it should. Of a line that is longer than the width only the part around the caret is shown.
struct SourceExcerpt: Sendable {
    private static let tabStop = 4

    private struct Cell {
        var text: Character
        var columns: Int
        var isMarked: Bool
    }

    private let number: String
    private var cells: [Cell] = []
    /// Columns of all cells.
    private var columns = 0
    /// Index of the cell where the caret stands.
    private var caret = 0
    private var cutsStart = false
    private var cutsEnd = false

    /// The first line of the range; nil when the range lies outside the text or the line is empty.
    ///
    /// - Parameter width: columns that the whole excerpt may take.
    init?(_ range: SourceRange, in source: SourceText, width: Int) {
        guard range.start >= 0, range.start <= source.bytes.count else { return nil }
        let line = source.lineNumber(of: range.start)
        number = String(line)
        let bounds = source.lineRange(line)
        let start = min(max(range.start, bounds.start), bounds.end)
        let end = min(max(range.end, start), bounds.end)
        append(source.bytes[min(bounds.start, start)..<start], isMarked: false)
        append(source.bytes[start..<end], isMarked: true)
        append(source.bytes[end..<max(end, bounds.end)], isMarked: false)
        if cells.isEmpty { return nil }
        cut(to: max(20, width - number.count - 4))
    }

    private mutating func append(_ bytes: ArraySlice<UInt8>, isMarked: Bool) {
        if isMarked { caret = cells.count }
        for character in String(decoding: bytes, as: UTF8.self) {
            if character == "\t" {
                for _ in 0..<(Self.tabStop - columns % Self.tabStop) {
                    append(Cell(text: " ", columns: 1, isMarked: isMarked))
                }
            } else {
                let width = DisplayWidth.columns(character)
                // What a terminal would not print, or would obey.
                append(Cell(text: width > 0 ? character : "\u{FFFD}", columns: max(1, width), isMarked: isMarked))
            }
        }
    }

    private mutating func append(_ cell: Cell) {
        cells.append(cell)
        columns += cell.columns
    }

    /// Leaves out what does not fit, so that the marked part's start is a third of the way in.
    private mutating func cut(to width: Int) {
        guard columns > width else { return }
        let anchor = caret
        var first = anchor
        var before = 0
        while first > 0, before + cells[first - 1].columns <= width / 3 {
            first -= 1
            before += cells[first].columns
        }
        // Near the end of the line there is more room in front.
        var rest = cells[anchor...].reduce(0) { $0 + $1.columns }
        while first > 0, before + rest + cells[first - 1].columns <= width - 1 {
            first -= 1
            before += cells[first].columns
        }
        cutsStart = first > 0
        rest = width - (cutsStart ? 1 : 0)
        var last = cells.count
        if cells[first...].reduce(0, { $0 + $1.columns }) > rest {
            last = first
            while last < cells.count, cells[last].columns <= rest - 1 {
                rest -= cells[last].columns
                last += 1
            }
        }
        cutsEnd = last < cells.count
        cells = Array(cells[first..<last])
        caret = anchor - first
    }

    /// Two lines; `mark` colours the caret.
    func text(mark: (String) -> String) -> String {
        let gutter = String(repeating: " ", count: number.count)
        let shown = (cutsStart ? "…" : "") + String(cells.map(\.text)) + (cutsEnd ? "…" : "")
        let before = cells[..<caret].reduce(cutsStart ? 1 : 0) { $0 + $1.columns }
        let marked = cells.filter(\.isMarked).reduce(0) { $0 + $1.columns }
        let marks =
            String(repeating: " ", count: before) + mark("^" + String(repeating: "~", count: max(0, marked - 1)))
        return " \(number) | \(shown)\n \(gutter) | \(marks)"
    }
}

extension SourceExcerpt {
    /// A line of source in which tabs are blanks and nothing moves the cursor.
    static func plainLine(_ line: Substring) -> String {
        var text = ""
        var column = 0
        for character in line {
            if character == "\t" {
                let blanks = tabStop - column % tabStop
                text += String(repeating: " ", count: blanks)
                column += blanks
            } else {
                let columns = DisplayWidth.columns(character)
                text.append(columns > 0 ? character : "\u{FFFD}")
                column += max(1, columns)
            }
        }
        return text
    }
}
