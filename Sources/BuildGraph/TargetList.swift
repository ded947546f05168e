import DockerfileSyntax

/// The stages of a Dockerfile, as `--call targets` lists them.
public struct TargetList: Sendable, Encodable {
    /// A stage.
    public struct Target: Sendable, Encodable {
        /// Its name.
        public var name: String?
        /// Whether it is built when no target is given.
        public var isDefault: Bool
        /// What the comment above it says about it.
        public var description: String?
        /// Its base, as written.
        public var base: String
        /// Its platform, as written.
        public var platform: String?
        /// Where its FROM is.
        public var location: SourceLocation

        private enum CodingKeys: String, CodingKey {
            case name, description, base, platform, location
            case isDefault = "default"
        }

        /// Writes the fields that say something.
        public func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encodeIfPresent(name, forKey: .name)
            if isDefault { try fields.encode(true, forKey: .isDefault) }
            try fields.encodeIfPresent(description, forKey: .description)
            try fields.encode(base, forKey: .base)
            try fields.encodeIfPresent(platform, forKey: .platform)
            try fields.encode(location, forKey: .location)
        }
    }

    /// The stages in the order of the file.
    public var targets: [Target]

    /// The stages of a Dockerfile.
    public init(_ dockerfile: ParsedDockerfile) {
        let last = dockerfile.stages.count - 1
        targets = dockerfile.stages.enumerated().map { index, stage in
            Target(
                name: stage.name, isDefault: index == last,
                description: stage.name.flatMap { documentation(of: $0, in: stage.precedingComments) },
                base: stage.baseName, platform: stage.platform, location: SourceLocation(stage.lines))
        }
    }
}

/// Lines of a Dockerfile, in BuildKit's form.
public struct SourceLocation: Sendable, Encodable {
    /// A stretch of lines.
    public struct Range: Sendable, Encodable {
        var start: Position
        var end: Position
    }

    /// A line.
    public struct Position: Sendable, Encodable {
        var line: Int
    }

    /// The stretches.
    public var ranges: [Range]

    /// Lines, counted from 1.
    public init(_ lines: ClosedRange<Int>) {
        ranges = [Range(start: Position(line: lines.lowerBound), end: Position(line: lines.upperBound))]
    }

    var firstLine: Int { ranges.first?.start.line ?? 0 }
}

/// A comment that documents a name begins with it: `# version is what is built`.
func documentation(of name: String, in comments: [String]) -> String? {
    for comment in comments {
        let text = comment.drop { $0 == " " }
        if text.utf8.starts(with: name.utf8), text.utf8.dropFirst(name.utf8.count).first == UInt8(ascii: " ") {
            return String(Substring(text.utf8.dropFirst(name.utf8.count + 1)))
        }
    }
    return nil
}
