/// A program that keeps what it downloads. A class, so that going through all of them copies none.
final class CachingTool: Sendable {
    let name: String
    /// The names under which it is started.
    let programs: [String]
    /// Parts of the paths where it keeps it, the usual one first.
    let places: [String]
    /// The same as absolute paths.
    let paths: [String]
    /// The command that removes it; nil when there is none that removes nothing else.
    let cleaning: String?
    let fills: @Sendable (ShellCommand) -> Bool
    let cleans: @Sendable (ShellCommand) -> Bool

    init(
        name: String, programs: [String]? = nil, places: [String], paths: [String], cleaning: String?,
        fills: @escaping @Sendable (ShellCommand) -> Bool, cleans: @escaping @Sendable (ShellCommand) -> Bool
    ) {
        self.name = name
        self.programs = programs ?? [name]
        self.places = places
        self.paths = paths
        self.cleaning = cleaning
        self.fills = fills
        self.cleans = cleans
    }

    /// The programs that no rule of hadolint's is about.
    static let all: [CachingTool] = [
        CachingTool(
            name: "npm", places: ["/root/.npm", ".npm"], paths: ["/root/.npm", "/home/*/.npm"],
            cleaning: "npm cache clean --force",
            fills: { $0.has("npm", "ci", "install", "i") },
            cleans: { $0.has("npm", "cache") }),
        CachingTool(
            name: "composer", places: ["/root/.composer/cache", ".cache/composer"],
            paths: ["/root/.composer", "/root/.cache/composer", "/home/*/.cache/composer"],
            cleaning: "composer clear-cache",
            fills: {
                $0.has("composer", "install", "update", "require", "create-project") && !$0.has(argument: "--no-cache")
            },
            cleans: { $0.has("composer", "clear-cache", "clearcache", "cc") }),
        CachingTool(
            name: "conda", programs: ["conda", "mamba", "micromamba"],
            places: ["/opt/conda/pkgs", "conda/pkgs"], paths: ["/opt/conda/pkgs", "/root/.conda"],
            cleaning: nil,
            fills: { ["install", "create", "update", "env"].contains($0.arguments.first?.text ?? "") },
            cleans: { $0.arguments.first?.text == "clean" }),
        CachingTool(
            name: "uv", places: ["/root/.cache/uv", ".cache/uv"], paths: ["/root/.cache/uv", "/home/*/.cache/uv"],
            cleaning: "uv cache clean",
            fills: {
                $0.has("uv", "sync", "pip", "install", "add") && !$0.has(argument: "--no-cache") && !$0.hasFlag("n")
            },
            cleans: { $0.has("uv", "cache") }),
        CachingTool(
            name: "poetry", places: ["/root/.cache/pypoetry", "pypoetry"],
            paths: ["/root/.cache/pypoetry", "/home/*/.cache/pypoetry"], cleaning: nil,
            fills: { $0.has("poetry", "install") && !$0.has(argument: "--no-cache") },
            cleans: { $0.has("poetry", "cache") }),
        CachingTool(
            name: "go", places: ["/root/.cache/go-build", "go-build", "/go/pkg"],
            paths: ["/root/.cache/go-build", "/go/pkg"],
            cleaning: nil,
            fills: { $0.has("go", "build", "install", "get") },
            cleans: { $0.has("go", "clean") }),
        CachingTool(
            name: "cargo", places: ["/usr/local/cargo/registry", "cargo/registry", "target"],
            paths: ["/usr/local/cargo/registry"], cleaning: nil,
            fills: { $0.has("cargo", "build", "install") },
            cleans: { $0.has("cargo", "clean") }),
        CachingTool(
            name: "maven", programs: ["mvn", "mvnw", "./mvnw"], places: ["/root/.m2", ".m2"], paths: ["/root/.m2"],
            cleaning: nil,
            fills: { !$0.arguments.isEmpty && !$0.has(argument: "--version") },
            cleans: { $0.has(argument: "dependency:purge-local-repository") }),
        CachingTool(
            name: "gradle", programs: ["gradle", "gradlew", "./gradlew"], places: ["/root/.gradle", ".gradle"],
            paths: ["/root/.gradle"], cleaning: nil,
            fills: { !$0.has(argument: "--version") },
            cleans: { _ in false }),
    ]
}
