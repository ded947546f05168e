import Testing

@testable import DockerfileSyntax

/// What instructions mean.
@Suite struct InstructionTests {
    private func kind(_ text: String) throws -> Instruction.Kind {
        let parsed = try Dockerfile.parse("FROM a\n" + text + "\n", path: "f").resolve()
        return try #require(parsed.stages.first?.instructions.first?.kind)
    }

    @Test func stages() throws {
        let text = "ARG A=1 B\n# one\nFROM --platform=$P a:$A as One\nRUN x\nfrom ONE\n"
        let parsed = try Dockerfile.parse(text, path: "f").resolve()
        #expect(parsed.metaArgs.map(\.arguments) == [[Argument(name: "A", defaultValue: "1"), Argument(name: "B")]])
        #expect(parsed.stages.map(\.name) == ["one", nil])
        #expect(parsed.stages.map(\.baseName) == ["a:$A", "ONE"])
        #expect(parsed.stages.map(\.platform) == ["$P", nil])
        #expect(parsed.stages.map(\.nodeIndex) == [1, 3])
        #expect(parsed.stages[0].precedingComments == ["one"])
        #expect(parsed.stages[0].instructions.map(\.nodeIndex) == [2])
        #expect(parsed.stages[0].instructions[0].lines == 4...4)
    }

