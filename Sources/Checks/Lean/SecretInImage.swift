import DockerfileSyntax

extension Rule {
    /// A secret ends up in the image.
    static let secretInImage = Rule(
        "WT0010", name: "secret-in-image", family: .whittle, severity: .error,
        summary: "a secret ends up in the image",
        documentation: Documentation(
            """
            Whoever can pull an image can read every file of every layer, also of those that a later layer hides, and the values of
            all `ENV` and `ARG` instructions. `RUN --mount=type=secret` shows a secret to one command and leaves nothing behind;
            `RUN --mount=type=ssh` does the same for keys.

            Found are the usual files of secrets as sources of `COPY` and `ADD`, values that look like the tokens of well-known
            services, and user names with passwords inside URLs.

            There is no fix here: how the secret gets to where it is built, and under which name, is not in the Dockerfile. What has been
            pushed once must be replaced where it was issued.
            """,
            bad: """
                FROM alpine:3.20
                COPY id_rsa /root/.ssh/id_rsa
                RUN git clone git@example.org:app && rm /root/.ssh/id_rsa
                """,
            good: """
                FROM alpine:3.20
                RUN --mount=type=ssh git clone git@example.org:app
                """)
    ) { context in
        context.instructions.flatMap { instruction -> [Match] in
            switch instruction.kind {
            case .copy(let copy) where copy.from == nil: return files(copy.paths.sources, instruction, context)
            case .add(let add): return files(add.paths.sources, instruction, context) + values(instruction, context)
            case .env, .arg, .label, .run: return values(instruction, context)
            default: return []
            }
        }
    }

    private static func files(_ sources: [String], _ instruction: Instruction, _ context: CheckContext) -> [Match] {
        sources.compactMap { source in
            guard let name = source.utf8.split(separator: UInt8(ascii: "/")).last,
                SecretFiles.isSecret(String(Substring(name))),
                context.inputs.buildContext?.isIgnored(source) != true
            else { return nil }
            return Match(
                instruction.range, focus: context.node(of: instruction)?.words.first { $0.text == source }?.range,
                message:
                    "\(source) is in a layer of the image, even if a later instruction deletes it; mount it as a secret"
            )
        }
    }

    private static func values(_ instruction: Instruction, _ context: CheckContext) -> [Match] {
        guard let (what, place) = SecretText.find(in: context.source.bytes, instruction.range.indices) else {
            return []
        }
        return [
            Match(
                instruction.range, focus: SourceRange(start: place.lowerBound, end: place.upperBound),
                message: "\(what) stays in the image's configuration or history; mount it as a secret")
        ]
    }
}
