/// The option that was probably meant by a mistyped name; nil when none is near, or when one is the name itself.
///
/// Near means fewer than three insertions, deletions or substitutions. Among equally near ones, an option made of the
/// same letters wins, so that `RNU` suggests `RUN` rather than `ENV`, then the first in alphabetical order.
public func suggestion(for name: String, among options: some Sequence<String>) -> String? {
    let letters = Array(name.unicodeScalars)
    // Nothing that is far longer than all options can be near one of them.
    guard letters.count <= 64 else { return nil }
    var best: (distance: Int, option: String)?
    for option in options.sorted() {
        if option == name { return nil }
        let candidate = Array(option.unicodeScalars)
        let distance = 2 * editDistance(letters, candidate) + (letters.sorted() == candidate.sorted() ? 0 : 1)
        if distance < 6, distance < best?.distance ?? .max { best = (distance, option) }
    }
    return best?.option
}

/// A suggestion for a name that is written in any case, in the case of that name.
func suggestionIgnoringCase(for name: String, among options: some Sequence<String>) -> String? {
    guard let found = suggestion(for: name.lowercased(), among: options.map { $0.lowercased() }) else { return nil }
    return name == name.uppercased() && name != name.lowercased() ? found.uppercased() : found
}

/// Levenshtein distance.
private func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    var previous = Array(0...right.count)
    for (row, scalar) in left.enumerated() {
        var current = [row + 1]
        current.reserveCapacity(right.count + 1)
        for column in right.indices {
            let substitution = previous[column] + (scalar == right[column] ? 0 : 1)
            current.append(min(substitution, previous[column + 1] + 1, current[column] + 1))
        }
        previous = current
    }
    return previous[right.count]
}
