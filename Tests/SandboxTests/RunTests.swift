import Glibc
import Testing

@testable import Sandbox

/// Containers as they run. Serialized, so that what one leaves behind is not blamed on another.
@Suite(.serialized, .enabled(if: Requirements.canRun, Requirements.notice))
struct RunTests {
    @Test func exitStatusIsThePrograms() async throws {
        try await inPrivateNamespace {
            let container = try ContainerFixture()
            #expect(try await container.run(container.spec("true")).status == Sandbox.ExitStatus(code: 0))
            #expect(try await container.run(container.shell("exit 42")).status.code == 42)
            let killed = try await container.run(container.shell("sh -c 'kill -TERM $$'; exit $?"))
            #expect(killed.status.code == 143)
            #expect(killed.status.signal == SIGTERM)
        }
    }

    @Test(arguments: [
        ("nosuch", SandboxError.commandNotFound("nosuch")),
        ("/bin/nosuch", .commandNotFound("/bin/nosuch")),
        ("/etc", .commandNotExecutable("/etc", reason: "permission denied")),
        ("/plain", .commandNotExecutable("/plain", reason: "permission denied")),
        ("/interpreter", .commandNotFound("/interpreter")),
        (
            "/garbage",
            .commandNotExecutable("/garbage", reason: "not a program for this machine (exec format error)")
        ),
    ])
    func programThatCannotStart(program: String, error: SandboxError) async throws {
        for runtime in ["crun", "runc"] where (try? OCIRuntime.find(runtime)) != nil {
            try await inPrivateNamespace {
                let container = try ContainerFixture(runtime: runtime)
                container.files.file("root/plain", "x")
                container.files.file("root/interpreter", "#!/no/such/interpreter\n", mode: 0o755)
                container.files.file("root/garbage", "garbage\n", mode: 0o755)
                await #expect(throws: error, "\(runtime)") { try await container.run(container.spec(program)) }
                #expect(container.changes == [], "\(runtime)")
            }
        }
    }

    @Test func outputArrivesCompleteAndApart() async throws {
        try await inPrivateNamespace {
            let container = try ContainerFixture()
            let large = try await container.run(
                container.shell("yes 0123456789abcde | head -c 10485760; echo done >&2"))
            #expect(large.output.utf8.count == 10_485_760)
            #expect(large.error == "done\n")

            let collected = Collected()
            let script = "for i in 1 2 3; do echo $i; sleep 0.05; echo $i >&2; sleep 0.05; done"
            _ = try await container.executor.run(
                container.shell(script), streams: StandardStreams(output: .deliver { collected.append($1, $0) }))
            #expect(collected.interleaved == "o:1\ne:1\no:2\ne:2\no:3\ne:3\n")
        }
    }

    @Test func inputComesFromADescriptor() async throws {
        try await inPrivateNamespace {
            let container = try ContainerFixture()
            let input = open(container.files.file("input", "hello"), O_RDONLY)
            defer { close(input) }
            let collected = Collected()
            _ = try await container.executor.run(
                container.spec("cat"),
                streams: StandardStreams(input: .descriptor(input), output: .deliver { collected.append($1, $0) }))
            #expect(collected.text(.output) == "hello")
            #expect(try await container.run(container.spec("cat")).output == "")
        }
    }

