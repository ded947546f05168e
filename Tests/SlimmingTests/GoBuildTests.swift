import Testing

@testable import Slimming

/// Commands that compile Go keep what they had.
struct GoBuildTests {
    private func dockerfile(_ steps: String, _ files: [String: String] = [:], zones: Bool = false) throws -> String {
        let project = try SampleProject(files)
        let file = try view("FROM golang:1.22\nWORKDIR /src\nCOPY . .\n\(steps)\nCMD [\"server\"]\n")
        let situation = Situation(view: file, project: project.tree, evidence: nil)
        var plan = RuntimePlan(name: "go", bases: ["scratch"])
        GoBuild(situation, usesC: false, zones: zones).edit(&plan, situation)
        GoModules.order(&plan, situation)
        return String(
            decoding: try Composer(view: file, plan: plan, base: "scratch").compose().text(), as: UTF8.self)
    }

    @Test(arguments: [
        (
            "go build -ldflags \"-X main.v=$V\" -o s ./cmd",
            "CGO_ENABLED=0 go build -trimpath -tags timetzdata -ldflags \"-s -w -X main.v=$V\" -o s ./cmd"
        ),
        (
            "go build -tags prod -ldflags='-X a=b' .",
            "CGO_ENABLED=0 go build -trimpath -tags timetzdata,prod -ldflags='-s -w -X a=b' ."
        ),
        (
            "go build -ldflags=-X=main.v=1 -tags=\"a b\" .",
            "CGO_ENABLED=0 go build -trimpath -ldflags=\"-s -w -X=main.v=1\" -tags=\"timetzdata a b\" ."
        ),
        (
            "GOOS=linux CGO_ENABLED=0 go build -trimpath -ldflags \"-w -s\" -tags timetzdata .",
            "GOOS=linux CGO_ENABLED=0 go build -trimpath -ldflags \"-w -s\" -tags timetzdata ."
        ),
        (
            "go build -o a ./a && go install -tags x ./b",
            "CGO_ENABLED=0 go build -trimpath -ldflags=\"-s -w\" -tags timetzdata -o a ./a && CGO_ENABLED=0 go install -trimpath -ldflags=\"-s -w\" -tags timetzdata,x ./b"
        ),
    ])
    func keepsFlags(_ command: String, _ expected: String) throws {
        let text = try dockerfile("RUN " + command, zones: true)
        #expect(text.contains(" " + expected + "\n"), "\(text)")
        #expect(
            text.contains("RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build"))
    }

    @Test func tellsOthersThatCallTheCompiler() throws {
        let text = try dockerfile("RUN make build")
        #expect(
            text.contains("ENV CGO_ENABLED=0 GOFLAGS=\"-trimpath -ldflags=-s\"\nCOPY . .\nRUN make build\n"), "\(text)")
    }

    @Test func respectsFlagsOfTheEnvironment() throws {
        let text = try dockerfile("ENV GOFLAGS=-tags=prod\nRUN go build .", zones: true)
        #expect(!text.contains("timetzdata"), "flags of the command would take the place of those: \(text)")
    }

    @Test func downloadsModulesBeforeTheSources() throws {
        let manifest = "module a\n\nrequire b v1.0.0\n"
        let text = try dockerfile("RUN go build .", ["go.mod": manifest, "go.sum": "b v1.0.0 h1:x\n"])
        #expect(
            text.contains(
                "COPY go.mod go.sum ./\nRUN --mount=type=cache,target=/go/pkg/mod go mod download\nCOPY . .\n"),
            "\(text)")
    }

    @Test(arguments: [
        ["go.mod": "module a\n\nrequire b v1.0.0\nreplace b => ../b\n", "go.sum": ""],
        ["go.mod": "module a\n\nrequire b v1.0.0\n", "go.sum": "", "vendor/modules.txt": ""],
        ["go.mod": "module a\n"],
        ["go.work": "use ./a", "a/go.mod": "module a\n"],
    ])
    func leavesTheOrderWhereModulesAreElsewhere(_ files: [String: String]) throws {
        #expect(!(try dockerfile("RUN go build .", files)).contains("mod download"))
    }
}

struct CommandFormTests {
    @Test(arguments: [
        ("CMD ./server --port 80", false), ("CMD [\"/bin/sh\", \"-c\", \"./a && ./b\"]", true),
        ("CMD ./a && ./b", true),
        ("CMD exec ./server", false), ("CMD ./server -p $PORT", true), ("ENTRYPOINT ./a\nCMD [\"b\"]", true),
        ("SHELL [\"/bin/bash\", \"-c\"]\nCMD ./server", true),
        ("SHELL [\"/bin/bash\", \"-c\"]\nCMD [\"./server\"]", false),
    ])
    func tellsWhetherAShellStays(_ command: String, _ stays: Bool) throws {
        #expect(try view("FROM a\n\(command)\n").needsShell == stays)
    }

    @Test(arguments: [
        ("CMD exec java $JAVA_OPTS -jar a.jar", ["java", "$JAVA_OPTS", "-jar", "a.jar"]),
        ("CMD [\"sh\", \"-c\", \"exec ./server --x\"]", ["./server", "--x"]),
        ("CMD A=1 ./server", ["./server"]), ("ENTRYPOINT [\"a\"]\nCMD [\"b\"]", ["a", "b"]),
    ])
    func findsTheProgram(_ command: String, _ words: [String]) throws {
        #expect(try view("FROM a\n\(command)\n").commandWords == words)
    }
}
