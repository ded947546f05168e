import Analysis
import OCI

/// What is said about a suggestion.
public struct SuggestionText: Sendable {
    /// What is wrong, in one line.
    public let title: String
    /// What to do about it.
    public let advice: String
    /// The instruction to change, as `line 12: RUN …`.
    public let place: String

    /// Words for a suggestion.
    public init(_ suggestion: Suggestion, _ ledger: Ledger) {
        func name(_ index: Int) -> String { LayerText.place(ledger.layers[index], index) }
        let count = suggestion.files == 1 ? "1 file" : "\(SizeText.grouped(Int64(suggestion.files))) files"
        let were = suggestion.files == 1 ? "was" : "were"
        let other = suggestion.otherLayer.map(name) ?? ""
        switch suggestion.kind {
        case .repeatedContent:
            title = "\(count) written again with the content that \(suggestion.files == 1 ? "it" : "they") had"
            advice =
                "set owner, mode and time where the files are made (COPY --chown=USER --chmod=MODE), or in the same RUN"
        case .deletedLater:
            title = "\(count) deleted later, by \(other)"
            advice = "delete in the instruction that makes them: later it hides the bytes and frees none"
        case .rewrittenLater:
            title = "\(count) that \(were) written anew later, by \(other)"
            advice = "do both in one instruction, or write the final content at once"
        case .cache:
            title = "\(count) left of \(suggestion.cache?.owner ?? "a cache")"
            advice = suggestion.cache?.advice ?? ""
        case .duplicates:
            title = "\(count) with the content of another"
            advice = "keep one and link the others to it"
        }
        place = name(suggestion.layer)
    }
}

/// Texts about layers.
enum LayerText {
    /// How people count layers: from 1, the lowest.
    static func number(_ index: some BinaryInteger) -> String { String(index + 1) }

    /// Where a layer comes from: `line 12 (RUN make)`, as far as it is known.
    static func place(_ layer: Ledger.Layer, _ index: Int) -> String {
        let instruction = layer.origin.instruction.map { shortened($0, 60) }
        switch (layer.origin.lines, instruction) {
        case (let lines?, let instruction?): return "line \(lines.lowerBound) (\(instruction))"
        case (nil, let instruction?): return "layer \(number(index)) (\(instruction))"
        default: return "layer \(number(index))"
        }
    }

    /// One line of so many columns.
    static func shortened(_ text: String, _ width: Int) -> String {
        let line = OneLine.text(text)
        return line.count <= width ? line : line.prefix(max(0, width - 1)) + "…"
    }
}

/// Foreign text for a terminal or a table.
enum OneLine {
    /// Text on one line, in which nothing controls the terminal: runs of blanks become one.
    static func text(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var isBlank = false
        for scalar in text.unicodeScalars {
            if scalar == " " || scalar == "\t" || scalar == "\n" || scalar == "\r" {
                isBlank = true
                continue
            }
            if isBlank, !result.isEmpty { result.append(" ") }
            isBlank = false
            result.append(isControl(scalar) ? "\u{FFFD}" : scalar)
        }
        return String(result)
    }

    /// A path with a leading slash; what controls a terminal or is not UTF-8 is replaced.
    static func path(_ path: PathBytes) -> String {
        var result = String.UnicodeScalarView()
        for scalar in String(decoding: path, as: UTF8.self).unicodeScalars {
            result.append(isControl(scalar) ? "\u{FFFD}" : scalar)
        }
        return "/" + String(result)
    }

    /// Control characters, and those that turn the direction of writing.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
