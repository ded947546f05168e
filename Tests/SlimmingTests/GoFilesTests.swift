import OCI
import Running
import Testing

@testable import Slimming

/// What of a Go project goes along.
struct GoFilesTests {
    private func verdicts(_ files: [String: String]) throws -> (GoFiles, SampleProject) {
        let project = try SampleProject(files)
        return (GoFiles(CodeText(project.tree), RootView(directory: project.root), directory: "/"), project)
    }

    private func entry(_ name: String, isDirectory: Bool = true) -> ApplicationFiles.Entry {
        ApplicationFiles.Entry(name: name, isDirectory: isDirectory, isFromContext: true)
    }

    @Test func whatTheCompilerPutsIntoTheProgramIsLeftBehind() throws {
        let (files, project) = try verdicts([
            "go.mod": "module a\n",
            "cmd/a/main.go": "package main\n\n//go:embed banner.txt \"more/*.txt\"\nvar f embed.FS\n",
            "cmd/a/banner.txt": "x", "cmd/a/more/b.txt": "x", "web/page.html": "x",
            "web.go": "package a\n//go:embed all:web\nvar w embed.FS\n", "static/s.css": "x",
        ])
        defer { withExtendedLifetime(project) {} }
        #expect(files.verdict(entry("cmd")) == .dead)
        #expect(files.verdict(entry("web")) == .dead)
        #expect(files.verdict(entry("static")) == .unknown)
        #expect(files.verdict(entry("web.go", isDirectory: false)) == .dead)
    }

    @Test func dataBesideSourcesIsLookedAtAlone() throws {
        let (files, project) = try verdicts([
            "svc/go.mod": "module b\n", "svc/main.go": "package main\n", "svc/conf/a.yaml": "x", "svc/svc": "program",
        ])
        defer { withExtendedLifetime(project) {} }
        #expect(files.verdict(entry("svc")) == .parts)
        #expect(files.verdict(entry("svc/conf")) == .unknown)
        #expect(files.verdict(entry("svc/go.mod", isDirectory: false)) == .dead)
    }

    @Test(arguments: [
        ("exec.Command(\"/usr/local/bin/worker\", a)", true),
        ("exec.CommandContext(ctx, `worker`)", true),
        ("exec.Command(os.Args[0], \"child\")", true),
        ("nothing()", true),
        ("exec.Command(\"git\", \"log\")", false),
        ("exec.Command(name)", false),
        ("syscall.Exec(path, nil, nil)", false),
    ])
    func programsThatAreStartedAreKnownByTheirNames(_ code: String, _ isOwn: Bool) throws {
        let project = try SampleProject([
            "main.go": "package main\nfunc main() { \(code) }\n",
            "main_test.go": "package main\nfunc t() { exec.Command(\"sh\") }\n",
        ])
        let image = try SampleProject(["usr/local/bin/worker": "x", "usr/bin/git": "x"])
        let evidence = Evidence(
            observation: Observation(), image: RootView(directory: image.root),
            base: RootView(directory: "/nonexistent"),
            config: ContainerConfig(), baseConfig: ContainerConfig(), added: ["/usr/local/bin/worker"])
        let situation = Situation(view: try view("FROM golang\n"), project: project.tree, evidence: evidence)
        #expect(GoStarts(CodeText(project.tree)).areOwn(situation, evidence) == isOwn)
    }
}
