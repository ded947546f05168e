/// Knows how projects of one kind are built and what they need when they run.
protocol Recipe: Sendable {
    /// Its name in reports.
    var name: String { get }

    /// The ways to make the image lean, leanest first; none when the project is not of this kind.
    func plans(for situation: Situation) -> [RuntimePlan]
}

/// Every recipe, the most particular first.
enum Recipes {
    /// The list.
    static let all: [any Recipe] = [
        SingleStageRecipe(), ServerRecipe(), NodeRecipe(), PythonRecipe(), GoRecipe(), JavaRecipe(), DotnetRecipe(),
        NativeRecipe(), SiblingRecipe(), SingleStageRecipe(isLastResort: true),
    ]
}