    @Test func confinementIsDockers() async throws {
        for runtime in ["crun", "runc"] where (try? OCIRuntime.find(runtime)) != nil {
            try await inPrivateNamespace {
                let container = try ContainerFixture(runtime: runtime)
                let run = try await container.run(
                    container.shell(
                        """
                        grep -E '^(Seccomp|CapEff|CapBnd|NoNewPrivs):' /proc/self/status
                        mount -t tmpfs x /tmp 2>/dev/null && echo mounted
                        unshare -U true 2>/dev/null && echo unshared
                        mknod /device b 7 0 && cat /device 2>/dev/null && echo read
                        mknod /dev/device b 7 0 2>/dev/null && cat /dev/device 2>/dev/null && echo read
                        echo x > /proc/sys/kernel/hostname 2>/dev/null && echo wrote
                        touch /sys/x 2>/dev/null && echo wrote
                        cat /proc/kcore 2>/dev/null | wc -c
                        cat /proc/timer_list | wc -c
                        rm -f /dev/device; ls /dev; hostname; echo $$; echo x > /dev/null; head -c 3 /dev/zero | wc -c
                        """))
                #expect(
                    run.output == """
                        CapEff:\t00000000a80425fb
                        CapBnd:\t00000000a80425fb
                        NoNewPrivs:\t0
                        Seccomp:\t2
                        0
                        0
                        fd
                        full
                        mqueue
                        null
                        ptmx
                        pts
                        random
                        shm
                        stderr
                        stdin
                        stdout
                        tty
                        urandom
                        zero
                        buildkitsandbox
                        1
                        3

                        """, "\(runtime): \(run.error)")
            }
        }
    }

    @Test func insecureMayAdministrate() async throws {
        for runtime in ["crun", "runc"] where (try? OCIRuntime.find(runtime)) != nil {
            try await inPrivateNamespace {
                let container = try ContainerFixture(runtime: runtime)
                var spec = container.shell(
                    "mount -t tmpfs x /tmp && grep Seccomp: /proc/self/status; echo x > /dev/null")
                spec.insecure = true
                #expect(try await container.run(spec).output == "Seccomp:\t0\n", "\(runtime)")
            }
        }
    }

    @Test func networkNoneHasOnlyLoopback() async throws {
        try await inPrivateNamespace {
            let container = try ContainerFixture()
            var spec = container.shell("ls /sys/class/net; ip addr show lo | grep -o 'inet [0-9.]*'")
            spec.network = .none
            #expect(try await container.run(spec).output == "lo\ninet 127.0.0.1\n")
        }
    }

    @Test func cancellationLeavesNothing() async throws {
        for runtime in ["crun", "runc"] where (try? OCIRuntime.find(runtime)) != nil {
            try await inPrivateNamespace {
                let container = try ContainerFixture(runtime: runtime)
                let mountsBefore = mounts()
                let marker = "7\(UInt32.random(in: 1000...9999))"
                let task = Task(executorPreference: PrivateNamespace.shared) {
                    try await container.run(container.shell("trap '' TERM INT; sleep \(marker) & sleep \(marker)"))
                }
                for _ in 0..<200 where processes(with: marker) < 2 { try await Task.sleep(for: .milliseconds(10)) }
                #expect(processes(with: marker) >= 2)
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
                #expect(processes(with: marker) == 0)
                #expect(mounts() == mountsBefore)
                #expect(directoryEntries(container.scratch.path) == ["runtime-1"])
                #expect(directoryEntries(container.scratch.path + "/runtime-1") == [])
                #expect(container.changes == [])
                #expect(controlGroups() == [])
            }
        }
    }

    @Test func cancellationBeforeTheStart() async throws {
        try await inPrivateNamespace {
            let container = try ContainerFixture()
            let task = Task(executorPreference: PrivateNamespace.shared) {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await container.run(container.shell("touch /started"))
            }
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(container.changes == [])
            #expect(directoryEntries(container.scratch.path) == ["runtime-1"])
        }
    }

    @Test func manyAtOnce() async throws {
        try await inPrivateNamespace {
            let container = try ContainerFixture()
            try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<8 {
                    group.addTask(executorPreference: PrivateNamespace.shared) {
                        var spec = container.shell("sleep 0.1; echo \(number)")
                        let upper = container.files.directory("upper-\(number)")
                        let work = container.files.directory("work-\(number)")
                        spec.root = .overlay(lowers: [container.root], upper: upper, work: work)
                        return try await container.run(spec).output
                    }
                }
                let outputs = try await group.reduce(into: []) { $0.append($1) }
                #expect(outputs.sorted() == (0..<8).map { "\($0)\n" })
            }
            #expect(directoryEntries(container.scratch.path) == ["runtime-1"])
        }
    }

    @Test func signalsReachTheProcess() async throws {
        try await inPrivateNamespace {
            let container = try ContainerFixture()
            let control = SandboxControl()
            let script = "trap 'echo got; exit 7' TERM; echo ready; while :; do sleep 0.05; done"
            let run = try await container.executor.run(
                container.shell(script),
                streams: StandardStreams(output: .deliver { _, _ in control.send(signal: SIGTERM) }), control: control)
            #expect(run.code == 7)
        }
    }

    @Test func userWorkingDirectoryAndEnvironment() async throws {
        try await inPrivateNamespace {
            let container = try ContainerFixture()
            container.files.file("root/etc/passwd", "root:x:0:0::/root:/bin/sh\napp:x:1000:1001::/home/app:/bin/sh\n")
            container.files.file("root/etc/group", "app:x:1001:\nextra:x:50:app\n")
            var spec = container.shell(
                "id -u; id -g; id -G; pwd; echo $HOME $A; umask; touch file; stat -c '%u %g %a' . /new")
            spec.user = .named("app")
            spec.workingDirectory = "/new/work"
            spec.environment.append("A=b c")
            let run = try await container.run(spec)
            #expect(
                run.output
                    == "1000\n1001\n1001 50\n/new/work\n/home/app b c\n0022\n1000 1001 755\n1000 1001 755\n")
            #expect(container.changes == ["new", "new/work", "new/work/file"])
            spec.user = .named("nobody")
            await #expect(throws: SandboxError.unknownUser("nobody")) { try await container.run(spec) }
        }
    }

    @Test func mountsSecretsAndLimits() async throws {
        try await inPrivateNamespace {
            let container = try ContainerFixture()
            let shared = container.files.directory("shared")
            container.files.file("shared/a", "from the host")
            var spec = container.shell(
                """
                cat /in/a; echo; touch /in/b 2>/dev/null || echo read-only; echo out > /out/c
                stat -c '%a %u %g' /run/secrets/s; cat /run/secrets/s; echo; echo x > /t/x; ls /t; ulimit -n
                df -k /dev/shm | grep -c 1024; df -k /t | grep -c 2048; ls /t/in
                """)
            spec.mounts = [
                SandboxMount(.bind(shared), at: "/t/in", readOnly: true),
                SandboxMount(.bind(shared), at: "/in", readOnly: true),
                SandboxMount(.bind(container.files.directory("output")), at: "/out"),
                SandboxMount(
                    .content(Array("secret".utf8), mode: 0o400, uid: 5, gid: 6), at: "/run/secrets/s", readOnly: true),
                SandboxMount(.temporary(size: 2 << 20), at: "/t"),
            ]
            spec.ulimits = [Ulimit(name: "nofile", soft: 77, hard: 88)]
            spec.sharedMemorySize = 1 << 20
            let run = try await container.run(spec)
            #expect(
                run.output
                    == "from the host\nread-only\n400 5 6\nsecret\nin\nx\n77\n1\n1\na\n", "\(run.error)")
            #expect(readSmallFile(container.files.path + "/output/c") == "out\n")
            #expect(container.changes == [])
        }
    }

    @Test func nameResolutionFilesAreMountedOnly() async throws {
        try await inPrivateNamespace {
            let container = try ContainerFixture()
            var spec = container.shell(
                "echo 1.2.3.4 foo >> /etc/hosts; cat /etc/hosts; grep -c nameserver /etc/resolv.conf")
            spec.hosts = [HostEntry(name: "db", address: "10.0.0.1")]
            spec.resolver.nameservers = ["192.0.2.1"]
            let run = try await container.run(spec)
            #expect(
                run.output == """
                    127.0.0.1\tlocalhost buildkitsandbox
                    ::1\tlocalhost ip6-localhost ip6-loopback
                    10.0.0.1\tdb
                    1

                    """)
            #expect(container.changes == [])
        }
    }

    @Test func aRunOnNothingLeavesTheSystemDirectories() async throws {
        try await inPrivateNamespace {
            let container = try ContainerFixture()
            var spec = container.spec("/busybox", "true")
            container.files.directory("empty")
            try Scratch.write(
                readSmallFileBytes("/usr/bin/busybox"), to: container.files.path + "/empty/busybox", mode: 0o755)
            spec.root = .overlay(
                lowers: [container.files.path + "/empty"], upper: container.upper, work: container.files.path + "/work")
            spec.mounts = [
                SandboxMount(.temporary(), at: "/tmp"),
                SandboxMount(.bind(container.root), at: "/sub/target", readOnly: true),
                SandboxMount(.bind(container.root), at: "/sub/other"),
            ]
            #expect(try await container.run(spec).status.isSuccess)
            #expect(container.changes == ["dev", "proc", "sys"])
        }
    }

    /// Groups that a run has left.
    private func controlGroups() -> [String] {
        directoryEntries("/sys/fs/cgroup").flatMap { hierarchy in
            directoryEntries("/sys/fs/cgroup/\(hierarchy)/whittle").filter { $0.hasPrefix("whittle-\(getpid())-") }
        }
    }

    private func mounts() -> String { readSmallFile("/proc/thread-self/mountinfo") ?? "" }

    /// How many processes of the machine have `text` in their command line.
    private func processes(with text: String) -> Int {
        directoryEntries("/proc").filter { $0.allSatisfy(\.isNumber) && $0 != String(getpid()) }.filter { id in
            readSmallFile("/proc/\(id)/cmdline")?.contains(text) == true
        }.count
    }
}
