import BuildGraph
import DockerfileSyntax
import OCI
import Testing

/// A generator whose numbers depend on its seed alone.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}

@Suite("Random Dockerfiles")
struct PropertyTests {
    private static let words = [
        "a", "b", "c", "$A", "${B:-x}", "${C:?no}", "/", "..", ".", "x/y", "\"q r\"", "'s'", "\\$A", "0", "1", "99",
        "${A%a*}", "${A/a/b}", "é", "", "a=b", "A=$B", "80", "8000-8001/udp", "SIGTERM", "[\"x\", \"y\"]", "$", "${",
        "https://e.example/a.git", "http://e.example/f", "git@e.example:a",
    ]
    private static let flags = [
        "--from=a", "--from=b", "--from=0", "--from=2", "--from=img", "--link", "--parents", "--chmod=644", "--chmod=9",
        "--chown=$A", "--exclude=x", "--mount=target=/x", "--mount=type=cache,target=c,from=b",
        "--mount=type=tmpfs,target=/t",
        "--mount=type=secret,id=$A", "--mount=type=ssh", "--mount=from=a,target=$B", "--network=none",
        "--checksum=sha256:00",
    ]
    private static let keywords = [
        "RUN", "RUN", "COPY", "COPY", "ADD", "ENV", "ARG", "LABEL", "EXPOSE", "VOLUME", "USER", "WORKDIR", "CMD",
        "ENTRYPOINT",
        "SHELL", "STOPSIGNAL", "HEALTHCHECK", "ONBUILD RUN", "ONBUILD COPY", "MAINTAINER",
    ]

    private static func dockerfile(_ generator: inout SeededGenerator) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0...2, using: &generator) {
            text += "ARG \(["A", "B", "C"].randomElement(using: &generator) ?? "A")=\(word(&generator))\n"
        }
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let base = ["scratch", "a", "b", "img", "other:$A", "c"].randomElement(using: &generator) ?? "a"
            let name = ["a", "b", "c", nil].randomElement(using: &generator) ?? nil
            text += "FROM \(base)\(name.map { " AS \($0)" } ?? "")\n"
            for _ in 0..<Int.random(in: 0...6, using: &generator) { text += instruction(&generator) + "\n" }
        }
        return text
    }

    private static func word(_ generator: inout SeededGenerator) -> String {
        words.randomElement(using: &generator) ?? ""
    }

    private static func instruction(_ generator: inout SeededGenerator) -> String {
        var parts = [keywords.randomElement(using: &generator) ?? "RUN"]
        for _ in 0..<Int.random(in: 0...1, using: &generator) {
            parts.append(flags.randomElement(using: &generator) ?? "")
        }
        for _ in 0..<Int.random(in: 1...3, using: &generator) { parts.append(word(&generator)) }
        return parts.joined(separator: " ")
    }

    /// What planning gives, as text.
    private static func outcome(_ text: String, _ dockerfile: ParsedDockerfile, seed: UInt64) -> String {
        var options = PlanOptions(buildPlatform: amd64)
        if seed % 3 == 0 { options.buildArguments = ["A": "given", "B": ""] }
        if seed % 5 == 0 { options.target = "a" }
        if seed % 7 == 0 { options.namedContexts = ["b": .tree, "img": .image] }
        var images: [ImageInput: ImageConfig] = [:]
        for _ in 0..<20 {
            do {
                switch try Planner.plan(dockerfile, options: options, images: images) {
                case .plan(let plan):
                    check(plan, text)
                    return plan.stages.map { stage in
                        // A set's description has its members in any order, a document has them sorted.
                        let config = (try? CanonicalJSON.encode(stage.config)) ?? []
                        return
                            "\(stage.base)\(stage.steps)\(String(decoding: config, as: UTF8.self))\(stage.baseDisplayName)"
                    }.joined(separator: "\n")
                case .needs(let inputs):
                    for input in inputs {
                        #expect(images[input] == nil, "asked for twice: \(text)")
                        images[input] = config(
                            onBuild: seed % 2 == 0 ? ["RUN trigger", "COPY --from=deep /x /y"] : [], env: ["A=image"])
                    }
                }
            } catch {
                if let range = error.range {
                    #expect(range.start >= 0 && range.end <= text.utf8.count && range.start <= range.end, "\(text)")
                }
                #expect(!error.description.isEmpty && !error.description.contains("\n"), "\(error) in \(text)")
                return "\(error)"
            }
        }
        Issue.record("planning does not come to an end: \(text)")
        return ""
    }

    /// Stages come after what they read, layers and history entries pair up.
    private static func check(_ plan: Plan, _ text: String) {
        #expect(plan.stages.indices.contains(plan.target), "\(text)")
        for (index, stage) in plan.stages.enumerated() {
            if case .stage(let base) = stage.base { #expect(base < index, "\(text)") }
            for step in stage.steps {
                #expect(stage.config.history.indices.contains(step.historyIndex), "\(text)")
                switch step.kind {
                case .copy(let copy):
                    if case .stage(let source) = copy.from { #expect(source < index, "\(text)") }
                    #expect(copy.destination.hasPrefix("/"), "\(text)")
                case .run(let run):
                    for case .bind(.stage(let source), _, _, _) in run.mounts { #expect(source < index, "\(text)") }
                case .workdir(let workdir):
                    #expect(workdir.path.hasPrefix("/"), "\(text)")
                }
            }
        }
    }

    @Test("planning ends with a plan or an error, the same each time", arguments: 0..<8)
    func random(shard: Int) {
        var planned = 0
        for seed in 0..<500 {
            var generator = SeededGenerator(state: UInt64(shard * 1000 + seed))
            let text = Self.dockerfile(&generator)
            guard let dockerfile = try? parsed(text) else { continue }
            planned += 1
            let first = Self.outcome(text, dockerfile, seed: UInt64(seed))
            #expect(first == Self.outcome(text, dockerfile, seed: UInt64(seed)), "\(text)")
        }
        #expect(planned > 20)
    }
}
