/// A small terminal: a grid with a cursor and the lines that scrolled out at its top. Understands what the display
/// writes and nothing else, so that a sequence that was not meant to be written fails a test.
struct TerminalEmulator {
    private(set) var columns: Int
    let rows: Int
    private(set) var grid: [[Character]]
    private(set) var scrollback: [String] = []
    private(set) var row = 0
    private(set) var column = 0
    private(set) var isCursorVisible = true
    /// Between the brackets of a frame.
    private(set) var isSynchronizing = false
    /// Sequences that this terminal does not know.
    private(set) var unknown: [String] = []

    init(columns: Int, rows: Int) {
        self.columns = columns
        self.rows = rows
        grid = Array(repeating: [], count: rows)
    }

    /// What is on the screen, without blanks at the ends of lines and empty lines at the end.
    var screen: [String] {
        var lines = grid.map { line in
            var text = String(line.filter { $0 != "\u{0}" })
            while text.last == " " { text.removeLast() }
            return text
        }
        while lines.last == "" { lines.removeLast() }
        return lines
    }

    /// Everything that can be seen by scrolling up.
    var history: [String] { scrollback + screen }

    mutating func write(_ bytes: [UInt8]) {
        var text = Array(String(decoding: bytes, as: UTF8.self))[...]
        while let character = text.popFirst() {
            switch character {
            case "\r\n":
                column = 0
                lineFeed()
            case "\r": column = 0
            case "\n": lineFeed()
            case "\u{1b}": escape(&text)
            default: put(character)
            }
        }
    }

    /// Makes the terminal narrower or wider, wrapping lines anew as most terminals do.
    mutating func resize(columns newColumns: Int) {
        var lines: [[Character]] = []
        var newRow = 0
        for (index, line) in grid.enumerated() {
            if index == row { newRow = lines.count }
            var rest = line[...]
            while let last = rest.last, last == " " { rest.removeLast() }
            repeat {
                lines.append(Array(rest.prefix(newColumns)))
                rest = rest.dropFirst(newColumns)
            } while !rest.isEmpty
        }
        while lines.count > rows, newRow > 0, lines.count - 1 > newRow || newRow >= rows {
            if newRow >= rows || lines.last?.isEmpty == false {
                scrollback.append(String(lines.removeFirst()))
                newRow -= 1
            } else {
                lines.removeLast()
            }
        }
        while lines.count > rows { lines.removeLast() }
        while lines.count < rows { lines.append([]) }
        grid = lines
        columns = newColumns
        row = min(newRow, rows - 1)
        column = min(column, newColumns - 1)
    }

    private mutating func put(_ character: Character) {
        let width = emulatedWidth(character)
        if column + width > columns {
            column = 0
            lineFeed()
        }
        while grid[row].count < column { grid[row].append(" ") }
        for (offset, cell) in ([character] + Array(repeating: "\u{0}", count: width - 1)).enumerated() {
            if column + offset < grid[row].count { grid[row][column + offset] = cell } else { grid[row].append(cell) }
        }
        column += width
    }

    private mutating func lineFeed() {
        row += 1
        guard row == rows else { return }
        row -= 1
        scrollback.append(screenLine(grid.removeFirst()))
        grid.append([])
    }

    private func screenLine(_ line: [Character]) -> String {
        var text = String(line.filter { $0 != "\u{0}" })
        while text.last == " " { text.removeLast() }
        return text
    }

    private mutating func escape(_ text: inout ArraySlice<Character>) {
        guard text.popFirst() == "[" else {
            unknown.append("ESC")
            return
        }
        var parameters = ""
        while let next = text.first, next.isNumber || next == ";" || next == "?" {
            parameters.append(next)
            text.removeFirst()
        }
        let final = text.popFirst() ?? "?"
        switch (parameters, final) {
        case (_, "m"): break
        case (_, "A"): row = max(0, row - (Int(parameters) ?? 1))
        case ("", "J"):
            if column < grid[row].count { grid[row].removeSubrange(column...) }
            for below in (row + 1)..<max(rows, row + 1) where below < rows { grid[below] = [] }
        case ("2", "K"): grid[row] = []
        case ("?2026", "h"): isSynchronizing = true
        case ("?2026", "l"): isSynchronizing = false
        case ("?25", "h"): isCursorVisible = true
        case ("?25", "l"): isCursorVisible = false
        default: unknown.append("[\(parameters)\(final)")
        }
    }

    /// Written without the code under test: the tests use wide characters of these two blocks only.
    private func emulatedWidth(_ character: Character) -> Int {
        guard let value = character.unicodeScalars.first?.value else { return 1 }
        return (0x3000...0x9FFF).contains(value) || (0xFF01...0xFF60).contains(value) || value >= 0x1F300 ? 2 : 1
    }
}
