import Glibc
import Subprocess
import TestSupport
import Testing

@Suite("whittle run", .enabled(if: canRun, "needs root, busybox-static and an OCI runtime"))
struct RunTests {
    @Test("the status of the command is the status of the program")
    func status() async throws {
        try await Program.with { whittle in
            try await whittle.build("app", #"CMD ["/bin/sh", "-c", "exit 3"]"#)
            #expect(try await whittle("run", "app").status == 3)
            #expect(try await whittle("run", "--rm", "app", "/bin/sh", "-c", "kill -9 $$; exit 4").status != 0)
            #expect(try await whittle("run", "app", "/bin/sh", "-c", ":").status == 0)
        }
    }

    @Test("entry point, command, variables, user and directory")
    func process() async throws {
        try await Program.with { whittle in
            try await whittle.build(
                "app", "ENTRYPOINT [\"/bin/busybox\", \"echo\"]\nCMD [\"default\"]\nWORKDIR /data\n")
            #expect(try await whittle("run", "app").output == "default\n")
            #expect(try await whittle("run", "app", "-n", "x").output == "x")
            #expect(try await whittle("run", "--entrypoint", "/bin/busybox", "app", "pwd").output == "/data\n")
            try whittle.scratch.write("vars", "# a remark\nONE=1\nWHO=file\n")
            let ended = try await whittle(
                "run", "--env-file", whittle.scratch.path("vars"), "-e", "TWO=2", "-u", "12:34", "-w", "/bin",
                "--entrypoint", "/bin/sh", "app", "-c", "echo $ONE $TWO $WHO; busybox id -u; busybox id -g; busybox pwd"
            )
            #expect(ended.output == "1 2 file\n12\n34\n/bin\n", "\(ended.error)")
        }
    }

    @Test("standard input and both outputs are passed on")
    func streams() async throws {
        try await Program.with { whittle in
            try await whittle.build("app")
            let ended = try await whittle(
                "run", "-i", "app", "/bin/sh", "-c", "busybox cat; echo wrong >&2", input: "a line\n")
            #expect(ended.output == "a line\n")
            #expect(ended.error == "wrong\n")
            #expect(try await whittle("run", "app", "/bin/busybox", "cat", input: "unseen").output == "")
        }
    }

    @Test("what cannot be started has docker's status")
    func failures() async throws {
        try await Program.with { whittle in
            try await whittle.build("app")
            expectOneError(try await whittle("run", "app", "/nope"), status: 127, "/nope")
            expectOneError(try await whittle("run", "app", "/data"), status: 126, "/data")
            expectOneError(try await whittle("run", "--pull", "never", "absent"), status: 125, "absent:latest")
            expectOneError(try await whittle("run", "app"), status: 125, "no command")
            expectOneError(
                try await whittle("run", "--pull", "never", "--platform", "linux/s390x", "app", "/bin/sh"), status: 125,
                "app:latest")
            expectOneError(try await whittle("run", "-u", "nobody-here", "app", "/bin/sh"), status: 125, "nobody-here")
            expectOneError(try await whittle("run", "-v", "name:/x", "app", "/bin/sh"), status: 125, "named volumes")
            expectOneError(
                try await whittle("run", "oci-archive:/nonexistent.tar", "/bin/sh"), status: 125, "/nonexistent.tar")
        }
    }

    @Test("mounts, volumes and a read-only root")
    func mounts() async throws {
        try await Program.with { whittle in
            try await whittle.build("app", "VOLUME /data /fresh")
            try whittle.scratch.write("host/f", "from the host\n")
            let host = whittle.scratch.path("host")
            let ended = try await whittle(
                "run", "--read-only", "-v", "\(host):/mnt:ro", "--tmpfs", "/memory:size=1m", "app", "/bin/sh", "-c",
                """
                busybox cat /mnt/f /data/file
                echo new >/data/file && echo new >/fresh/x && echo new >/memory/x && busybox cat /data/file
                (echo no >/x) 2>/dev/null || echo root is closed
                (echo no >/mnt/f) 2>/dev/null || echo mount is closed
                """)
            #expect(
                ended.output == "from the host\ncontent\nnew\nroot is closed\nmount is closed\n", "\(ended.error)")
            // Nothing of it is kept.
            #expect(try await whittle("run", "app", "/bin/busybox", "cat", "/data/file").output == "content\n")
        }
    }

    @Test("TERM stops with the image's signal, and nothing is left behind")
    func termination() async throws {
        try await Program.with { whittle in
            try await whittle.build("app", "STOPSIGNAL SIGUSR1")
            let script = """
                trap 'echo stopped; exit 9' USR1
                trap 'echo hup; echo >/marks/hup' HUP
                echo >/marks/ready
                while :; do busybox sleep 0.05; done
                """
            let marks = whittle.scratch.path("marks")
            let result = try await Subprocess.run(
                .path(.init(try #require(Program.path))),
                arguments: ["run", "-v", "\(marks):/marks", "app", "/bin/sh", "-c", script],
                environment: .inherit.updating(whittle.variables), input: .none, output: .string(limit: 4096),
                error: .string(limit: 4096)
            ) { execution in
                for (mark, signal) in [("ready", Signal.terminalClosed), ("hup", .terminate)] {
                    for _ in 0..<400 where access("\(marks)/\(mark)", F_OK) != 0 {
                        try await Task.sleep(for: .milliseconds(25))
                    }
                    try execution.send(signal: signal)
                }
            }
            #expect(result.standardOutput == "hup\nstopped\n", "\(result.standardError)")
            #expect(result.terminationStatus == .exited(9))
            #expect(try await whittle.other("ls", whittle.store + "/tmp").output == "")
            #expect(try await whittle.other("grep", "-c", whittle.scratch.path, "/proc/self/mounts").output == "0\n")
        }
    }

    @Test("a port under another number is forwarded")
    func ports() async throws {
        try await Program.with { whittle in
            try await whittle.build("app")
            let inside = Int.random(in: 30000..<40000)
            let outside = inside + 10000
            async let server = whittle(
                "run", "-p", "127.0.0.1:\(outside):\(inside)", "--stop-timeout", "1", "app", "/bin/sh", "-c",
                "echo answer | busybox timeout 20 busybox nc -l -p \(inside)")
            var answer = ""
            for _ in 0..<100 where answer.isEmpty {
                try await Task.sleep(for: .milliseconds(100))
                answer = try await whittle.other("busybox", "nc", "-w", "2", "127.0.0.1", "\(outside)").output
            }
            #expect(answer == "answer\n")
            _ = try await server
            expectOneError(try await whittle("run", "-p", "99999:1", "app"), status: 125, "99999")
        }
    }

    @Test("help is help, wherever the command's own words begin")
    func help() async throws {
        try await Program.with { whittle in
            let help = try await whittle("run", "--help")
            #expect(help.status == 0)
            #expect(help.output.contains("--entrypoint"))
            expectOneError(try await whittle("run", "--unheard-of", "app"), status: 125, "--unheard-of")
        }
    }
}
