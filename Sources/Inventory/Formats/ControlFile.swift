import OCI

/// `Key: value` lines in paragraphs, as Debian's control files and mail headers have them.
enum ControlFile {
    /// The fields of one paragraph that were asked for.
    typealias Fields = [String: String]

    /// Reads the paragraphs, keeping only the fields asked for, each the first time that it appears. A value that goes on
    /// for more lines is kept to its first.
    ///
    /// - Parameters:
    ///   - whole: those of the fields that are kept each time that they appear and with all their lines, line feeds between.
    ///   - body: takes a paragraph that has any of the fields; false ends the reading.
    static func read(_ bytes: [UInt8], keys: Set<String>, whole: Set<String> = [], _ body: (Fields) -> Bool) {
        var fields: Fields = [:]
        /// The field that a line which begins with a blank belongs to.
        var open: String?
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            guard let first = line.first else {
                if !fields.isEmpty, !body(fields) { return }
                fields.removeAll(keepingCapacity: true)
                open = nil
                continue
            }
            if first == UInt8(ascii: " ") || first == UInt8(ascii: "\t") {
                if let open { fields[open]?.append("\n" + line.trimmed.text) }
                continue
            }
            open = nil
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon - line.startIndex <= 32 else { continue }
            let key = line[..<colon].text
            guard keys.contains(key), fields[key] == nil || whole.contains(key) else { continue }
            let value = line[line.index(after: colon)...].trimmed.text
            if whole.contains(key) { open = key }
            // In place: the same field may appear a million times.
            if fields[key] == nil { fields[key] = value } else { fields[key]?.append("\n" + value) }
        }
        if !fields.isEmpty { _ = body(fields) }
    }

    /// The headers of a message: what is in front of the first empty line.
    static func headers(_ bytes: [UInt8], keys: Set<String>, whole: Set<String> = []) -> Fields {
        let ends = [bytes.firstRange(of: "\n\n"), bytes.firstRange(of: "\n\r\n")].compactMap { $0?.lowerBound }
        var result: Fields = [:]
        read(ends.min().map { Array(bytes[..<$0]) } ?? bytes, keys: keys, whole: whole) { fields in
            result = fields
            return false
        }
        return result
    }
}

extension ArraySlice<UInt8> {
    /// Without blanks at both ends.
    var trimmed: ArraySlice<UInt8> {
        var rest = self
        while let first = rest.first, first == 0x20 || first == 0x09 { rest.removeFirst() }
        while let last = rest.last, last == 0x20 || last == 0x09 || last == 0x0D { rest.removeLast() }
        return rest
    }
}
