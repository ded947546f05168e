import DockerfileSyntax

/// Where COPY and ADD have put files.
enum CopiedPaths {
    struct Copied {
        let instruction: Instruction
        /// The destination, absolute.
        let path: String
    }

    /// What the instructions in front of a RUN copied into the final image.
    static func earlier(than run: RunScript, in image: FinalImage, _ context: CheckContext) -> [Copied] {
        let evaluation = context.fact(Evaluation.self)
        return image.instructions.compactMap { instruction in
            guard instruction.range.end <= run.statement.range.start, let evaluated = evaluation[instruction] else {
                return nil
            }
            switch instruction.kind {
            case .copy, .add:
                // The destination is the last word that is expanded.
                guard let destination = evaluated.words.last,
                    let path = StagePath.resolve(destination, in: evaluated.state.workingDirectory)
                else { return nil }
                return Copied(instruction: instruction, path: path)
            default: return nil
            }
        }
    }

    /// True when one of two absolute paths is the other or lies in it.
    static func overlap(_ first: String, _ second: String) -> Bool {
        first == second || contains(first, second) || contains(second, first)
    }

    /// True when an absolute path lies in a directory.
    static func contains(_ directory: String, _ path: String) -> Bool {
        directory == "/" || path == directory || path.hasPrefix(directory + "/")
    }
}

/// From `RUN chown -R` to `COPY --chown`.
enum OwnershipFix {
    /// The fix, for a RUN that does nothing else, on a directory that one COPY alone has filled just before.
    static func fix(
        _ command: ShellCommand, _ run: RunScript, _ operands: [String], _ sources: [CopiedPaths.Copied],
        _ context: CheckContext
    ) -> Fix? {
        guard command.name == "chown", operands.count == 2, run.script.isChain, run.commands.count == 1,
            command.arguments.count == 3, run.statement.node.flags.isEmpty, run.form == .shell,
            let copied = sources.last,
            operands[1] == copied.path, sources.filter({ CopiedPaths.overlap($0.path, copied.path) }).count == 1,
            case .copy(let copy) = copied.instruction.kind, copy.chown == nil, !copy.link,
            let node = context.node(of: copied.instruction)
        else { return nil }
        let owner = operands[0]
        let parts = owner.split(separator: ":", omittingEmptySubsequences: false)
        // Without a group, chown leaves it alone, while COPY takes that of the number.
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(\.isNumber) }) else { return nil }
        // A WORKDIR of the same path was there before the COPY and belongs to root.
        let makesDirectory = context.instructions.contains { instruction in
            guard case .workdir = instruction.kind, instruction.range.start < run.statement.range.start,
                let evaluated = context.fact(Evaluation.self)[instruction],
                let path = StagePath.resolve(evaluated.words.first ?? "", in: evaluated.state.workingDirectory)
            else { return false }
            return CopiedPaths.overlap(path, copied.path)
        }
        guard !makesDirectory else { return nil }
        return Fix(
            .declaredChange, "give the owner with COPY --chown",
            edits: [
                TextEdit(range: SourceRange(at: node.keyword.range.end), replacement: " --chown=" + owner),
                InstructionEdits.removal(of: run.statement.range, in: context.source),
            ], declares: Declaration(paths: [copied.path]))
    }
}
