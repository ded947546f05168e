import BuildGraph
import DockerfileSyntax
import OCI
import Testing

@testable import Builder

@Suite("Cache keys")
struct CacheKeyTests {
    private func steps(_ text: String, configure: (inout PlanOptions) -> Void = { _ in }) throws -> [Step] {
        var options = PlanOptions(buildPlatform: Platform(os: "linux", architecture: "amd64"))
        configure(&options)
        let dockerfile = try Dockerfile.parse(Array(text.utf8), path: "Dockerfile").resolve()
        guard case .plan(let plan) = try Planner.plan(dockerfile, options: options, images: [:]) else {
            throw BuildError.options("the Dockerfile needs images")
        }
        return plan.stages[plan.target].steps
    }

    /// Key of the last step.
    private func key(
        _ text: String, runtime: RunDefaults = RunDefaults(), configure: (inout PlanOptions) -> Void = { _ in }
    ) throws -> Digest {
        guard let step = try steps("FROM scratch\n" + text, configure: configure).last else {
            throw BuildError.options("no step")
        }
        return step.keyParts(platform: Platform(os: "linux", architecture: "amd64"), runtime: runtime).digest
    }

    @Test("no two lists of parts share a digest")
    func injective() {
        func digest(_ parts: (String, String)...) -> Digest {
            var key = CacheKey(kind: "k")
            for (name, value) in parts { key.add(name, value) }
            return key.digest
        }
        let digests = [
            digest(), digest(("", "")), digest(("a", "b")), digest(("ab", "")), digest(("", "ab")),
            digest(("a", "b"), ("c", "d")), digest(("a", "bc"), ("", "d")), digest(("c", "d"), ("a", "b")),
            digest(("a", "b\0")), digest(("a\0", "b")), digest(("a", "b"), ("", "")),
        ]
        #expect(Set(digests).count == digests.count)
        #expect(digest(("a", "b")) == digest(("a", "b")))
    }

    @Test("lists of different lengths differ even when their elements join to the same text")
    func lists() {
        func digest(_ values: [String]) -> Digest {
            var key = CacheKey(kind: "k")
            key.add("v", values)
            return key.digest
        }
        let lists: [[String]] = [[], [""], ["", ""], ["a b"], ["a", "b"], ["ab"], ["b", "a"]]
        #expect(Set(lists.map(digest)).count == lists.count)
    }

