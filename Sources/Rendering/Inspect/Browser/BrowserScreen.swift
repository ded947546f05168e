import Analysis
import OCI

/// The picture of a browser: lines of a terminal.
public struct BrowserScreen {
    private var browser: Browser
    private let columns: Int
    private let lines: Int
    private let usesColor: Bool

    /// Draws the browser.
    ///
    /// - Returns: as many lines as the screen has; none is longer than it is wide. `browser` remembers where it scrolled to.
    public static func draw(_ browser: inout Browser, columns: Int, lines: Int, usesColor: Bool) -> [String] {
        var screen = BrowserScreen(
            browser: browser, columns: max(columns, 20), lines: max(lines, 6), usesColor: usesColor)
        let picture = screen.picture()
        browser = screen.browser
        return picture
    }

    private mutating func picture() -> [String] {
        if browser.showsHelp { return help() }
        let height = lines - 2
        browser.pageLength = max(1, height - 1)
        let isWide = columns >= 90
        let left = isWide ? min(64, columns * 2 / 5) : columns
        var picture: [String] = []
        if isWide {
            let (first, second) = (side(left, height), files(columns - left - 1, height))
            for line in 0..<height { picture.append(first[line] + " " + second[line]) }
        } else {
            // A narrow terminal shows one part at a time.
            picture = browser.pane == .layers ? side(columns, height) : files(columns, height)
        }
        return [title()] + picture + [status()]
    }

    // MARK: Parts

    private func title() -> String {
        let ledger = browser.inspection.ledger
        let text =
            "\(OneLine.text(browser.inspection.ref))  \(SizeText.decimal(ledger.size)), \(SizeText.decimal(ledger.wastedBytes)) wasted, efficiency \(SizeText.fixed(ledger.efficiency * 100, 1))%"
        return styled(fit(text, columns), "1")
    }

    private func status() -> String {
        if browser.isTyping { return fit("filter: \(browser.filter)_", columns) }
        var words = ["Tab pane", "Space open", "a \(browser.isAggregated ? "aggregated" : "layer")"]
        let names: [(LayerView.Change, String)] = [
            (.added, "1 added"), (.removed, "2 removed"), (.modified, "3 modified"), (.unmodified, "4 unmodified"),
        ]
        words += names.map { browser.shownChanges.contains($0.0) ? $0.1 : $0.1.uppercased() + " OFF" }
        words += [
            browser.showsWastedOnly ? "w WASTED ONLY" : "w wasted", "s \(browser.sortsBySize ? "size" : "name")",
            "/ filter", "? help", "q quit",
        ]
        if !browser.filter.isEmpty { words.insert("filter \"\(browser.filter)\"", at: 0) }
        return styled(fit(words.joined(separator: "  "), columns), "2")
    }

    /// The layers, and below them what is known of the chosen one.
    private mutating func side(_ width: Int, _ height: Int) -> [String] {
        let layers = browser.inspection.ledger.layers
        let about = about(width)
        let room = max(1, height - about.count - 1)
        browser.firstLayer = scrolled(browser.firstLayer, browser.layer, room)
        var part = [heading("LAYERS", width, isActive: browser.pane == .layers)]
        for (index, layer) in layers.enumerated().dropFirst(browser.firstLayer).prefix(room) {
            let origin = layer.origin
            let text =
                (origin.isBase == true ? origin.createdBy.map(InstructionText.readable) : nil) ?? origin.instruction
            let line =
                "\(padded(LayerText.number(index), 3)) \(padded(SizeText.decimal(layer.size), 8)) \(layer.wasted > 0 ? "!" : " ") \(LayerText.shortened(text ?? layer.diffID.short, 200))"
            part.append(marked(fit(line, width), index == browser.layer, isActive: browser.pane == .layers))
        }
        part += [String](repeating: blank(width), count: max(0, height - about.count - part.count)) + about
        return Array(part.prefix(height))
    }

    private func about(_ width: Int) -> [String] {
        let layers = browser.inspection.ledger.layers
        guard layers.indices.contains(browser.layer), lines > 14 else { return [] }
        let layer = layers[browser.layer]
        var lines = [
            "size \(SizeText.decimal(layer.size)), \(SizeText.decimal(layer.compressedSize)) compressed",
            "\(SizeText.decimal(layer.wasted)) wasted",
            layer.diffID.description,
        ]
        if let line = layer.origin.lines?.lowerBound {
            lines.append("line \(line), stage \(layer.origin.stage ?? "")")
        }
        var text = OneLine.text(layer.origin.instruction ?? "")[...]
        while !text.isEmpty, lines.count < 8 {
            lines.append(String(text.prefix(width)))
            text = text.dropFirst(width)
        }
        return [heading("LAYER \(LayerText.number(browser.layer))", width, isActive: false)]
            + lines.map { fit($0, width) }
    }

