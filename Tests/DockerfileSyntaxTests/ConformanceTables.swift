import FoundationEssentials
import Testing

@testable import DockerfileSyntax

#if canImport(Glibc)
    import Glibc
#endif

/// Tables of what BuildKit makes of Dockerfiles and words. They are not part of the repository: they are looked for in
/// `../shared` next to the package, or where `$WHITTLE_SHARED` says.
enum ConformanceTables {
    static let directory: String = {
        let package = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(
            separator: "/")
        let shared = getenv("WHITTLE_SHARED").map { String(cString: $0) } ?? package + "/../shared"
        return shared + "/conformance/parser"
    }()

    static let exist = access(directory + "/parse.json", R_OK) == 0

    static func decode<Table: Decodable>(_ name: String, as type: Table.Type) throws -> Table {
        try JSONDecoder().decode(type, from: Data(try bytes(name)))
    }

    static func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: directory + "/" + name)))
    }

    static func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory + "/" + folder).sorted()
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips a test when the tables are absent.
    static var needsConformanceTables: Self {
        .enabled(if: ConformanceTables.exist, "the conformance tables are not in \(ConformanceTables.directory)")
    }
}

/// A Dockerfile of `parse.json` and what BuildKit makes of it.
struct ParseCase: Decodable {
    var source: String
    var text: String
    var expect: Expectation

    struct Expectation: Decodable {
        var dump: String?
        var escape: String?
        var nodes: [Node]?
        var stages: [Stage]?
        var metaArgs: [String]?
        var error: String?
        var instructionsError: String?
        var syntax: String?
        var check: String?
        var warnings: [String]?

        enum CodingKeys: String, CodingKey {
            case dump, escape, nodes, stages, error, syntax, check, warnings
            case metaArgs = "meta_args"
            case instructionsError = "instructions_error"
        }
    }

    struct Node: Decodable {
        var value: String
        var original: String
        var start: Int
        var end: Int
        var words: [Word]?
        var flags: [String]?
        var attributes: [String: Bool]?
        var heredocs: [Heredoc]?
        var previousComments: [String]?

        enum CodingKeys: String, CodingKey {
            case value, original, start, end, words, flags, attributes, heredocs
            case previousComments = "prev_comment"
        }
    }

    enum Word: Decodable {
        case text(String)
        case child(Node)

        private enum CodingKeys: String, CodingKey { case child }

        init(from decoder: any Decoder) throws {
            if let text = try? decoder.singleValueContainer().decode(String.self) {
                self = .text(text)
            } else {
                self = .child(try decoder.container(keyedBy: CodingKeys.self).decode(Node.self, forKey: .child))
            }
        }
    }

    struct Heredoc: Decodable, Equatable {
        var name: String
        var fileDescriptor: UInt64
        var expands: Bool
        var stripsTabs: Bool
        var content: String

        enum CodingKeys: String, CodingKey {
            case name = "Name"
            case fileDescriptor = "FileDescriptor"
            case expands = "Expand"
            case stripsTabs = "Chomp"
            case content = "Content"
        }
    }

    struct Stage: Decodable {
        var name: String
        var base: String
        var platform: String
        var commands: [Command]?
    }

    struct Command: Decodable, Equatable {
        var name: String
        var string: String
        var type: String
    }
}

/// A word of `shell_words.json` and what BuildKit makes of it.
struct WordCase: Decodable {
    var source: String
    var op: String
    var text: String
    var env: [String]
    var escape: String?
    var rawQuotes: Bool?
    var skipUnset: Bool?
    var expect: Expectation

    enum CodingKeys: String, CodingKey {
        case source, op, text, env, escape, expect
        case rawQuotes = "raw_quotes"
        case skipUnset = "skip_unset_env"
    }

    struct Expectation: Decodable {
        var result: Result?
        var matched: [String]?
        var unmatched: [String]?
        var error: String?
    }

    enum Result: Decodable, Equatable {
        case word(String)
        case words([String])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let word = try? container.decode(String.self) {
                self = .word(word)
            } else {
                self = .words(try container.decode([String].self))
            }
        }
    }
}
