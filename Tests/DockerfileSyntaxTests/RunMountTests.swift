import Testing

@testable import DockerfileSyntax

@Suite struct RunMountTests {
    private func parse(_ text: String) throws -> ParsedRunMount {
        let mount = RunMount(text: text, range: SourceRange(at: 0))
        return try mount.parse { try WordExpander(escape: "\\").expand($0, ["t": "cache", "e": ""]).result }
    }

    private func mount(_ kind: ParsedRunMount.Kind, _ set: (inout ParsedRunMount) -> Void) -> ParsedRunMount {
        var mount = ParsedRunMount()
        mount.kind = kind
        mount.readOnly = kind != .cache && kind != .tmpfs
        set(&mount)
        return mount
    }

    @Test func types() throws {
        #expect(
            try parse("from=a,source=/b,target=/c")
                == mount(.bind) { ($0.from, $0.source, $0.target) = ("a", "/b", "/c") })
        #expect(
            try parse("type=$t,\"id=a,b\",dst=/c,Sharing=LOCKED,mode=0755,uid=1,gid=4294967295,ro")
                == mount(.cache) {
                    ($0.id, $0.target, $0.sharing, $0.mode) = ("a,b", "/c", .locked, 0o755)
                    ($0.uid, $0.gid, $0.readOnly, $0.readOnlyIsExplicit) = (1, .max, true, true)
                })
        #expect(
            try parse("type=tmpfs,destination=/c,size=1.5m")
                == mount(.tmpfs) { ($0.target, $0.sizeLimit) = ("/c", 1_572_864) })
        #expect(
            try parse("type=SECRET,src=a,required,env=X")
                == mount(.secret) { ($0.source, $0.required, $0.environmentName) = ("a", true, "X") })
        #expect(try parse("type=ssh,required=false,id=$e") == mount(.ssh) { _ in })
        #expect(
            try parse("type=bind,rw,target=x")
                == mount(.bind) { ($0.target, $0.readOnly, $0.readOnlyIsExplicit) = ("x", false, true) })
        #expect(try parse("readwrite=false").readOnlyIsExplicit)
    }

    @Test(arguments: [
        ("", "failed to parse csv mounts: EOF"),
        (
            "\"a",
            "failed to parse csv mounts: parse error on line 1, column 2: extraneous or missing \" in quoted-field"
        ),
        (
            "\"a\"b",
            "failed to parse csv mounts: parse error on line 1, column 3: extraneous or missing \" in quoted-field"
        ),
        ("x", "invalid field 'x' must be a key=value pair"),
        ("required", "unexpected key 'required' for mount type 'bind'"),
        ("type=cash", "unsupported mount type \"cash\" (did you mean cache?)"),
        ("type=cache,sharing=lock", "unsupported sharing value \"lock\" (did you mean locked?)"),
        ("type=cache,size=1", "unexpected key 'size' for mount type 'cache'"),
        ("type=tmpfs,size=x", "invalid value for size: x"),
        ("type=tmpfs,size=1zb", "invalid value for size: 1zb"),
        ("type=cache,mode=9", "invalid value 9 for mode"),
        ("type=cache,uid=4294967296", "invalid value 4294967296 for uid"),
        ("type=cache,gid=+1", "invalid value +1 for gid"),
        ("ro=maybe", "invalid value for ro: maybe"),
        ("targt=x", "unexpected key 'targt' in 'targt=x' (did you mean target?)"),
        ("mode=1", "mode not allowed for \"bind\" type mounts"),
        ("type=tmpfs,uid=1", "uid not allowed for \"tmpfs\" type mounts"),
        ("gid=1", "gid not allowed for \"bind\" type mounts"),
        ("type=secret,from=x,id=a", "secret mount should not have a from"),
        ("type=secret,sharing=shared,id=a", "secret mount should not define sharing"),
        ("type=secret", "invalid secret mount. one of source, target required"),
        ("type=secret,id=a,source=b", "both source and id can't be set"),
        ("sharing=shared", "invalid cache sharing set for bind mount"),
    ])
    func errors(_ text: String, _ message: String) {
        #expect {
            try parse(text)
        } throws: { error in
            (error as? RunMountError)?.description == message
        }
    }

    @Test func errorsOfTheExpansionPass() {
        #expect(throws: WordError.self) { try parse("target=${x:?}") }
    }

    @Test(
        arguments: [
            ("0", 0), ("1", 1), ("1b", 1), ("1 k", 1024), ("1KiB", 1024), ("2mb", 2 << 20), ("1g", 1 << 30),
            ("1t", 1 << 40),
            ("1P", 1 << 50), (".5k", 512), ("1e3", 1000), ("8191p", 8191 << 50),
        ] as [(String, Int64)])
    func sizes(_ text: String, _ size: Int64) {
        #expect(parseMemorySize(text) == size)
    }

    @Test(arguments: ["", "k", "-1", "1kk", "1bb", "1ki", "0x10", "inf", "nan", "1 2", "9999999p", "1e400"])
    func wrongSizes(_ text: String) {
        #expect(parseMemorySize(text) == nil)
    }
}
