/// Foreign text in XML and HTML.
enum MarkupText {
    /// Text for an element or a quoted attribute: nothing in it is markup. Characters that XML cannot hold become U+FFFD.
    static func escape(_ text: String) -> String { escape(text, keepsLines: true) }

    /// The same for an attribute of XML, whose readers would otherwise make blanks of line feeds and tabs.
    static func attribute(_ text: String) -> String { escape(text, keepsLines: false) }

    private static func escape(_ text: String, keepsLines: Bool) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\n", "\r", "\t":
                if keepsLines { result.unicodeScalars.append(scalar) } else { result += "&#\(scalar.value);" }
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
