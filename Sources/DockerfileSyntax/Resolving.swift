extension Dockerfile {
    /// Reads the meaning of the instructions and groups them into stages.
    ///
    /// Errors: unknown instructions and flags, missing or malformed arguments, instructions in front of the first FROM.
    public func resolve() throws(DockerfileError) -> ParsedDockerfile {
        var parsed = ParsedDockerfile(metaArgs: [], stages: [], escape: escape)
        for index in nodes.indices { try resolve(nodeAt: index, into: &parsed) }
        return parsed
    }

    /// The meaning of the instructions in front of the first one that has none.
    public func resolveUntilError() -> ParsedDockerfile {
        var parsed = ParsedDockerfile(metaArgs: [], stages: [], escape: escape)
        for index in nodes.indices where (try? resolve(nodeAt: index, into: &parsed)) == nil { break }
        return parsed
    }

    private func resolve(nodeAt index: Int, into parsed: inout ParsedDockerfile) throws(DockerfileError) {
        let node = nodes[index]
        if Keyword(node.keyword.text) == .from {
            var stage = try InstructionResolver(node).stage()
            stage.nodeIndex = index
            parsed.stages.append(stage)
            return
        }
        var instruction = try InstructionResolver(node).instruction()
        instruction.nodeIndex = index
        if !parsed.stages.isEmpty {
            parsed.stages[parsed.stages.count - 1].instructions.append(instruction)
        } else if case .arg(let arguments) = instruction.kind {
            parsed.metaArgs.append(
                MetaArgument(
                    arguments: arguments, original: instruction.original, range: instruction.range,
                    lines: instruction.lines, precedingComments: instruction.precedingComments, nodeIndex: index))
        } else {
            throw .noStage(range: node.keyword.range)
        }
    }
}

/// Reads an ONBUILD trigger as it is stored in an image's configuration. Its ranges are those of `text`.
///
/// Errors: as ``Dockerfile/parse(_:path:)-(String,_)`` and ``Dockerfile/resolve()``; also when the text is not exactly
/// one instruction, or is FROM.
public func parseOnbuildTrigger(_ text: String, escape: Character = "\\") throws(DockerfileError) -> Instruction {
    let source = SourceText(text, path: "ONBUILD")
    let dockerfile = try Dockerfile(source, escape: escape.asciiValue ?? UInt8(ascii: "\\"))
    guard let node = dockerfile.nodes.first, dockerfile.nodes.count == 1 else {
        throw .notOneTrigger(range: SourceRange(start: 0, end: source.bytes.count))
    }
    if Keyword(node.keyword.text) == .from {
        throw .triggerNotAllowed(instruction: "FROM", range: node.keyword.range)
    }
    return try InstructionResolver(node).instruction()
}
