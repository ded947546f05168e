import Testing

@testable import Slimming

/// What counts as the project's own code.
struct CodeTextTests {
    private static let files = [
        "lib/read.js": "open('templates/a.txt')", "node_modules/x/index.js": "open('fixtures')",
        "web/vendor/y.go": "package y", "cmd/main.go": "package main", "notes.txt": "'notes'",
    ]

    @Test func isReadOfProjectsAndOfImagesAlike() throws {
        let project = try SampleProject(Self.files)
        for code in [CodeText(project.tree), CodeText(RootView(directory: project.root), directory: "/")] {
            #expect(code.names("templates") && !code.names("fixtures") && !code.names("notes"))
            #expect(code.texts(ending: ".go").map(\.path) == ["/cmd/main.go"])
            #expect(code.isComplete(ending: ".go"))
        }
    }

    /// Dependencies of many files once took the place of the project's own.
    @Test func dependenciesDoNotCountAgainstTheLimit() throws {
        let project = try SampleProject(Self.files)
        let found = RootView(directory: project.root).files(below: "/", limit: 4, without: ["node_modules", "vendor"])
        #expect(found.sorted() == ["/cmd/main.go", "/lib/read.js", "/notes.txt"])
    }

    @Test func whatIsTooLargeToReadIsSaid() throws {
        let project = try SampleProject(["a.go": String(repeating: "//\n", count: 400_000), "b.go": "package b"])
        let code = CodeText(project.tree)
        #expect(!code.isComplete(ending: ".go") && code.isComplete(ending: ".js"))
        #expect(GoStarts(code).isOpen)
    }
}
