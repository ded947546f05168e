import Testing

@testable import Slimming

struct GoRunTests {
    @Test func takesFlagsPackageAndArguments() throws {
        let run = try #require(GoRun(try view("FROM golang\nCMD go run -tags prod -v ./cmd/api --port 80\n")))
        #expect(run.flags == ["-tags", "prod", "-v"])
        #expect(run.package == "./cmd/api")
        #expect(run.arguments == ["--port", "80"])
        let files = try #require(GoRun(try view("FROM golang\nCMD [\"go\", \"run\", \"a.go\", \"b.go\", \"x\"]\n")))
        #expect(files.package == "a.go b.go")
        #expect(files.arguments == ["x"])
    }

    @Test(arguments: [
        "CMD [\"./a\"]", "CMD go run", "CMD go run -exec sudo .", "CMD go run -tags $TAGS .",
        "CMD [\"go\", \"run\", \"*.go\"]",
        "ENTRYPOINT [\"go\", \"run\", \".\"]",
    ])
    func isNoneOtherwise(_ command: String) throws { #expect(GoRun(try view("FROM golang\n\(command)\n")) == nil) }
}
