import DockerfileSyntax

extension Rule {
    /// Multiple instructions of the same type should not be used in the same stage.
    static let multipleInstructionsDisallowed = Rule(
        "MultipleInstructionsDisallowed", name: "multiple-instructions-disallowed", family: .buildKit,
        severity: .warning,
        summary: "Multiple instructions of the same type should not be used in the same stage",
        documentation: Documentation(
            """
            Of several `CMD`, `ENTRYPOINT` or `HEALTHCHECK` of a stage only the last one has an effect. The earlier ones mislead.
            """,
            bad: """
                FROM alpine
                CMD ["a"]
                CMD ["b"]
                """,
            good: """
                FROM alpine
                CMD ["b"]
                """)
    ) { context in
        var matches: [Match] = []
        for stage in context.parsed.stages {
            var previous: [String: Instruction] = [:]
            for instruction in stage.instructions {
                guard let kind = onceOnly(instruction), let name = context.node(of: instruction)?.keyword.text else {
                    continue
                }
                if let earlier = previous.updateValue(instruction, forKey: kind) {
                    matches.append(
                        Match(
                            earlier.range,
                            message: "Multiple \(name) instructions should not be used in the same stage because only "
                                + "the last one will be used",
                            fix: Fix(
                                .sameFiles, "remove the \(kind) without effect",
                                edits: [InstructionEdits.removal(of: earlier.range, in: context.source)]),
                            silencingLine: instruction.lines.lowerBound))
                }
            }
        }
        return matches
    }

    private static func onceOnly(_ instruction: Instruction) -> String? {
        switch instruction.kind {
        case .cmd: "CMD"
        case .entrypoint: "ENTRYPOINT"
        case .healthcheck: "HEALTHCHECK"
        default: nil
        }
    }
}
