/// The difference of two texts, as `diff -u` writes it.
public enum UnifiedDiff {
    private static let context = 3

    private enum Line {
        case same(Substring, old: Int, new: Int)
        case removed(Substring, old: Int, new: Int)
        case added(Substring, old: Int, new: Int)
    }

    /// The difference; empty when there is none.
    public static func text(path: String, from old: String, to new: String) -> String {
        guard old != new else { return "" }
        let (before, after) = (lines(old), lines(new))
        let script = script(before, after)
        let changed = script.indices.filter { if case .same = script[$0] { false } else { true } }
        var text = "--- \(path)\n+++ \(path)\n"
        var next = 0
        while next < changed.count {
            var last = next
            while last + 1 < changed.count, changed[last + 1] - changed[last] <= 2 * context { last += 1 }
            let range = max(0, changed[next] - context)...min(script.count - 1, changed[last] + context)
            text += hunk(Array(script[range]))
            next = last + 1
        }
        return text
    }

    /// The lines with their line feeds, where there is one.
    private static func lines(_ text: String) -> [Substring] {
        var lines: [Substring] = []
        var start = text.startIndex
        let bytes = text.utf8
        while start < text.endIndex {
            let end = bytes[start...].firstIndex(of: 0x0A).map { bytes.index(after: $0) } ?? text.endIndex
            lines.append(text[start..<end])
            start = end
        }
        return lines
    }

    private static func script(_ old: [Substring], _ new: [Substring]) -> [Line] {
        let difference = new.difference(from: old)
        var removed: Set<Int> = []
        var added: Set<Int> = []
        for change in difference {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): added.insert(offset)
            }
        }
        var script: [Line] = []
        var (left, right) = (0, 0)
        while left < old.count || right < new.count {
            if removed.contains(left) {
                script.append(.removed(old[left], old: left, new: right))
                left += 1
            } else if added.contains(right) {
                script.append(.added(new[right], old: left, new: right))
                right += 1
            } else {
                script.append(.same(old[left], old: left, new: right))
                left += 1
                right += 1
            }
        }
        return script
    }

    private static func hunk(_ lines: [Line]) -> String {
        var (oldCount, newCount) = (0, 0)
        var start: (old: Int, new: Int)?
        var body = ""
        for line in lines {
            let (mark, text, old, new) =
                switch line {
                case .same(let text, let old, let new): (" ", text, old, new)
                case .removed(let text, let old, let new): ("-", text, old, new)
                case .added(let text, let old, let new): ("+", text, old, new)
                }
            if start == nil { start = (old, new) }
            if mark != "+" { oldCount += 1 }
            if mark != "-" { newCount += 1 }
            body += mark + text + (text.utf8.last == 0x0A ? "" : "\n\\ No newline at end of file\n")
        }
        let (old, new) = start ?? (0, 0)
        return "@@ -\(span(old, oldCount)) +\(span(new, newCount)) @@\n" + body
    }

    private static func span(_ start: Int, _ count: Int) -> String {
        let first = count == 0 ? start : start + 1
        return count == 1 ? "\(first)" : "\(first),\(count)"
    }
}
