import Builder

/// The end of what a step printed that did not succeed, for people.
enum FailedOutput {
    /// Its last lines that are not empty, without what would move a cursor.
    static func lines(of error: BuildError, limit: Int) -> [String] {
        guard case .commandFailed(let failure) = error else { return [] }
        return String(decoding: failure.lastOutput, as: UTF8.self)
            .split(whereSeparator: \.isNewline)
            .map { line in String(String.UnicodeScalarView(line.unicodeScalars.filter { isShown($0) })) }
            .filter { !$0.allSatisfy(\.isWhitespace) }
            .suffix(limit)
            .map { String($0.prefix(400)) }
    }

    /// Why a build failed, in one line: with the last thing that the step said.
    static func reason(_ error: BuildError) -> String {
        "it does not build: " + ([error.description] + lines(of: error, limit: 1)).joined(separator: ": ")
    }

    private static func isShown(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\t" || !(scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value))
    }
}
