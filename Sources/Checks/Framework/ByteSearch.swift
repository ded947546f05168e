extension StringProtocol {
    /// True when a text is in this one, byte for byte. Takes the place of the standard library's search in this module:
    /// that one goes by characters, does not find the line feed of a carriage return and line feed, and needs longer for
    /// a word than all rules together for its line.
    func contains(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { wanted in
            guard let first = wanted.first else { return true }
            return utf8.withContiguousStorageIfAvailable { bytes in
                guard bytes.count >= wanted.count else { return false }
                for start in 0...(bytes.count - wanted.count) where bytes[start] == first {
                    if bytes[start..<(start + wanted.count)].elementsEqual(wanted) { return true }
                }
                return false
            } ?? String(self).contains(String(decoding: wanted, as: UTF8.self))
        }
    }
}