    private mutating func files(_ width: Int, _ height: Int) -> [String] {
        let mode =
            browser.isAggregated ? "changes since layer 1" : "changes of layer \(LayerText.number(browser.layer))"
        var part = [heading("FILES: \(mode)", width, isActive: browser.pane == .files)]
        browser.firstRow = scrolled(browser.firstRow, browser.row, height - 1)
        for (index, row) in browser.rows.enumerated().dropFirst(browser.firstRow).prefix(height - 1) {
            let text = fit(line(row), width)
            let isChosen = index == browser.row
            let color = isChosen ? "" : Self.color(browser.view.change(at: row.place))
            part.append(marked(styled(text, color), isChosen, isActive: browser.pane == .files))
        }
        if browser.rows.isEmpty { part.append(fit("  nothing to show", width)) }
        part += [String](repeating: blank(width), count: max(0, height - part.count))
        return Array(part.prefix(height))
    }

    private func line(_ row: Browser.Row) -> String {
        let view = browser.view
        let version = view.version(at: row.place)
        let sign: String
        switch view.change(at: row.place) {
        case .added: sign = "+"
        case .modified: sign = "~"
        case .removed: sign = "-"
        case .unmodified: sign = " "
        }
        var text = sign + (view.wasted(at: row.place) > 0 ? "!" : " ") + " "
        if browser.showsAttributes {
            let kind = version.map { Self.letter($0.kind) } ?? "d"
            text += kind + (version.map { ModeText.text($0.mode) } ?? "---------") + " "
            text += padded(version.map { "\($0.uid):\($0.gid)" } ?? "", 9) + " "
        }
        // Of what is gone, what it had.
        let size = view.change(at: row.place) == .removed ? version?.size ?? 0 : view.size(of: row.place)
        text += padded(SizeText.decimal(size), 8) + "  "
        text += String(repeating: "  ", count: min(row.depth, 40))
        text += row.hasChildren ? (row.isOpen ? "- " : "+ ") : "  "
        text += OneLine.path(view.name(of: row.place)).dropFirst()
        if let version, version.kind == .symlink {
            let target = OneLine.path(browser.inspection.ledger.target(of: version)).dropFirst()
            text += " -> " + target
        }
        return text
    }

    private func help() -> [String] {
        let text = """
            Tab          other pane                 Up, Down, j, k   move
            Space, Enter open or close a directory  Left, Right      close, open
            [ and ]      layer before, next         PgUp, PgDn, g, G further
            a            changes of the layer, or since layer 1 (Ctrl-L, Ctrl-A)
            1 2 3 4      show added, removed, modified, unmodified files
            w            only what the image could do without (marked !)
            /            filter paths; Esc ends it  s                sort by name or size
            b            permissions and owners     q, Ctrl-C        quit

            + added   ~ modified   - removed   ! later replaced or deleted: wasted
            """
        let body = text.split(separator: "\n", omittingEmptySubsequences: false).map { fit("  " + $0, columns) }
        let shown = [heading("KEYS", columns, isActive: true)] + body
        return Array((shown + [String](repeating: blank(columns), count: lines)).prefix(lines))
    }

    // MARK: Pieces

    private func heading(_ text: String, _ width: Int, isActive: Bool) -> String {
        styled(fit((isActive ? "> " : "  ") + text, width), isActive ? "1;4" : "4")
    }

    private func marked(_ text: String, _ isChosen: Bool, isActive: Bool) -> String {
        guard isChosen else { return text }
        // Without colours the chosen line is still to be told from the others.
        if !usesColor { return ">" + text.dropFirst() }
        return styled(text, isActive ? "7" : "1")
    }

    private func styled(_ text: String, _ code: String) -> String {
        usesColor && !code.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }

    private static func color(_ change: LayerView.Change) -> String {
        switch change {
        case .added: "32"
        case .modified: "33"
        case .removed: "31"
        case .unmodified: ""
        }
    }

    private static func letter(_ kind: TarEntry.Kind) -> String {
        switch kind {
        case .file, .hardlink: "-"
        case .directory: "d"
        case .symlink: "l"
        case .characterDevice: "c"
        case .blockDevice: "b"
        case .fifo: "p"
        }
    }

    /// Just so many columns.
    private func fit(_ text: String, _ width: Int) -> String {
        var result = ""
        var used = 0
        for character in text {
            let columns = DisplayWidth.columns(character)
            if used + columns > width { break }
            result.append(character)
            used += columns
        }
        return result + String(repeating: " ", count: max(0, width - used))
    }

    private func blank(_ width: Int) -> String { String(repeating: " ", count: width) }

    private func padded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    /// The first line to show so that the chosen one is among those shown.
    private func scrolled(_ first: Int, _ chosen: Int, _ room: Int) -> Int {
        chosen < first ? chosen : max(first, chosen - max(1, room) + 1)
    }
}
