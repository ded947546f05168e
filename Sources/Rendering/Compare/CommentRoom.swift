/// The room in a comment on a change, shared by the lists in it, so that the whole is shown whatever they hold.
///
/// GitHub takes comments of up to 65,536 characters. A scan and a comparison are put into one, and each keeps to less than
/// half of that, in bytes, of which there are never fewer than characters.
struct CommentRoom {
    /// Half of a comment, less what stands around it.
    static let limit = 31_000

    private var left: Int

    /// All the room, less what is there already.
    init(besides text: String) { left = max(0, Self.limit - text.utf8.count - Self.remarks) }

    /// What says that something is left out, below each list.
    private static let remarks = 200

    /// As many rows as fit, at most `rows`, and how many do not. A list among `lists` that are still to come leaves room for
    /// the others.
    mutating func fit(_ lines: some Sequence<String>, total: Int, rows: Int, lists: Int) -> (text: String, rest: Int) {
        let share = left / max(1, lists)
        var text = ""
        var count = 0
        for line in lines {
            guard count < rows, text.utf8.count + line.utf8.count <= share else { break }
            text += line
            count += 1
        }
        left -= text.utf8.count
        return (text, max(0, total - count))
    }

    /// Takes room for what stands around a list.
    mutating func take(_ text: String) { left = max(0, left - text.utf8.count) }
}
