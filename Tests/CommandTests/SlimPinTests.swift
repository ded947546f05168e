import TestSupport
import Testing

@Suite(
    "Pins of slim", .enabled(if: canRun && isInstalled("docker-registry"), "needs root, busybox and docker-registry"))
struct SlimPinTests {
    /// A Dockerfile that is left in its stages, with every kind of base.
    private func dockerfile(_ host: String, _ digest: Substring) -> String {
        """
        ARG V=1
        # the base
        FROM \(host)/base:1 AS first
        FROM \(host)/base:${V} AS second
        FROM \(host)/base:1@\(digest) AS third
        FROM local:1 AS fourth
        FROM scratch AS fifth
        FROM --platform=linux/amd64 \(host)/base:1
        COPY --from=first /data/file /a
        COPY --from=second /data/file /b
        CMD ["/bin/busybox", "sleep", "infinity"]

        """
    }

    @Test("registries' answers are written, nothing else is")
    func pins() async throws {
        try await Program.with { whittle in
            try await whittle.build("base:1")
            try await whittle.build("local:1", "LABEL a=b")
            let scratch = whittle.scratch
            try scratch.write("app/data/file", "content\n")
            let context = scratch.path("app")
            var pinned = ""
            try await withRegistry(scratch) { host in
                let pushed = try await whittle("push", "-q", "base:1", "\(host)/base:1")
                let digest = pushed.output.prefix { $0 != "\n" }
                try #require(digest.hasPrefix("sha256:"), "\(pushed.error)")
                let text = dockerfile(host, digest)
                try scratch.write("app/Dockerfile", text)
                try #require(try await whittle("build", "-q", "-t", "plain:1", context).status == 0)

                let asked = try await whittle("slim", "--no-build", "--pin", "-o", scratch.path("pinned"), context)
                #expect(asked.status == 0, "\(asked.error)")
                pinned = try self.text(scratch, "pinned")
                let lines = pinned.split(separator: "\n")
                #expect(lines[2] == "FROM \(host)/base:1@\(digest) AS first")
                #expect(lines[7] == "FROM --platform=linux/amd64 \(host)/base:1@\(digest)")
                let others = text.split(separator: "\n")
                for line in others.indices where line != 2 && line != 7 { #expect(lines[line] == others[line]) }
                #expect(asked.output.contains("[pinned-base]"))

                try await whittle("slim", "--no-build", "-o", scratch.path("plain"), context)
                #expect(try self.text(scratch, "plain") == text)
                // What was pinned stays as it is.
                try scratch.write("app/Dockerfile", pinned)
                try await whittle("slim", "--no-build", "--pin", "-o", scratch.path("again"), context)
                #expect(try self.text(scratch, "again") == pinned)
                // A tag that has moved on: the digest is that of the image which builds here use.
                try await whittle.build("base:2", "ENV MOVED=1")
                let moved = try await whittle("push", "-q", "base:2", "\(host)/base:1")
                #expect(!moved.output.hasPrefix(digest))
                try scratch.write("app/Dockerfile", text)
                try await whittle("slim", "--no-build", "--pin", "-o", scratch.path("moved"), context)
                #expect(try self.text(scratch, "moved") == pinned)
            }
            // Nobody answers any more, and none is needed.
            try scratch.write("app/Dockerfile", pinned)
            let built = try await whittle("build", "-q", "-t", "pinned:1", context)
            try #require(built.status == 0, "\(built.error)")
            let plain = digest(in: try await whittle("inspect", "--format", "json", "plain:1").output)
            #expect(plain != nil)
            #expect(digest(in: try await whittle("inspect", "--format", "json", "pinned:1").output) == plain)
        }
    }

    private func text(_ scratch: ScratchDirectory, _ name: String) throws -> String {
        String(decoding: try scratch.read(name), as: UTF8.self)
    }

    /// The first one, which is the image's.
    private func digest(in text: String) -> Substring? {
        text.split(separator: "\"").first { $0.hasPrefix("sha256:") }
    }
}
