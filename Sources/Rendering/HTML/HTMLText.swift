/// Foreign text in a page.
enum HTMLText {
    /// Text for an element or a quoted attribute: nothing in it is markup.
    static func escape(_ text: String) -> String { MarkupText.escape(text) }

    /// A JSON text for a script element, which it cannot end.
    static func script(_ json: String) -> String {
        var result = ""
        for scalar in json.unicodeScalars {
            switch scalar {
            case "<": result += "\\u003c"
            case ">": result += "\\u003e"
            case "&": result += "\\u0026"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