    @Test func copy() throws {
        var copy = Copy(paths: SourcesAndDestination(sources: ["a", "b"], inlineFiles: [], destination: "/c"))
        copy.from = "x"
        copy.chown = "1:2"
        copy.chmod = "u=rw"
        copy.link = true
        copy.excludes = ["*.o", "y z"]
        let flags = "--from=x --chown=1:2 --chmod=u=rw --link --parents=FALSE --exclude=*.o '--exclude=y z'"
        // A quoted flag is not recognised as one.
        #expect(throws: Never.self) { try kind("COPY \(flags) a b /c") }
        #expect(
            try kind(
                "COPY --from=x --chown=1:2 --chmod=u=rw --link --parents=FALSE --exclude=*.o --exclude='y z' a b /c")
                == .copy(copy))
    }

    @Test func add() throws {
        var add = Add(paths: SourcesAndDestination(sources: ["a"], inlineFiles: [], destination: "b"))
        #expect(try kind("ADD a b") == .add(add))
        add.keepGitDirectory = true
        add.unpack = false
        add.checksum = "sha256:x"
        #expect(try kind("ADD --keep-git-dir --unpack=false --checksum=sha256:x a b") == .add(add))
    }

    @Test func inlineFiles() throws {
        let expected = SourcesAndDestination(
            sources: ["x"],
            inlineFiles: [
                InlineFile(name: "a", data: "1\n2\n", expands: true, stripsTabs: true),
                InlineFile(name: "b", data: "\t3\n", expands: false),
            ], destination: "/d")
        #expect(try kind("COPY <<-a x <<'b' /d\n\t1\n\t\t2\n\ta\n\t3\nb") == .copy(Copy(paths: expected)))
        let command = CommandLine(
            words: ["<<-E"], isShellForm: true,
            files: [InlineFile(name: "E", data: "\tx\n", expands: true, stripsTabs: true)])
        #expect(try kind("RUN <<-E\n\tx\n\tE") == .run(Run(command: command)))
    }

    @Test func run() throws {
        let text =
            "FROM a\nRUN --mount=type=tmpfs,target=/x --security=insecure --network=none --mount=\"target=/y\" --device=v/c=d,required [\"a\"]\n"
        let dockerfile = try Dockerfile.parse(text, path: "f")
        guard case .run(let run) = try dockerfile.resolve().stages[0].instructions[0].kind else {
            Issue.record("not RUN")
            return
        }
        #expect(run.command == CommandLine(words: ["a"], isShellForm: false))
        #expect(run.mounts.map(\.text) == ["type=tmpfs,target=/x", "target=/y"])
        #expect(run.mounts.map { dockerfile.source.text(in: $0.range) } == ["type=tmpfs,target=/x", "\"target=/y\""])
        #expect(run.network == .none && run.security == .insecure)
        #expect(run.flagsUsed == ["mount", "security", "network", "device"])
        #expect(run.devices.map(\.name) == ["v/c=d"] && run.devices.map(\.required) == [true])
    }

    @Test func commands() throws {
        #expect(try kind("CMD") == .cmd(CommandLine(words: [], isShellForm: true)))
        #expect(try kind("CMD a  b") == .cmd(CommandLine(words: ["a  b"], isShellForm: true)))
        #expect(try kind("ENTRYPOINT []") == .entrypoint(CommandLine(words: [], isShellForm: false)))
        #expect(try kind("SHELL [\"a\", \"b\"]") == .shell(["a", "b"]))
    }

    @Test func settings() throws {
        #expect(try kind("ENV a b c") == .env([KeyValue(key: "a", value: "b c", isSpaceSeparated: true)]))
        #expect(try kind("LABEL a=b") == .label([KeyValue(key: "a", value: "b")]))
        #expect(try kind("EXPOSE 9 80 10") == .expose(["10", "80", "9"]))
        #expect(try kind("VOLUME [\" /a \"]") == .volume(["/a"]))
        #expect(try kind("STOPSIGNAL --x 9") == .stopsignal("9"))
        #expect(try kind("MAINTAINER a b") == .maintainer("a b"))
        #expect(try kind("USER a b") == .user("a b"))
        #expect(try kind("WORKDIR a b") == .workdir("a b"))
        #expect(
            try kind("ARG --x a b=") == .arg([Argument(name: "a"), Argument(name: "b", defaultValue: "")]))
    }

    @Test func healthcheck() throws {
        #expect(try kind("HEALTHCHECK --x none") == .healthcheck(Healthcheck(test: ["NONE"])))
        var check = Healthcheck(test: ["CMD-SHELL", "a b"])
        check.interval = 90_000_000_000
        check.timeout = 1_500_000_000
        check.startInterval = 1_000_000
        check.retries = 3
        #expect(
            try kind(
                "HEALTHCHECK --interval=1m30s --timeout=1.5s --start-interval=1ms --start-period=0 --retries=+3 cmd a b"
            )
                == .healthcheck(check))
        #expect(try kind("HEALTHCHECK --interval= CMD [\"a\"]") == .healthcheck(Healthcheck(test: ["CMD", "a"])))
    }

    @Test(arguments: [
        ("0", 0), ("+1s", 1_000_000_000), ("1h1m1s1ms1us1ns", 3_661_001_001_001), (".5s", 500_000_000),
        ("5.s", 5_000_000_000), ("1µs1μs", 2000), ("-1s", -1_000_000_000), ("9223372036854775807ns", Int64.max),
        ("-9223372036854775808ns", Int64.min), ("0.000000001s", 1), ("2562047h47m16.854775807s", Int64.max),
    ])
    func durations(_ text: String, _ nanoseconds: Int64) throws {
        #expect(try parseDuration(text) == nanoseconds)
    }

    @Test(arguments: [
        "", "-", ".", ".s", "1", "s", "1x", "9223372036854775808ns", "99999999999999999999h", "1s 2s", "--1s",
    ])
    func wrongDurations(_ text: String) {
        #expect(throws: DurationError.self) { try parseDuration(text) }
    }

    @Test func triggers() throws {
        #expect(try kind("onbuild   RUN a\\\n  b ") == .onbuild("RUN a  b "))
        #expect(try kind("ONBUILD RUN <<E cat\nx\nE") == .onbuild("RUN <<E cat\nx\nE"))
        let trigger = try parseOnbuildTrigger("RUN <<E cat\nx\nE")
        #expect(
            trigger.kind
                == .run(
                    Run(
                        command: CommandLine(
                            words: ["<<E cat"], isShellForm: true,
                            files: [InlineFile(name: "E", data: "x\n", expands: true)]))))
        #expect(try parseOnbuildTrigger("RUN a `\nb", escape: "`").original == "RUN a b")
        #expect(throws: DockerfileError.self) { try parseOnbuildTrigger("FROM a") }
        #expect(throws: DockerfileError.self) { try parseOnbuildTrigger("RUN a\nRUN b") }
        #expect(throws: DockerfileError.self) { try parseOnbuildTrigger("") }
    }
}
