import BuildGraph
import OCI
import Store
import Testing

@testable import Builder

@Suite("Builds and their cache", .timeLimit(.minutes(2)))
struct BuildCacheTests {
    private static let canMount: Comment = "needs root in a mount namespace of its own (unshare -m)"

    @Test("nothing runs when nothing changed, and the image is the same")
    func fullHit() async throws {
        let fixture = try BuildFixture()
        let text = "FROM scratch\nRUN write a 1\nRUN write b 2\nENV A=1\n"
        let first = try await fixture.build(text)
        #expect(first.ran == ["write a 1", "write b 2"])
        let second = try await fixture.build(text)
        #expect(second.ran == [])
        #expect(second.events.steps { $0 == .cached }.count == 2)
        #expect(second.outcome.descriptor?.digest == first.outcome.descriptor?.digest)
        // Configuration alone changes the image, but runs nothing.
        let third = try await fixture.build(text.replacing("A=1", with: "A=2"))
        #expect(third.ran == [])
        #expect(third.outcome.descriptor?.digest != first.outcome.descriptor?.digest)
    }

    @Test("a changed step runs, and all after it")
    func changedStep() async throws {
        let fixture = try BuildFixture()
        try await fixture.build("FROM scratch\nRUN write a 1\nRUN write b 1\nRUN write c 1\n")
        let changed = try await fixture.build("FROM scratch\nRUN write a 1\nRUN write b 2\nRUN write c 1\n")
        #expect(changed.ran == ["write b 2", "write c 1"])
        let back = try await fixture.build("FROM scratch\nRUN write a 1\nRUN write b 1\nRUN write c 1\n")
        #expect(back.ran == [])
    }

    @Test("a changed context file runs again what reads it, and nothing else")
    func changedFile() async throws {
        let fixture = try BuildFixture()
        try fixture.files.write("context/a/x", "1", time: 1_000)
        try fixture.files.write("context/b/x", "1", time: 1_000)
        let text = """
            FROM scratch AS reads-a
            RUN --mount=source=a,target=/a write a 1
            FROM scratch AS reads-b
            RUN --mount=source=b,target=/b write b 1
            FROM scratch
            RUN --mount=from=reads-a,target=/a --mount=from=reads-b,target=/b write c 1
            """
        guard BuildFixture.canMount else {
            let one = text.replacing(
                "FROM scratch\nRUN --mount=from=reads-a", with: "FROM scratch AS c\nRUN --mount=from=reads-a")
            try await fixture.build(one) { $0.target = "reads-a" }
            try fixture.files.write("context/b/x", "2")
            #expect(try await fixture.build(one) { $0.target = "reads-a" }.ran == [])
            try fixture.files.write("context/a/x", "2")
            #expect(try await fixture.build(one) { $0.target = "reads-a" }.ran == ["write a 1"])
            return
        }
        #expect(try await fixture.build(text).ran.count == 3)
        #expect(try await fixture.build(text).ran == [])
        // A new time alone changes nothing.
        try fixture.files.setTime("context/a/x", 2_000)
        #expect(try await fixture.build(text).ran == [])
        // The stage runs, gives the same files, and what reads the stage is found by its content.
        try fixture.files.write("context/a/x", "2")
        #expect(try await fixture.build(text).ran == ["write a 1"])
    }

