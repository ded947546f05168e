#if canImport(Glibc)
    import Glibc
#endif

/// Comparison with a text that was once found right and is kept in a file.
public enum GoldenText {
    /// Compares `actual` with the file at `path`.
    ///
    /// With `WHITTLE_UPDATE_GOLDEN` set in the environment the file is written instead; look at the difference before
    /// committing it.
    ///
    /// - Returns: nil if they are equal, else what differs: the first line that does, with its number, as it is and as
    ///   it should be.
    public static func difference(_ actual: String, from path: String) throws -> String? {
        if getenv("WHITTLE_UPDATE_GOLDEN") != nil {
            guard let file = fopen(path, "w") else { throw ScratchDirectory.Failure(path: path, code: errno) }
            defer { fclose(file) }
            fputs(actual, file)
            return nil
        }
        let expected = String(decoding: try ScratchDirectory.read(path), as: UTF8.self)
        return difference(actual, expected: expected).map { "\(path):\($0)" }
    }

    /// The first line in which the texts differ; nil if none does.
    public static func difference(_ actual: String, expected: String) -> String? {
        guard actual != expected else { return nil }
        let left = actual.split(separator: "\n" as Character, omittingEmptySubsequences: false)
        let right = expected.split(separator: "\n" as Character, omittingEmptySubsequences: false)
        let count = max(left.count, right.count)
        for line in 0..<count {
            let found = line < left.count ? "\"\(left[line])\"" : "nothing"
            let should = line < right.count ? "\"\(right[line])\"" : "nothing"
            if found != should { return "\(line + 1): is \(found), should be \(should)" }
        }
        return "1: differ in line ends"
    }
}
