import DockerfileSyntax

/// A first Dockerfile for a project that has none: what a person would write without much thought. It is then slimmed and
/// proved like any other.
public struct Scaffold: Sendable {
    /// What kind of project it is.
    public let kind: String
    /// Images to build in, best first.
    public let bases: [String]
    private let stage: String?
    private let body: String

    /// - Parameter stage: The name of the first stage, where others follow.
    init(kind: String, stage: String? = nil, bases: [String], body: String) {
        self.kind = kind
        self.stage = stage
        self.bases = bases
        self.body = body
    }

    /// The text on one of the bases.
    public func dockerfile(base: String) -> String { "FROM \(base)\(stage.map { " AS " + $0 } ?? "")\n" + body }

    /// The scaffold for the project in a directory.
    ///
    /// - Throws: ``SlimmingError`` when no kind is recognised, or one is and it cannot be told how it is started.
    public static func find(in directory: String) throws(SlimmingError) -> Scaffold {
        let project = ProjectTree(root: directory)
        var incomplete: SlimmingError?
        for kind in kinds {
            do {
                let scaffold = try kind.make(project)
                if let scaffold { return scaffold }
            } catch {
                incomplete = incomplete ?? error
            }
        }
        throw incomplete ?? .unknownProject(path: directory, lookedFor: kinds.flatMap(\.marks))
    }

    /// Every kind that is known, the most particular first.
    private static let kinds: [ScaffoldKind] = [
        GoScaffold.kind, RustScaffold.kind, MavenScaffold.kind, GradleScaffold.kind, DotnetScaffold.kind,
        RubyScaffold.kind, PHPScaffold.kind, NodeScaffold.kind, PythonScaffold.kind, SiteScaffold.kind,
    ]
}

/// Recognises projects of one kind.
struct ScaffoldKind: Sendable {
    /// The files by which it is recognised.
    let marks: [String]
    /// The scaffold; nil for a project of another kind.
    ///
    /// - Throws: ``SlimmingError/incompleteProject(kind:reason:)`` when it is of this kind and something is missing.
    let make: @Sendable (ProjectTree) throws(SlimmingError) -> Scaffold?

    /// The instruction in exec form.
    static func command(_ words: [String]) -> String { "CMD \(ExecForm.json(words))\n" }
}
