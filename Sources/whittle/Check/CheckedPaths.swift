import ArgumentParser

/// Paths of a call of `check`, one or many in one argument.
///
/// The argument parser's time grows with the square of a list's values: for some hundred paths it is longer than the
/// checks of these files. No argument holds a NUL, so paths joined with it are one value, and are taken apart again.
struct CheckedPaths: ExpressibleByArgument {
    let paths: [String]

    init(argument: String) {
        paths = argument.utf8.split(separator: 0, omittingEmptySubsequences: false).map { String(Substring($0)) }
    }

    /// The same arguments with the paths at their end in one. The first word behind an option may be its value, and
    /// stays by itself.
    static func joined(_ arguments: [String]) -> [String] {
        guard arguments.first == "check" else { return arguments }
        let options = (arguments.lastIndex { $0.utf8.first == UInt8(ascii: "-") && $0 != "-" } ?? 0) + 2
        guard options + 1 < arguments.count else { return arguments }
        return arguments[..<options] + [arguments[options...].joined(separator: "\0")]
    }
}
