import Foundation
import OCI
import Running
import Testing

@testable import Slimming

/// What of a compiled project goes along, with programs of this machine in the place of its own.
struct NativeRecipeTests {
    private func text(
        _ dockerfile: String, image files: [String: String], opened: Set<String>, workingDirectory: String,
        path: String? = nil, context: [String: String] = [:]
    )
        throws -> String
    {
        let root = try SampleProject(files.mapKeys { String($0.dropFirst()) })
        // A real program: what is none is not taken for one.
        let program = try #require(SmallFile.read("/bin/true", limit: 1 << 20))
        for path in files.keys where files[path] == "program" {
            try Data(program).write(to: URL(fileURLWithPath: root.root + path))
        }
        let distribution = try SampleProject(["usr/local/bin/there": "", "etc/there": ""])
        var config = ContainerConfig()
        config.workingDir = workingDirectory
        var base = ContainerConfig()
        if let path {
            config.env = ["PATH=" + path]
            base.env = config.env
        }
        var observation = Observation()
        observation.opened = opened
        observation.recordedFiles = true
        let evidence = Evidence(
            observation: observation, image: RootView(directory: root.root),
            base: RootView(directory: distribution.root), config: config, baseConfig: base,
            added: Set(files.keys))
        let project = try SampleProject(context)
        let file = try view(dockerfile)
        let situation = Situation(view: file, project: project.tree, evidence: evidence)
        let plan = try #require(NativeRecipe().plans(for: situation).last)
        return String(
            decoding: try Composer(view: file, plan: plan, base: plan.bases[0]).compose().text(), as: UTF8.self)
    }

    @Test(arguments: ["COPY . /src", "WORKDIR /src\nADD . .\nWORKDIR /"])
    func leavesADirectoryThatWasOnlyBuiltIn(_ copy: String) throws {
        let result = try text(
            "FROM gcc:12\n\(copy)\nRUN cd /src && make && make install\nCMD [\"prog\"]\n",
            image: ["/src/prog": "program", "/src/data": "x", "/usr/local/bin/prog": "program"],
            opened: ["/usr/local/bin/prog"], workingDirectory: "/")
        #expect(result.contains("COPY --from=build /usr/local/bin/prog /usr/local/bin/prog\n"))
        #expect(!result.contains("/src/prog") && !result.contains("/src/data"), "\(result)")
    }

    @Test func keepsDataWhereTheProgramRuns() throws {
        let result = try text(
            "FROM gcc:12\nWORKDIR /src\nCOPY . .\nRUN cmake . && make install\nCMD [\"prog\"]\n",
            image: [
                "/src/prog": "program", "/src/data": "x", "/usr/local/bin/prog": "program",
                "/src/build/CMakeCache.txt": "", "/src/build/prog": "program",
            ],
            opened: ["/usr/local/bin/prog"], workingDirectory: "/src")
        #expect(result.contains("/src/data ./\n"), "\(result)")
        #expect(!result.contains("/src/prog") && !result.contains("/src/build"), "\(result)")
    }

    @Test func whatWasInstalledElsewhereIsNotCopiedTwice() throws {
        let result = try text(
            "FROM gcc:12\nWORKDIR /src\nCOPY . .\nRUN make install\nCMD [\"prog\"]\n",
            image: [
                "/src/conf/a.conf": "a=1", "/src/data/b.txt": "b", "/usr/local/bin/prog": "program",
                "/etc/prog/a.conf": "a=1", "/src/main.c": "int main(void) { return 0; }",
            ],
            opened: ["/usr/local/bin/prog", "/etc/prog/a.conf"], workingDirectory: "/src",
            context: ["conf/a.conf": "a=1", "data/b.txt": "b"])
        #expect(result.contains("COPY data/ ./data/\n"), "\(result)")
        #expect(result.contains("COPY --from=build /etc/prog /etc/prog\n"), "\(result)")
        #expect(!result.contains("conf/"), "\(result)")
    }

    @Test func whatIsCompiledInIsLeftAndDataBesideSourcesStays() throws {
        let result = try text(
            "FROM rust:1\nWORKDIR /src\nCOPY . .\nRUN cargo install --path .\nCMD [\"tool\"]\n",
            image: [
                "/usr/local/bin/tool": "program", "/src/src/main.rs": "include_str!(\"in/a.txt\")",
                "/src/src/in/a.txt": "x",
                "/src/src/data.bin": "x",
            ],
            opened: ["/usr/local/bin/tool"], workingDirectory: "/src",
            context: ["src/main.rs": "include_str!(\"in/a.txt\")", "src/in/a.txt": "x", "src/data.bin": "x"])
        #expect(result.contains("COPY src/data.bin ./src/\n"), "\(result)")
        #expect(!result.contains("main.rs") && !result.contains("a.txt"), "\(result)")
    }

    @Test func putsWhatIsFoundByItsNameWhereTheNewBaseLooks() throws {
        let result = try text(
            "FROM rust:1\nWORKDIR /src\nCOPY . .\nRUN cargo install --path .\nCMD [\"tool\"]\n",
            image: ["/usr/local/cargo/bin/tool": "program"], opened: ["/usr/local/cargo/bin/tool"],
            workingDirectory: "/src", path: "/usr/local/cargo/bin:/usr/bin")
        #expect(result.contains("COPY --from=build /usr/local/cargo/bin/tool /usr/local/bin/tool\n"), "\(result)")
    }
}

extension Dictionary where Key == String {
    fileprivate func mapKeys(_ change: (String) -> String) -> [String: Value] {
        Dictionary<String, Value>(uniqueKeysWithValues: map { (change($0.key), $0.value) })
    }
}
