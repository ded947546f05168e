/// A word that cannot be expanded.
public struct WordError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The word as it was given.
    public var word: String
    /// What is wrong with it.
    public var reason: Reason
    /// Offset in the word's UTF-8 where the construct starts that is wrong.
    public var offset: Int

    /// What can be wrong with a word.
    public enum Reason: Hashable, Sendable {
        case unterminatedSingleQuote
        case unterminatedDoubleQuote
        case missingBrace
        case missingSlash
        case badSubstitution
        /// `${name}` with an operator that does not exist; the operator.
        case unsupportedModifier(String)
        /// `${name?message}` of a variable that is not set.
        case unset(name: String, message: String?)
        /// `${name:?message}` of a variable that is empty.
        case empty(name: String, message: String?)
        /// A pattern of `#`, `%` or `/` with an escape that does not exist.
        case invalidPattern(pattern: String, escape: String)
        /// More than ``WordExpander/maximumDepth`` substitutions inside each other.
        case nestedTooDeeply
    }

    /// The message.
    public var description: String { "failed to process \(quoted(word)): \(reason.description)" }
}

extension WordError.Reason: CustomStringConvertible {
    /// The message without the word.
    public var description: String {
        switch self {
        case .unterminatedSingleQuote: "unexpected end of statement while looking for matching single-quote"
        case .unterminatedDoubleQuote: "unexpected end of statement while looking for matching double-quote"
        case .missingBrace: "syntax error: missing '}'"
        case .missingSlash: "syntax error: missing '/' in ${}"
        case .badSubstitution: "syntax error: bad substitution"
        case .unsupportedModifier(let modifier): "unsupported modifier (\(modifier)) in substitution"
        case .unset(let name, let message): "\(name): \(message ?? "is not allowed to be unset")"
        case .empty(let name, let message): "\(name): \(message ?? "is not allowed to be empty")"
        case .invalidPattern(let pattern, let escape):
            "invalid pattern (\(pattern)) in substitution: invalid escape '\\\(escape)'"
        case .nestedTooDeeply: "substitutions are nested too deeply"
        }
    }
}
