/// The signs of the terminal display: pictures where the locale has Unicode, else ASCII.
struct Glyphs: Sendable {
    var done: String
    var cached: String
    var failed: String
    var cancelled: String
    var spinner: [String]
    var outputEdge: String
    var ellipsis: String
    var barFull: Character
    var barEmpty: Character

    static let unicode = Glyphs(
        done: "✔", cached: "≡", failed: "✘", cancelled: "−",
        spinner: ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"],
        outputEdge: "│", ellipsis: "…", barFull: "━", barEmpty: "─")
    static let ascii = Glyphs(
        done: "+", cached: "=", failed: "x", cancelled: "-", spinner: ["|", "/", "-", "\\"], outputEdge: "|",
        ellipsis: "...", barFull: "=", barEmpty: "-")

    /// The signs for a locale, given the values of `LC_ALL`, `LC_CTYPE` and `LANG`; the first that is set counts.
    init(locale: [String?]) {
        let name = locale.compactMap { $0 }.first { !$0.isEmpty }?.lowercased() ?? ""
        self = name.contains("utf-8") || name.contains("utf8") ? .unicode : .ascii
    }

    private init(
        done: String, cached: String, failed: String, cancelled: String, spinner: [String], outputEdge: String,
        ellipsis: String, barFull: Character, barEmpty: Character
    ) {
        self.done = done
        self.cached = cached
        self.failed = failed
        self.cancelled = cancelled
        self.spinner = spinner
        self.outputEdge = outputEdge
        self.ellipsis = ellipsis
        self.barFull = barFull
        self.barEmpty = barEmpty
    }
}
