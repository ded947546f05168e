import DockerfileSyntax
import Testing

@testable import Slimming

/// Dockerfiles in notations of their own.
struct NotationTests {
    private func unproved(_ text: String) async throws -> SlimReport {
        let project = try SampleProject([:])
        var options = SlimOptions(context: project.root, dockerfile: DockerfileBytes.source(text))
        options.builds = false
        return try await SlimSession(options, bench: nil) { _ in }.run()
    }

    private func lean(_ text: String, _ plan: RuntimePlan, base: String = "x") throws -> String {
        String(decoding: try Composer(view: try view(text), plan: plan, base: base).compose().text(), as: UTF8.self)
    }

    @Test func carriageReturnsStayEverywhere() async throws {
        let report = try await unproved(
            "# a\r\nFROM debian:12\r\nRUN apt-get update && \\\r\n    apt-get install -y curl\r\nCOPY a /\r\nCMD [\"a\"]\r\n"
        )
        #expect(report.dockerfile.utf8.count { $0 == UInt8(ascii: "\n") } == 7)
        #expect(report.dockerfile.utf8.count { $0 == UInt8(ascii: "\r") } == 7)
        #expect(report.dockerfile.contains("rm -rf /var/lib/apt/lists/*\r\n"))
    }

    /// A shell would take a carriage return for a part of the command.
    @Test func newScriptsHaveTheirOwnLineEndings() {
        let text = LineEndings.restore(
            Array("FROM a\r\nRUN <<'EOF'\nset -eu\nmake\nEOF\nCMD a\n".utf8), like: Array("FROM a\r\nCMD a\r\n".utf8))
        #expect(
            String(decoding: text, as: UTF8.self)
                == "FROM a\r\nRUN <<'EOF'\r\nset -eu\nmake\nEOF\r\nCMD a\r\n")
    }

    @Test func linesAreContinuedAsTheFileSays() throws {
        var plan = RuntimePlan(name: "sample", bases: ["x"])
        plan.copies = ["COPY --from=build /app ./"]
        plan.user = RuntimeUser(ids: "1:1", setup: ["groupadd app"], writable: ["/app"])
        let text = try lean("# escape=`\nFROM node:20\nCOPY . .\nRUN npm ci `\n  && true\nCMD [\"a\"]\n", plan)
        #expect(text.contains("RUN groupadd app `\n    && mkdir -p /app"))
        #expect(!text.contains("\\\n"))
        let stages = try Dockerfile.parse(text, path: "Dockerfile").resolve().stages
        #expect(stages.count == 2 && stages[1].instructions.count == 4)
    }

    @Test func lowerCaseAndArgumentsInFront() throws {
        var plan = RuntimePlan(name: "sample", bases: ["x"])
        plan.copies = ["COPY --from=build /app ./"]
        let text = try lean(
            "arg V=20\nfrom --platform=linux/amd64 node:${V}\nstopsignal SIGQUIT\nvolume /data\nlabel a=b\nexpose 80\nhealthcheck CMD true\ncopy . .\nrun npm ci\ncmd [\"a\"]\n",
            plan)
        let stages = try Dockerfile.parse(text, path: "Dockerfile").resolve().stages
        #expect(stages[0].baseName == "node:${V}" && stages[0].platform == "linux/amd64" && stages[0].name == "build")
        let moved = stages[1].instructions.map { $0.original.split(separator: " ")[0].lowercased() }
        #expect(Set(moved).isSuperset(of: ["stopsignal", "volume", "label", "expose", "healthcheck", "cmd"]))
        #expect(stages[0].instructions.count == 2)
    }

    @Test func stepsAreJoinedOnlyWhereNothingLeaks() async throws {
        let text = """
            FROM debian:12
            COPY x /
            RUN cd /tmp; touch a
            RUN touch b || true
            RUN cd /opt
            RUN touch d
            RUN export A=1
            RUN touch $A
            RUN set -e
            RUN ["touch","e"]
            RUN touch g # note
            RUN touch h &
            RUN <<EOF
            touch i
            EOF
            CMD ["x"]

            """
        #expect(try await unproved(text).dockerfile == text)
    }

    @Test func secretsAreToldAndStay() async throws {
        let text = "FROM debian:12\nENV API_TOKEN=abc\nCOPY id_rsa /root/\nCMD [\"a\"]\n"
        let report = try await unproved(text)
        #expect(report.dockerfile == text)
        #expect(report.notes.map { "\($0.line) \($0.rule)" } == ["2 SecretsUsedInArgOrEnv", "3 WT0010"])
    }
}

struct WordRemovalTests {
    @Test(arguments: [
        ("RUN apt-get install -y curl vim jq", "RUN apt-get install -y curl jq"),
        ("RUN apt-get install -y vim && rm x", "RUN apt-get install -y && rm x"),
        ("RUN a \\\n    curl \\\n    vim \\\n && b", "RUN a \\\n    curl \\\n && b"),
        ("RUN a \\\n    curl \\\n    vim", "RUN a \\\n    curl"),
        ("RUN a vim-tiny neovim", "RUN a vim-tiny neovim"),
    ])
    func aLineOfItsOwnGoesWithTheWord(_ text: String, _ expected: String) {
        var run = RunText(text)
        run.removeWord("vim")
        #expect(run.text == expected)
    }
}

struct ShellReplacementTests {
    @Test(arguments: [
        (["sh", "-c", "java $JAVA_OPTS -jar a.jar"], "exec java $JAVA_OPTS -jar a.jar"),
        (["/bin/sh", "-c", "exec java"], nil), (["sh", "-c", "a && b"], nil), (["sh", "-c", "cd /x; a"], nil),
        (["java", "-c", "a"], nil),
    ])
    func theCommandTakesTheShellsPlace(_ words: [String], _ expected: String?) {
        #expect(CommandForm.replacingShell(words)?.last == expected)
    }
}
