import Builder

/// Lays a build out as the lines of a terminal, none wider than the terminal and no more than fit on it.
struct PictureLayout: Sendable {
    let picture: BuildPicture
    let time: Duration
    let size: TerminalSize
    let style: TextStyle
    let glyphs: Glyphs
    /// How the build ended; nil while it goes on.
    var ending: Ending?

    /// How a build ends.
    enum Ending: Sendable { case built, failed, cancelled }

    /// What a running line is doing.
    private struct Detail {
        var bars: [String]
        var output: [String]

        var count: Int { bars.count + output.count }

        /// The first bars, and the last output where there is room for it.
        func lines(_ limit: Int) -> [String] { bars.prefix(limit) + output.suffix(max(0, limit - bars.count)) }
    }

    /// Lines of output and of transfers below a running line, at most.
    private static let detailLimit = 6

    /// The state of a build that is going on.
    ///
    /// Running lines come first when there is too little room, then those that ended last. What room is left is shared
    /// between the details of the running ones.
    var running: [String] {
        // The cursor needs a line, and the header.
        guard size.rows >= 2 else { return [] }
        let room = size.rows - 2
        let active = picture.lines.indices.filter { picture.lines[$0].outcome == nil }
        let details = Dictionary(uniqueKeysWithValues: active.map { ($0, detail(of: picture.lines[$0])) })
        let wanted = details.values.reduce(0) { $0 + $1.count }

        var shown = Set(active.suffix(room))
        // Half of the room may go to details before finished lines are folded.
        let forFinished = max(0, room - shown.count - min(wanted, max(0, room - shown.count) / 2))
        let finished = picture.lines.indices.filter { picture.lines[$0].outcome != nil }
        var folded = 0
        if finished.count <= forFinished {
            shown.formUnion(finished)
        } else if forFinished > 0 {
            shown.formUnion(finished.suffix(forFinished - 1))
            folded = finished.count - (forFinished - 1)
        }
        let shares = Self.share(
            room - shown.count - (folded > 0 ? 1 : 0),
            wanted: active.filter(shown.contains).map { details[$0]?.count ?? 0 })

        var lines = [header]
        if folded > 0 {
            lines.append(" " + style.dim(clipped("\(glyphs.ellipsis) \(folded) earlier lines are done", width - 1)))
        }
        var turn = 0
        for position in picture.lines.indices where shown.contains(position) {
            lines.append(line(picture.lines[position]))
            guard let detail = details[position] else { continue }
            lines += detail.lines(shares[turn])
            turn += 1
        }
        return lines
    }

    /// The state at the end: every line once.
    var final: [String] { [header] + picture.lines.map(line) }

    // MARK: Lines

    private var header: String {
        let elapsed = DurationText.brief(time)
        let text =
            switch ending {
            case nil: "Building \(elapsed)"
            case .built: "Built in \(elapsed)"
            case .failed: "Failed after \(elapsed)"
            case .cancelled: "Canceled after \(elapsed)"
            }
        let shown = clipped(text, width)
        let counts = clipped("  \(picture.count.finished)/\(picture.count.total)", width - DisplayWidth.columns(shown))
        return style.bold(ending == .failed || ending == .cancelled ? style.red(shown) : shown) + counts
    }

    private var width: Int { max(1, size.columns - 1) }

    /// ` ✔ [build 2/4] RUN make                 4.2s`
    private func line(_ line: BuildPicture.Line) -> String {
        let sign: String
        var right = DurationText.brief(line.elapsed(at: time))
        var note = line.moved.map { "  " + $0 } ?? ""
        switch line.outcome {
        case nil: sign = style.blue(spinner)
        case .done: sign = style.green(glyphs.done)
        case .cached: (sign, right, note) = (style.cyan(glyphs.cached), "CACHED", "")
        case .failed: (sign, right) = (style.red(glyphs.failed), "ERROR \(right)")
        case .cancelled: (sign, right) = (style.yellow(glyphs.cancelled), "CANCELED")
        }
        let available = width - 3
        guard available > right.count + 2 else {
            return " \(sign) " + DisplayWidth.clipped(line.name, to: max(0, available), mark: glyphs.ellipsis)
        }
        let forText = available - right.count - 2
        if DisplayWidth.columns(note) > forText / 2 { note = "" }
        let name = DisplayWidth.clipped(line.name, to: forText - DisplayWidth.columns(note), mark: glyphs.ellipsis)
        let padding = forText - DisplayWidth.columns(name) - DisplayWidth.columns(note)
        var text = name
        var tail = right
        switch line.outcome {
        case .done, .cached, .cancelled: tail = style.dim(right)
        case .failed: (text, tail) = (style.red(name), style.red(right))
        case nil: text = style.bold(name)
        }
        return " \(sign) \(text)\(style.dim(note))\(String(repeating: " ", count: padding + 2))\(tail)"
    }

    private var spinner: String {
        let parts = time.components
        let tenths = parts.seconds * 10 + parts.attoseconds / 100_000_000_000_000_000
        return glyphs.spinner[Int(max(0, tenths) % Int64(glyphs.spinner.count))]
    }

    // MARK: Details

    private func detail(of line: BuildPicture.Line) -> Detail {
        let bars = line.transfers.filter { !$0.isFinished }.prefix(Self.detailLimit).map(bar)
        let output = line.screen.lastLines(Self.detailLimit - bars.count)
        return Detail(
            bars: Array(bars),
            output: output.map { "   " + style.dim("\(glyphs.outputEdge) " + clipped($0, width - 5)) })
    }

    /// `   │ 4f4fb700ef54 ━━━━━━━━────────  12.3 MB / 45.6 MB`
    private func bar(_ transfer: TransferProgress) -> String {
        let amount =
            transfer.key.kind == .unpack && transfer.done == 0
            ? DurationText.brief((transfer.end ?? time) - transfer.start) : transfer.amount
        let available = width - 5
        var text = clipped(transfer.shortTitle, max(0, available))
        let rest = available - DisplayWidth.columns(text)
        guard rest >= amount.count + 2 else { return "   " + style.dim("\(glyphs.outputEdge) ") + text }
        let barWidth = min(30, rest - amount.count - 4)
        if let total = transfer.total, total > 0, barWidth >= 6, transfer.key.kind != .unpack || transfer.done > 0 {
            let full = Int(Double(barWidth) * Double(min(max(0, transfer.done), total)) / Double(total))
            text +=
                "  " + style.blue(String(repeating: glyphs.barFull, count: full))
                + style.dim(String(repeating: glyphs.barEmpty, count: barWidth - full))
        }
        return "   " + style.dim("\(glyphs.outputEdge) ") + text + "  " + amount
    }

    private func clipped(_ text: String, _ limit: Int) -> String {
        DisplayWidth.clipped(text, to: max(0, limit), mark: glyphs.ellipsis)
    }

    /// Shares room fairly: nobody gets more than wanted, and what one leaves is for the others.
    static func share(_ room: Int, wanted: [Int]) -> [Int] {
        var given = wanted.map { _ in 0 }
        var rest = max(0, room)
        while rest > 0 {
            let hungry = wanted.indices.filter { given[$0] < wanted[$0] }
            if hungry.isEmpty { break }
            for index in hungry where rest > 0 {
                given[index] += 1
                rest -= 1
            }
        }
        return given
    }
}
