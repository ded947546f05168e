import DockerfileSyntax

/// A Dockerfile while rules look at it, with what several rules want to know computed once, when it is first asked for.
///
/// Not `Sendable`: one context belongs to one check of one file. Rules that share work put it in a ``Fact``.
public final class CheckContext {
    /// The file as written.
    public let dockerfile: Dockerfile
    /// The file with the meaning of its instructions.
    public let parsed: ParsedDockerfile
    /// What is known of the world around it.
    public let inputs: CheckInputs
    /// What the author has decided.
    public let configuration: CheckConfiguration
    /// The facts asked for so far, few enough to be looked through.
    private var facts: [(type: ObjectIdentifier, box: AnyObject)] = []

    /// Creates a context.
    public init(
        dockerfile: Dockerfile, parsed: ParsedDockerfile, inputs: CheckInputs = CheckInputs(),
        configuration: CheckConfiguration = CheckConfiguration()
    ) {
        self.dockerfile = dockerfile
        self.parsed = parsed
        self.inputs = inputs
        self.configuration = configuration
    }

    /// A fact about the file, computed when it is first asked for.
    public func fact<Value: Fact>(_ type: Value.Type = Value.self) -> Value {
        let identifier = ObjectIdentifier(type)
        for known in facts where known.type == identifier {
            // Stored below under the identifier of this very type.
            return unsafeDowncast(known.box, to: FactBox<Value>.self).value
        }
        let value = Value(self)
        facts.append((identifier, FactBox(value)))
        return value
    }

    /// The text.
    public var source: SourceText { dockerfile.source }
    /// The stages with what follows from their places.
    public var stages: [StageFacts] { fact(StageGraph.self).stages }
    /// The stage that is built when no target is given; nil when there is none.
    public var finalStage: StageFacts? { stages.last }

    /// All instructions of all stages in order, those before the first FROM left out.
    public var instructions: [Instruction] { fact(AllInstructions.self).instructions }

    /// The instruction as written, with the places of its words and flags; nil for one that comes from elsewhere.
    public func node(of instruction: Instruction) -> SyntaxNode? { node(instruction.nodeIndex) }
    /// The FROM as written.
    public func node(of stage: Stage) -> SyntaxNode? { node(stage.nodeIndex) }

    private func node(_ index: Int?) -> SyntaxNode? {
        guard let index, dockerfile.nodes.indices.contains(index) else { return nil }
        return dockerfile.nodes[index]
    }
}

/// Something that several rules want to know about a file.
public protocol Fact {
    /// Finds it out. May ask for other facts, not for itself.
    init(_ context: CheckContext)
}

/// Keeps a fact behind a reference.
private final class FactBox<Value> {
    let value: Value

    init(_ value: Value) { self.value = value }
}

/// The instructions of all stages.
struct AllInstructions: Fact {
    let instructions: [Instruction]

    init(_ context: CheckContext) { instructions = context.parsed.stages.flatMap(\.instructions) }
}
