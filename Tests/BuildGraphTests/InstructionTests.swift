@testable import BuildGraph
import DockerfileSyntax
import OCI
import Testing

@Suite("Instructions")
struct InstructionTests {
    @Test("history has Docker's texts")
    func history() throws {
        let plan = try plan(
            """
            FROM scratch
            MAINTAINER me
            ENV A=1 B="x y"
            LABEL l="1 2"
            EXPOSE 80 53/udp
            VOLUME ["/a", "/b c"]
            USER u
            WORKDIR w
            SHELL ["/bin/bash", "-c"]
            STOPSIGNAL SIGINT
            ENTRYPOINT ["e", "q\\"t\\ttab"]
            CMD run it
            HEALTHCHECK --interval=90s --timeout=1500ms --retries=3 CMD check me
            ARG V=7
            RUN make
            COPY --chown=1:2 --chmod=644 a b /dst/
            ADD x y
            """)
        #expect(
            plan.history == [
                "MAINTAINER me", "ENV A=1 B=x y", "LABEL l=1 2", "EXPOSE [53/udp 80/tcp]", "VOLUME [/a /b c]",
                "USER u", "WORKDIR /w", "SHELL [/bin/bash -c]", "STOPSIGNAL SIGINT", #"ENTRYPOINT ["e" "q\"t\ttab"]"#,
                #"CMD ["/bin/bash" "-c" "run it"]"#,
                "HEALTHCHECK {Test:[CMD-SHELL check me] Interval:1m30s Timeout:1.5s StartPeriod:0s StartInterval:0s Retries:3}",
                "ARG V=7", "RUN |1 V=7 /bin/bash -c make # buildkit",
                "COPY --chown=1:2 --chmod=644 a b /dst/ # buildkit", "ADD x y # buildkit",
            ])
        let layers = plan.last.config.history.filter { $0.emptyLayer != true }
        #expect(layers.count == plan.last.steps.count)
        for step in plan.last.steps {
            #expect(plan.last.config.history[step.historyIndex].emptyLayer != true)
        }
        #expect(plan.last.config.history.allSatisfy { $0.comment == "buildkit.dockerfile.v0" })
    }

    @Test("a new ENTRYPOINT drops an inherited CMD, but not one of the same stage")
    func entrypoint() throws {
        let base = ["base:latest": config { $0.cmd = ["inherited"] }]
        #expect(try plan("FROM base\nENTRYPOINT [\"e\"]\n", images: base).last.config.config.cmd == [])
        #expect(try plan("FROM base\nCMD [\"c\"]\nENTRYPOINT [\"e\"]\n", images: base).last.config.config.cmd == ["c"])
    }

    @Test("ports: forms that Docker takes")
    func ports() throws {
        for (text, expected) in [
            ("80", ["80/tcp"]), ("80/UDP", ["80/udp"]), ("8000-8002", ["8000/tcp", "8001/tcp", "8002/tcp"]),
            ("127.0.0.1:8080:80", ["80/tcp"]), ("[::1]:1:2/sctp", ["2/sctp"]), ("9000:90", ["90/tcp"]),
            ("$P/tcp", ["81/tcp"]), ("0", ["0/tcp"]), ("8000-8001:80", ["80/tcp"]),
            ("+80", ["80/tcp"]), ("[fe80::1:2]:1:2", ["2/tcp"]), ("::ffff:1.2.3.4:1:2", ["2/tcp"]),
        ] {
            let ports = try plan("FROM scratch\nARG P=81\nEXPOSE \(text)\n").last.config.config.exposedPorts
            #expect(ports.sorted() == expected, "\(text)")
        }
        for text in [
            "x", "80/", "70000", "80-79", "-80", "80/icmp", "a.b.c.d:1:2", "1-3:1-2", ":", "1:x:2", "80/tcp/udp",
            "1:2:3:4", "1::2::3:4:5", "[12345::]:1:2", "::1.2.3:1:2", "+",
        ] {
            if text == "80/" { continue }
            guard case .invalidPort = try failure("FROM scratch\nEXPOSE \(text)\n").reason else {
                Issue.record("\(text) is taken as a port")
                continue
            }
        }
    }

    @Test("signals by name and number")
    func signals() throws {
        for text in ["9", "-9", "SIGTERM", "term", "sigrtmin+3", "RTMAX-14"] {
            #expect(try plan("FROM scratch\nSTOPSIGNAL \(text)\n").last.config.config.stopSignal == text)
        }
        for text in ["0", "SIGNONE", "RTMIN+16", "TERMX"] {
            let failure = try failure("FROM scratch\nSTOPSIGNAL \(text)\n")
            #expect(failure.reason == .invalidSignal(text))
            #expect(failure.place == "STOPSIGNAL \(text)")
        }
    }

    @Test("WORKDIR chains, and the root makes no layer")
    func workdir() throws {
        let plan = try plan("FROM scratch\nWORKDIR a\nWORKDIR b/../c\nWORKDIR /\nWORKDIR ./x/\nENV D=d\nWORKDIR $D\n")
        #expect(plan.last.config.config.workingDir == "/x/d")
        let paths = plan.last.steps.compactMap { step -> String? in
            if case .workdir(let workdir) = step.kind { workdir.path } else { nil }
        }
        #expect(paths == ["/a", "/a/c", "/x", "/x/d"])
        #expect(plan.history == ["WORKDIR /a", "WORKDIR /a/c", "WORKDIR /", "WORKDIR /x", "ENV D=d", "WORKDIR /x/d"])
    }

    @Test("destinations are relative to the working directory and keep their slash")
    func destinations() throws {
        let plan = try plan(
            """
            FROM scratch
            WORKDIR /w
            COPY a .
            COPY a b
            COPY a b/
            COPY a /x/../y
            COPY a ./
            COPY a /z/.
            """)
        #expect(plan.copies.map(\.destination) == ["/w/", "/w/b", "/w/b/", "/x/../y", "/w/", "/z/."])
    }

    private func copied(chmod flags: String) throws -> CopyStep {
        try BuildGraphTests.plan("FROM scratch\nCOPY \(flags) a /d/\n").copies[0]
    }

    @Test("the host name of RUN is a build argument")
    func hostname() throws {
        for (value, expected) in [("", nil), ("box", "box")] as [(String, String?)] {
            let plan = try plan("FROM scratch\nRUN x\n") { $0.buildArguments["BUILDKIT_SANDBOX_HOSTNAME"] = value }
            guard case .run(let run) = try #require(plan.last.steps.first).kind else {
                throw Unexpected(description: "not a run")
            }
            #expect(run.hostname == expected)
        }
    }

    @Test("a heredoc's name is one file's name")
    func heredocNames() throws {
        #expect(try failure("FROM scratch\nCOPY <<a/b /d/\nx\na/b\n").reason == .invalidHeredocName("a/b"))
        #expect(try plan("FROM scratch\nCOPY <<../b /d/\nx\n../b\n").copies.count == 1)
    }

    @Test("COPY and ADD options")
    func copyOptions() throws {
        let plan = try plan(
            """
            FROM scratch
            ARG U=7
            COPY --link --parents --exclude=*.o --exclude=t --chown=$U:8 a/$U /d/
            ADD --unpack=true --keep-git-dir=true https://e.example/x.git#v1 https://e.example/f.tgz b /d/
            COPY <<A <<"B" /d/
            value $U
            A
            value $U
            B
            """)
        let copy = plan.copies[0]
        #expect(copy.link && copy.parents && !copy.isAdd)
        #expect(copy.excludes == ["*.o", "t"])
        #expect(copy.chown == "7:8" && copy.chmod == nil)
        #expect(copy.sources == [.path("a/7")])
        // As BuildKit has it, --chmod switches --link off.
        let changed = try copied(chmod: "--link --chmod=u+x")
        #expect(!changed.link && changed.chmod == "u+x")
        #expect(try copied(chmod: "--link --chmod=").link)
        let add = plan.copies[1]
        #expect(add.isAdd && add.unpack == true && add.keepGitDirectory == true)
        #expect(
            add.sources == [.git("https://e.example/x.git#v1"), .http("https://e.example/f.tgz"), .path("b")])
        #expect(
            plan.copies[2].sources == [.inline(name: "A", data: "value 7\n"), .inline(name: "B", data: "value $U\n")])
    }

    @Test("wrong COPY and ADD options point at their line")
    func copyErrors() throws {
        let cases: [(String, PlanError.Reason)] = [
            ("COPY https://e.example/x /", .urlInCopy("https://e.example/x")),
            ("COPY git@e.example:x/y /", .gitInCopy("git@e.example:x/y")),
            ("COPY --chmod=999 a /", .invalidChmod("999")),
            ("COPY --chmod=77777 a /", .invalidChmod("77777")),
            ("ADD --checksum=sha256:00 a /", .checksumOnLocalSource),
            ("ADD --checksum=sha256:00 http://e.example/a http://e.example/b /", .checksumOnSeveralSources),
        ]
        for (line, reason) in cases {
            let failure = try failure("FROM scratch\n\(line)\n")
            #expect(failure.reason == reason)
            #expect(failure.place == line)
        }
    }

    @Test("remote sources are told apart")
    func remoteSources() {
        for text in ["git://h/x", "ssh://git@h/x", "git@github.com:a/b", "https://h/x.git", "http://h/x.git#main:sub"] {
            #expect(RemoteSource.isGit(text) && !RemoteSource.isHTTP(text), "\(text)")
        }
        for text in ["https://h/x", "http://h/x.git/y", "https://h/?x=.git"] {
            #expect(RemoteSource.isHTTP(text) && !RemoteSource.isGit(text), "\(text)")
        }
        for text in ["a@b", "./git@h:x", "x:y", "@h:x", "ftp://h/x", "a b@h:x", ""] {
            #expect(!RemoteSource.isHTTP(text) && !RemoteSource.isGit(text), "\(text)")
        }
    }

    @Test("empty volumes are refused")
    func volumes() throws {
        #expect(try failure("FROM scratch\nARG E\nVOLUME $E\n").reason == .emptyVolume)
        #expect(try plan("FROM scratch\nVOLUME /a /b\n").last.config.config.volumes == ["/a", "/b"])
    }
}

