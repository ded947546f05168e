import FoundationEssentials

/// A line of `--progress rawjson`: the shape of BuildKit's solve status, so that programs that read one read the other.
/// Documented in docs/progress.md.
struct SolveStatus: Codable, Sendable {
    var vertexes: [Vertex]?
    var statuses: [Status]?
    var logs: [Log]?
    var warnings: [Warning]?

    /// A line of the build; told again whenever it changes.
    struct Vertex: Codable, Sendable {
        /// Stands for the vertex in all other objects.
        var digest: String
        var name: String
        /// RFC 3339 with nanoseconds, in UTC.
        var started: String?
        var completed: String?
        var cached: Bool?
        var error: String?
    }

    /// An item that is moved within a vertex.
    struct Status: Codable, Sendable {
        var id: String
        var vertex: String
        /// `pull`, `unpack`, `export`, `push` or `fetch`.
        var name: String
        /// Bytes; 0 when not known.
        var total: Int64
        var current: Int64
        var timestamp: String
        var started: String?
        var completed: String?
    }

    /// Output of a process.
    struct Log: Codable, Sendable {
        var vertex: String
        /// 1 for standard output, 2 for standard error.
        var stream: Int
        /// The bytes as they came, in base 64.
        var data: Data
        var timestamp: String
    }

    /// A remark on the Dockerfile.
    struct Warning: Codable, Sendable {
        var vertex: String
        /// 1; BuildKit has no other in use.
        var level: Int
        /// The message in one line, in base 64.
        var short: Data
        /// What to do about it, in base 64.
        var detail: [Data]?
        var sourceInfo: SourceInfo?
        var range: [Range]?
    }

    /// The file that a warning is about.
    struct SourceInfo: Codable, Sendable {
        var filename: String
    }

    /// Lines and characters, lines from 1, characters from 0.
    struct Range: Codable, Sendable {
        var start: Position
        var end: Position
    }

    /// A place in a file.
    struct Position: Codable, Sendable {
        var line: Int
        var character: Int
    }
}