    @Test("every part of a RUN changes its key")
    func run() throws {
        let lines = [
            "RUN x", "RUN y", "RUN [\"x\"]", "RUN  --network=none x", "RUN --security=insecure x", "USER u\nRUN x",
            "WORKDIR /w\nRUN x", "ENV A=1\nRUN x", "ENV A=2\nRUN x", "ARG A=3\nRUN x", "SHELL [\"s\"]\nRUN x",
            "RUN <<A\n#!x\nA", "RUN <<B\n#!x\nB", "RUN <<A\n#!y\nA",
            "RUN --mount=target=/a x", "RUN --mount=target=/b x", "RUN --mount=target=/a,rw x",
            "RUN --mount=target=/a,source=b x", "RUN --mount=type=tmpfs,target=/a x",
            "RUN --mount=type=tmpfs,target=/a,size=1m x", "RUN --mount=type=cache,target=/a x",
            "RUN --mount=type=cache,target=/a,id=b x", "RUN --mount=type=cache,target=/a,sharing=locked x",
            "RUN --mount=type=cache,target=/a,ro x", "RUN --mount=type=cache,target=/a,mode=0700 x",
            "RUN --mount=type=cache,target=/a,uid=1 x", "RUN --mount=type=cache,target=/a,gid=1 x",
            "RUN --mount=type=secret,id=a x", "RUN --mount=type=secret,id=b x", "RUN --mount=type=secret,id=a,env=E x",
            "RUN --mount=type=secret,id=a,required x", "RUN --mount=type=secret,id=a,mode=0444 x",
            "RUN --mount=type=secret,id=a,uid=1 x", "RUN --mount=type=ssh x", "RUN --mount=type=ssh,id=a x",
            "RUN --mount=type=ssh,required x", "RUN --mount=type=ssh,target=/s x",
        ]
        let keys = try lines.map { try key($0) }
        for (index, key) in keys.enumerated() {
            #expect(
                keys.firstIndex(of: key) == index, "\(lines[index]) is like \(lines[keys.firstIndex(of: key) ?? 0])")
        }
    }

    @Test("mounts whose paths contain blanks are told apart")
    func blanks() throws {
        let pairs = [
            ("RUN --mount=\"source=/a b,target=/c\" x", "RUN --mount=\"source=/a,target=/b /c\" x"),
            ("RUN --mount=\"type=cache,id=a /b,target=/c\" x", "RUN --mount=\"type=cache,id=a,target=/b /c\" x"),
            ("RUN --mount=\"type=secret,id=a b,target=/c\" x", "RUN --mount=\"type=secret,id=a,target=b /c\" x"),
            ("RUN --mount=type=secret,id=a,target=-,env=E x", "RUN --mount=type=secret,id=a,env=E x"),
            ("RUN --mount=type=ssh,target=- x", "RUN --mount=type=ssh x"),
        ]
        for (first, second) in pairs {
            guard let left = try? key(first), let right = try? key(second) else { continue }
            #expect(left != right, "\(first)")
        }
        // The same with planned mounts, whatever the syntax permits.
        func digest(_ mount: StepMount) throws -> Digest {
            guard var step = try steps("FROM scratch\nRUN x").last, case .run(var run) = step.kind else {
                throw BuildError.options("no step")
            }
            run.mounts = [mount]
            step.kind = .run(run)
            return step.keyParts(platform: Platform(os: "linux", architecture: "amd64"), runtime: RunDefaults()).digest
        }
        #expect(
            try digest(.bind(source: .context, path: "/a b", target: "/c", readOnly: true))
                != digest(.bind(source: .context, path: "/a", target: "b /c", readOnly: true)))
    }

    @Test("what the command line sets for RUN is part of its key")
    func runtime() throws {
        let plain = try key("RUN x")
        var options = [RunDefaults](repeating: RunDefaults(), count: 5)
        options[0].network = .none
        options[1].extraHosts = ["h:1.2.3.4"]
        options[2].sharedMemorySize = 1 << 20
        options[3].ulimits = [.init(name: "nofile", soft: 1, hard: 2)]
        options[4].ulimits = [.init(name: "nofile", soft: 1, hard: 3)]
        let keys = try options.map { try key("RUN x", runtime: $0) } + [plain]
        #expect(Set(keys).count == keys.count)
        // A COPY has nothing to do with them.
        let copies = try options.map { try key("COPY a /", runtime: $0) }
        #expect(Set(copies).count == 1)
    }

    @Test("every part of COPY, ADD and WORKDIR changes its key")
    func copy() throws {
        let lines = [
            "COPY a /", "COPY b /", "COPY a /x", "COPY a /x/", "COPY a b /", "COPY --chown=1 a /", "COPY --chmod=1 a /",
            "COPY --link a /", "COPY --parents a /", "COPY --exclude=x a /", "COPY --exclude=x --exclude=y a /",
            "ADD a /",
            "ADD --unpack=true a /", "ADD --unpack=false a /", "ADD http://e.example/a /",
            "ADD http://e.example/a.git /",
            "ADD --keep-git-dir=true http://e.example/a.git /", "COPY <<A /\nx\nA", "COPY <<B /\nx\nB",
            "COPY <<A /\ny\nA",
            "WORKDIR /a", "WORKDIR /b", "USER u\nWORKDIR /a",
        ]
        let keys = try lines.map { try key($0) }
        for (index, key) in keys.enumerated() {
            #expect(
                keys.firstIndex(of: key) == index, "\(lines[index]) is like \(lines[keys.firstIndex(of: key) ?? 0])")
        }
    }

    @Test("what cannot change a result is not in its key")
    func irrelevant() throws {
        #expect(try key("ENV A=1\nCOPY a /") == key("COPY a /"))
        #expect(try key("LABEL a=1\nRUN x") == key("RUN x"))
        #expect(try key("RUN x") { $0.buildArguments = ["HTTP_PROXY": "http://p"] } == key("RUN x"))
        #expect(try key("RUN x") { $0.labels = ["a": "b"] } == key("RUN x"))
        #expect(try key("CMD a\nRUN x") == key("CMD b\nRUN x"))
    }
}