@Suite("RUN")
struct RunTests {
    @Test("shell, exec and SHELL forms")
    func forms() throws {
        let runs = try plan(
            "FROM scratch\nRUN a  b\nRUN [\"c\", \"d e\"]\nSHELL [\"sh2\", \"-x\"]\nRUN f\n"
        ).runs
        #expect(runs.map(\.arguments) == [["/bin/sh", "-c", "a  b"], ["c", "d e"], ["sh2", "-x", "f"]])
    }

    @Test("heredocs: body as command, as script with #!, and as input of a command")
    func heredocs() throws {
        let body = try plan("FROM scratch\nRUN <<EOF\na $B\nc\nEOF\n").runs[0]
        #expect(body.arguments == ["/bin/sh", "-c", "a $B\nc\n"])
        #expect(body.script == nil)
        let tabs = try plan("FROM scratch\nRUN <<-EOF\n\ta\n\t\tb\n\tEOF\n").runs[0]
        #expect(tabs.arguments.last == "a\nb\n")
        let script = try plan("FROM scratch\nRUN <<EOF\n#!/bin/cat\nx\nEOF\n").runs[0]
        #expect(script.script == RunStep.Script(name: "EOF", data: "#!/bin/cat\nx\n"))
        #expect(script.arguments.last == "/dev/pipes/EOF")
        let input = try plan("FROM scratch\nRUN cat <<X - <<Y\n1\nX\n2\nY\n").runs[0]
        #expect(input.arguments.last == "cat <<X - <<Y\n1\nX\n2\nY")
        #expect(
            try plan("FROM scratch\nRUN <<EOF\nfirst\nsecond\nEOF\n").last.steps[0].displayName
                == "[1/1] RUN <<EOF (first...)")
    }

    @Test("arguments in history have the value that RUN sees, each name once")
    func historyArguments() throws {
        let plan = try plan("FROM scratch\nARG A=1\nARG B\nENV A=2\nARG A=3\nRUN x\n")
        #expect(plan.history.last == "RUN |2 A=3 B= /bin/sh -c x # buildkit")
    }

    @Test("a lone heredoc is the command, however its name is written")
    func loneHeredoc() throws {
        for opener in ["<<E", "<< E", "<<-E", "0<<E", "<<'E'", "<<\"E\""] {
            let run = try plan("FROM scratch\nRUN \(opener)\nmake\nE\n").runs[0]
            #expect(run.arguments == ["/bin/sh", "-c", "make\n"], "\(opener)")
        }
        let spaced = try plan("FROM scratch\nRUN <<\"two words\"\nmake\ntwo words\n").runs[0]
        #expect(spaced.arguments.last == "make\n")
        let piped = try plan("FROM scratch\nRUN <<E cat\nmake\nE\n").runs[0]
        #expect(piped.arguments.last == "<<E cat\nmake\nE")
    }

    @Test("the type of a mount may be a variable, devices are refused")
    func mountType() throws {
        let run = try plan("FROM scratch\nARG T=tmpfs\nRUN --mount=type=$T,target=/t,size=1k x\n").runs[0]
        #expect(run.mounts == [.tmpfs(target: "/t", size: 1024)])
        #expect(try failure("FROM scratch\nRUN --device=a.b/c=d x\n").reason == .devicesUnsupported)
    }

    @Test("scratch is for what is built for")
    func platformOfScratch() throws {
        #expect(try plan("FROM --platform=linux/arm64 scratch\n").last.config.architecture == "amd64")
    }

    @Test("mounts have Docker's defaults")
    func defaults() throws {
        let mounts = try plan(
            """
            FROM scratch
            WORKDIR /w
            RUN --mount=target=rel --mount=type=cache,target=/c/../d --mount=type=tmpfs,target=/t \
              --mount=type=secret,id=s --mount=type=secret,id=e,env=E --mount=type=ssh x
            """
        ).runs[0].mounts
        #expect(mounts[0] == .bind(source: .context, path: "/", target: "/w/rel", readOnly: true))
        guard case .cache(let cache) = mounts[1] else { throw Unexpected(description: "not a cache") }
        #expect(cache.id == "/d" && cache.target == "/d" && cache.sharing == .shared && !cache.readOnly)
        #expect(mounts[2] == .tmpfs(target: "/t", size: 0))
        #expect(
            mounts[3]
                == .secret(
                    .init(
                        id: "s", target: "/run/secrets/s", environmentName: nil, required: false, mode: 0o400, uid: 0,
                        gid: 0)))
        #expect(
            mounts[4]
                == .secret(
                    .init(id: "e", target: nil, environmentName: "E", required: false, mode: 0o400, uid: 0, gid: 0)))
        #expect(mounts[5] == .ssh(.init(id: "default", target: nil, required: false, mode: 0o600, uid: 0, gid: 0)))
    }

    @Test("a secret's target is relative to the working directory")
    func relativeSecret() throws {
        let run = try plan("FROM scratch\nWORKDIR /w\nRUN --mount=type=secret,id=s,target=k/s x\n").runs[0]
        guard case .secret(let secret) = run.mounts[0] else { throw Unexpected(description: "not a secret") }
        #expect(secret.target == "/w/k/s")
    }

    @Test("mount options are expanded, sources named")
    func options() throws {
        let mounts = try plan(
            """
            FROM scratch AS dep
            RUN x
            FROM scratch
            ARG D=dir
            RUN --mount=from=dep,source=/$D/../o,target=/$D,rw \
              --mount=type=cache,id=k-$D,target=/k,sharing=locked,uid=5,gid=6,mode=0700,from=dep,source=s \
              --mount=type=tmpfs,target=/t,size=2k \
              --mount=type=secret,target=/a/b,required,mode=0444,uid=9 x
            """
        ).runs[0].mounts
        #expect(mounts[0] == .bind(source: .stage(0), path: "/o", target: "/dir", readOnly: false))
        #expect(
            mounts[1]
                == .cache(
                    .init(
                        id: "k-dir", target: "/k", source: .stage(0), sourcePath: "/s", sharing: .locked,
                        readOnly: false,
                        mode: 0o700, uid: 5, gid: 6)))
        #expect(mounts[2] == .tmpfs(target: "/t", size: 2048))
        #expect(
            mounts[3]
                == .secret(
                    .init(id: "b", target: "/a/b", environmentName: nil, required: true, mode: 0o444, uid: 9, gid: 0)))
    }

    @Test("mounts at the root, with bad text or without a name are errors at the flag")
    func errors() throws {
        for (flag, reason) in [
            ("--mount=target=/x/..", PlanError.Reason.invalidMountTarget("/")),
            ("--mount=type=ssh,source=/x", .invalidMount("ssh does not support source")),
            ("--mount=type=secret", .invalidMount("invalid secret mount. one of source, target required")),
        ] {
            let failure = try failure("FROM scratch\nRUN \(flag) x\n")
            #expect(failure.reason == reason)
            #expect(failure.place.map(flag.contains) == true, "\(failure.place ?? "-")")
        }
    }

    @Test("network and security flags are handed on")
    func flags() throws {
        let run = try plan("FROM scratch\nUSER u:g\nRUN --network=none --security=insecure x\n").runs[0]
        #expect(run.network == .none && run.security == .insecure && run.user == "u:g")
    }
}