    @Test(
        "a stage run again with the same result lets what copies from it be found",
        .enabled(if: BuildFixture.canMount, canMount))
    func contentKeys() async throws {
        let fixture = try BuildFixture()
        func text(_ comment: String, _ value: String) -> String {
            """
            FROM scratch AS build
            RUN write out \(value);say \(comment)
            FROM scratch
            COPY --from=build /out /out
            RUN write after 1
            """
        }
        let first = try await fixture.build(text("one", "1"))
        #expect(first.ran.count == 2)
        let same = try await fixture.build(text("two", "1"))
        #expect(same.ran == ["write out 1;say two"])
        #expect(
            same.outcome.images[0].manifest.layers.map(\.digest)
                == first.outcome.images[0].manifest.layers.map(\.digest))
        let other = try await fixture.build(text("three", "2"))
        #expect(other.ran == ["write out 2;say three", "write after 1"])
    }

    @Test("--no-cache runs all; what follows is found again afterwards")
    func noCache() async throws {
        let fixture = try BuildFixture()
        let text = "FROM scratch\nRUN writeRandom a\nRUN write b 1\n"
        let first = try await fixture.build(text)
        let second = try await fixture.build(text) { $0.ignoresCache = true }
        #expect(second.ran.count == 2)
        #expect(second.outcome.descriptor?.digest != first.outcome.descriptor?.digest)
        let third = try await fixture.build(text)
        #expect(third.ran == [])
        #expect(third.outcome.descriptor?.digest == second.outcome.descriptor?.digest)
        let fourth = try await fixture.build(text) { $0.ignoresCache = true }
        #expect(fourth.ran.count == 2)
        #expect(try await fixture.build(text).ran == [])
    }

    @Test(
        "--no-cache-filter runs its stage; a step that reads other files than before runs too",
        .enabled(if: BuildFixture.canMount, canMount))
    func filter() async throws {
        let fixture = try BuildFixture()
        func text(_ command: String) -> String {
            "FROM scratch AS Build\nRUN \(command) out 1\nFROM scratch\nRUN write own 1\nCOPY --from=build /out /out\n"
        }
        try await fixture.build(text("write"))
        let same = try await fixture.build(text("write")) { $0.uncachedStages = ["build"] }
        #expect(same.ran == ["write out 1"])
        #expect(same.events.steps { $0 == .cached }.count == 2)
        let first = try await fixture.build(text("writeRandom"))
        let changed = try await fixture.build(text("writeRandom")) { $0.uncachedStages = ["BUILD"] }
        #expect(changed.ran == ["writeRandom out 1"])
        #expect(changed.outcome.descriptor?.digest != first.outcome.descriptor?.digest)
        #expect(try await fixture.build(text("writeRandom")).ran == [])
    }

    @Test("a layer of COPY --link is used again on another parent, byte for byte")
    func link() async throws {
        let fixture = try BuildFixture()
        try fixture.files.write("context/file", "x", time: 1_000)
        try fixture.files.write("context/newer", "x", time: 2_000)
        func text(_ value: String) -> String { "FROM scratch\nRUN write a \(value)\nCOPY --link file /dir/file\n" }
        let first = try await fixture.build(text("1"))
        let second = try await fixture.build(text("2"))
        #expect(second.events.steps { $0 == .cached } == ["[2/2] COPY --link file /dir/file"])
        #expect(
            second.outcome.images[0].manifest.layers.last?.digest
                == first.outcome.images[0].manifest.layers.last?.digest)
        #expect(
            second.outcome.images[0].manifest.layers.first?.digest
                != first.outcome.images[0].manifest.layers.first?.digest)
        // The layer does not even know how new its parent is.
        let newer = "FROM scratch\nCOPY --link newer /\nCOPY --link file /dir/file\n"
        let other = try BuildFixture()
        try other.files.write("context/file", "x", time: 1_000)
        try other.files.write("context/newer", "x", time: 2_000)
        let fresh = try await other.build(newer)
        #expect(
            fresh.outcome.images[0].manifest.layers.last?.digest == first.outcome.images[0].manifest.layers.last?.digest
        )
    }

    @Test("stages that do not read each other run at once")
    func overlap() async throws {
        let fixture = try BuildFixture()
        guard BuildFixture.canMount else { return }
        let text = """
            FROM scratch AS a
            RUN meet 3
            FROM scratch AS b
            RUN meet 3;
            FROM scratch AS c
            RUN meet 3;;
            FROM scratch
            RUN --mount=from=a,target=/a --mount=from=b,target=/b --mount=from=c,target=/c true
            """
        #expect(try await fixture.build(text).ran.count == 4)
        #expect(fixture.executor.most == 3)
    }

    @Test("a stage that fails ends the others")
    func failure() async throws {
        let fixture = try BuildFixture()
        let text = """
            FROM scratch AS a
            RUN sleep
            FROM scratch AS b
            RUN meet 2;fail
            FROM scratch
            RUN --mount=from=a,target=/a --mount=from=b,target=/b never
            """
        do {
            try await fixture.build(text)
            Issue.record("the build did not fail")
        } catch BuildError.commandFailed(let failure) {
            #expect(failure.exitCode == 1)
            #expect(failure.step.displayName == "[b 1/1] RUN meet 2;fail")
            #expect(failure.step.lines == 4...4)
        }
        #expect(fixture.executor.cancelled == 1)
        #expect(fixture.executor.ran.contains("never") == false)
        // Nothing of it was recorded.
        #expect(try await fixture.build("FROM scratch AS b\nRUN write x 1\n").ran == ["write x 1"])
    }

    @Test("cancelling a build ends it, and what was finished is kept")
    func cancellation() async throws {
        let fixture = try BuildFixture()
        let task = Task { try await fixture.build("FROM scratch\nRUN write a 1\nRUN sleep\n") }
        while fixture.executor.ran.count < 2 { try await Task.sleep(for: .milliseconds(5)) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try await fixture.build("FROM scratch\nRUN write a 1\nRUN write b 1\n").ran == ["write b 1"])
    }

    @Test("two builds at once run a step once")
    func once() async throws {
        let fixture = try BuildFixture()
        let text = "FROM scratch\nRUN pause;write a 1\nRUN pause;writeRandom b\n"
        async let first = fixture.build(text)
        async let second = fixture.build(text)
        let digests = [try await first.outcome.descriptor?.digest, try await second.outcome.descriptor?.digest]
        #expect(fixture.executor.ran.count == 2)
        #expect(digests[0] == digests[1])
    }

    @Test("a build that waits for another's step can be cancelled")
    func cancelledWait() async throws {
        let fixture = try BuildFixture()
        let text = "FROM scratch\nRUN sleep\n"
        let holder = Task { try await fixture.build(text) }
        while fixture.executor.ran.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        let waiting = Task { try await fixture.build(text) }
        try await Task.sleep(for: .milliseconds(100))
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        #expect(fixture.executor.ran.count == 1)
        holder.cancel()
        _ = await holder.result
    }

    @Test(
        "dozens of stages that lock one cache mount do not block each other for ever",
        .enabled(if: BuildFixture.canMount, canMount))
    func lockedCaches() async throws {
        let fixture = try BuildFixture()
        var text = ""
        var mounts = ""
        for number in 0..<24 {
            // Odd ones name the two caches in the other order, and one of them twice.
            let flags = [
                "--mount=type=cache,id=a,target=/a,sharing=locked", "--mount=type=cache,id=b,target=/b,sharing=locked",
            ]
            let ordered =
                number % 2 == 0 ? flags : flags.reversed() + ["--mount=type=cache,id=a,target=/c,sharing=locked"]
            text += "FROM scratch AS s\(number)\nRUN \(ordered.joined(separator: " ")) write f \(number)\n"
            mounts += " --mount=from=s\(number),target=/\(number)"
        }
        let built = try await fixture.build(text + "FROM scratch\nRUN\(mounts) last\n")
        #expect(built.ran.count == 25)
        #expect(fixture.executor.most == 1)
    }

    @Test("secrets are in no record, no history, no layer")
    func secrets() async throws {
        let fixture = try BuildFixture()
        let secret = "hunter2-\(UInt64.random(in: 0 ... .max))"
        try fixture.files.write("secret", secret)
        let path = fixture.files.base + "/secret"
        let text = """
            FROM scratch
            RUN --mount=type=secret,id=token needSecret;write a 1
            RUN --mount=type=secret,id=token,env=TOKEN needSecret;write b 1
            """
        let built = try await fixture.build(text) { $0.secrets = ["token": .file(path)] }
        #expect(built.ran.count == 2)
        #expect(fixture.executor.specs.contains { $0.environment.contains("TOKEN=\(secret)") })
        let document = String(decoding: built.outcome.images[0].configBytes, as: UTF8.self)
        #expect(!document.contains(secret))
        #expect(try fixture.storeContains(secret) == false)
        // The search itself finds what is there.
        #expect(try fixture.storeContains("needSecret"))
        // Another value is not another key.
        try fixture.files.write("secret", "other")
        #expect(try await fixture.build(text) { $0.secrets = ["token": .file(path)] }.ran == [])
    }

    @Test("a required secret that is not given is an error of its step")
    func missingSecret() async throws {
        let fixture = try BuildFixture()
        do {
            try await fixture.build("FROM scratch\nRUN --mount=type=secret,id=token,required=true x\n")
            Issue.record("the build did not fail")
        } catch BuildError.stepFailed(let step, let reason, _) {
            #expect(step.lines == 2...2)
            #expect(reason.contains("token"))
        }
        #expect(fixture.executor.ran.isEmpty)
    }

    @Test("two stores give the same image, whatever the files' times in the step")
    func determinism() async throws {
        var digests: Set<Digest?> = []
        for _ in 0..<2 {
            let fixture = try BuildFixture()
            try fixture.files.write("context/f", "x", time: 1_234)
            let built = try await fixture.build("FROM scratch\nCOPY f /f\n") { _ in }
            digests.insert(built.outcome.descriptor?.digest)
            try await Task.sleep(for: .milliseconds(1_100))
        }
        #expect(digests.count == 1)
    }
}
