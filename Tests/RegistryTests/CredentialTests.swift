import OCI
import TestSupport
import Testing

@testable import Registry

#if canImport(Glibc)
    import Glibc
#endif

@Suite("Credentials")
struct CredentialTests {
    private func user(_ pair: String) -> Credentials {
        let parts = pair.split(separator: ":" as Character).map { String($0) }
        return .basic(username: parts[0], password: Secret(parts[1]))
    }

    private func auth(_ pair: String) -> String { "{\"auth\":\"\(Base64.encode(Array(pair.utf8)))\"}" }

    private func find(_ environment: [String: String], _ host: String, _ repository: String? = nil) async throws
        -> Credentials?
    {
        try await CredentialStore(environment: environment).lookup(host: host, repository: repository).credentials
    }

    @Test func filesInOrder() async throws {
        try await ScratchDirectory.run { scratch in
            var environment = home(scratch)
            let entries = { (pair: String) in "{\"auths\":{\"h.example\":\(auth(pair))}}" }
            try scratch.write(".docker/config.json", entries("docker:1"))
            #expect(try await find(environment, "h.example") == user("docker:1"))
            try scratch.write(".config/containers/auth.json", entries("config:1"))
            #expect(try await find(environment, "h.example") == user("config:1"))
            try scratch.write("run/containers/auth.json", entries("run:1"))
            #expect(try await find(environment, "h.example") == user("run:1"))
            environment["REGISTRY_AUTH_FILE"] = try scratch.write("named.json", "{}")
            #expect(try await find(environment, "h.example") == nil)
            environment["REGISTRY_AUTH_FILE"] = try scratch.write("named.json", entries("named:1"))
            #expect(try await find(environment, "h.example") == user("named:1"))
        }
    }

    @Test func keys() async throws {
        try await ScratchDirectory.run { scratch in
            let environment = home(scratch)
            try scratch.write(
                "run/containers/auth.json",
                """
                {"auths":{"h.example":\(auth("host:1")),"h.example/team":\(auth("team:1")),"h.example/team/app":\(auth("app:1")),
                "https://old.example/v1/":\(auth("old:1")),"http://older.example":\(auth("older:1")),
                "plain.example":{"username":"p","password":"1"},"empty.example":{},"p.example:5000":\(auth("port:1:2")),
                "id.example":{"identitytoken":"t","auth":"\(Base64.encode(Array("<token>:x".utf8)))"},"reg.example":{"registrytoken":"r"},
                "x.example/v2":\(auth("v2:1"))}}
                """)
            #expect(try await find(environment, "h.example") == user("host:1"))
            #expect(try await find(environment, "h.example", "other/app") == user("host:1"))
            #expect(try await find(environment, "h.example", "team/other") == user("team:1"))
            #expect(try await find(environment, "h.example", "team/app") == user("app:1"))
            #expect(try await find(environment, "h.example", "team/app/deep/er") == user("app:1"))
            #expect(try await find(environment, "h.example", "teamster/app") == user("host:1"))
            #expect(try await find(environment, "old.example", "x") == user("old:1"))
            #expect(try await find(environment, "older.example", "x") == user("older:1"))
            #expect(try await find(environment, "plain.example") == user("p:1"))
            #expect(try await find(environment, "empty.example") == nil)
            #expect(try await find(environment, "p.example:5000") == .basic(username: "port", password: Secret("1:2")))
            #expect(try await find(environment, "p.example") == nil)
            #expect(try await find(environment, "id.example") == .identityToken(Secret("t")))
            #expect(try await find(environment, "reg.example") == .bearer(Secret("r")))
            #expect(try await find(environment, "x.example") == user("v2:1"))
            try scratch.write(".docker/config.json", "{\"auths\":{\"https://index.docker.io/v1/\":\(auth("hub:1"))}}")
            #expect(try await find(environment, "docker.io", "library/busybox") == user("hub:1"))
        }
    }

    @Test(
        "files that cannot be used",
        arguments: [
            "{", "[]", "{\"auths\":{\"h.example\":7}}", "{\"auths\":{\"h.example\":{\"auth\":\"***\"}}}",
            "{\"auths\":{\"h.example\":{\"auth\":\"bm9jb2xvbg==\"}}}",
        ])
    func brokenFiles(text: String) async throws {
        try await ScratchDirectory.run { scratch in
            let path = try scratch.write("run/containers/auth.json", text)
            let error = await registryError { _ = try await find(home(scratch), "h.example") }
            guard case .credentialFile(path, _) = error else { throw error ?? CancellationError() }
        }
        try await ScratchDirectory.run { scratch in
            try scratch.write("run/containers/auth.json", "  \n")
            #expect(try await find(home(scratch), "h.example") == nil)
        }
    }

    @Test func savingKeepsTheRest() async throws {
        try await ScratchDirectory.run { scratch in
            let environment = home(scratch, ["DOCKER_CONFIG": scratch.path("d")])
            let path = try scratch.write(
                "d/config.json",
                "{\"auths\":{\"a.example\":\(auth("a:1"))},\"HttpHeaders\":{\"X\":\"y\"},\"detachKeys\":\"ctrl-e\"}",
                mode: 0o644)
            let store = CredentialStore(environment: environment)
            #expect(try await store.save(user("b:1"), host: "b.example") == path)
            #expect(try await store.save(user("hub:1"), host: "docker.io") == path)
            #expect(try await find(environment, "a.example") == user("a:1"))
            #expect(try await find(environment, "b.example") == user("b:1"))
            let text = String(decoding: try scratch.read("d/config.json"), as: UTF8.self)
            #expect(text.contains("\"detachKeys\" : \"ctrl-e\""))
            #expect(text.contains("\"X\" : \"y\""))
            #expect(text.contains("\"https://index.docker.io/v1/\""))
            #expect(try mode(path) == 0o600)
            #expect(try await store.logout(from: "https://index.docker.io/v1/").removed == [path])
            #expect(try await find(environment, "docker.io") == nil)
            #expect(try scratch.files() == ["d/config.json"])
        }
    }

    @Test func newFilesAreTheOwnersOnly() async throws {
        try await ScratchDirectory.run { scratch in
            let store = CredentialStore(environment: home(scratch))
            let path = try await store.save(user("b:1"), host: "b.example/team")
            #expect(path == scratch.path("run/containers/auth.json"))
            #expect(try mode(path) == 0o600)
            #expect(try mode(scratch.path("run/containers")) == 0o700)
            #expect(try await store.lookup(host: "b.example", repository: "team/x").credentials == user("b:1"))
            #expect(try await store.lookup(host: "b.example", repository: "x").credentials == nil)
            // A link, as dotfile managers make them, stays one.
            let real = try scratch.write("real.json", "{}")
            unlink(path)
            symlink(real, path)
            try await store.save(user("c:1"), host: "c.example")
            #expect(String(decoding: try scratch.read("real.json"), as: UTF8.self).contains("c.example"))
        }
    }

    @Test func devicesStayDevices() async throws {
        let error = await registryError { _ = try await CredentialStore.empty.save(user("a:1"), host: "a.example") }
        #expect(error == .credentialFile(path: "/dev/null", reason: "not a regular file"))
        var status = stat()
        #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
    }

    @Test func othersFilesAreNamedByLogout() async throws {
        try await ScratchDirectory.run { scratch in
            let docker = try scratch.write(".docker/config.json", "{\"auths\":{\"a.example\":\(auth("a:1"))}}")
            let store = CredentialStore(environment: home(scratch))
            #expect(try await store.logout(from: "a.example") == .init(removed: [], remaining: [docker]))
        }
    }

    // MARK: Helpers

    /// A credential helper that keeps its secrets in a directory.
    private func installHelper(_ scratch: ScratchDirectory, _ name: String = "test") throws {
        try scratch.write(
            "bin/docker-credential-\(name)",
            """
            #!/bin/sh
            dir="\(scratch.path)/keychain"; mkdir -p "$dir"
            case "$1" in
            get) read -r host; file="$dir/$(echo "$host" | tr /: __)"
                 if [ -f "$file" ]; then cat "$file"; else echo "credentials not found in native keychain"; exit 1; fi;;
            store) input=$(cat); host=$(echo "$input" | sed 's/.*"ServerURL":"\\([^"]*\\)".*/\\1/')
                 echo "$input" > "$dir/$(echo "$host" | tr /: __)";;
            erase) read -r host; rm -f "$dir/$(echo "$host" | tr /: __)";;
            esac
            """, mode: 0o755)
    }

    @Test func helpers() async throws {
        try await ScratchDirectory.run { scratch in
            try installHelper(scratch)
            let environment = home(scratch, ["DOCKER_CONFIG": scratch.path("d")])
            try scratch.write(
                "d/config.json",
                "{\"credsStore\":\"test\",\"auths\":{\"docker.io\":{},\"file.example\":\(auth("file:1"))}}")
            let store = CredentialStore(environment: environment)
            #expect(try await store.lookup(host: "h.example:5000", repository: "x").credentials == nil)
            #expect(try await store.save(user("me:secret"), host: "h.example:5000") == "helper test")
            #expect(try await store.lookup(host: "h.example:5000", repository: "x").credentials == user("me:secret"))
            #expect(try await store.save(.identityToken(Secret("t")), host: "docker.io") == "helper test")
            #expect(
                try await store.lookup(host: "docker.io", repository: "x").credentials == .identityToken(Secret("t")))
            #expect(try scratch.files().contains("keychain/https___index.docker.io_v1_"))
            #expect(try await store.lookup(host: "file.example", repository: "x").credentials == user("file:1"))
            let text = String(decoding: try scratch.read("d/config.json"), as: UTF8.self)
            #expect(!text.contains("secret"))
            #expect(try await store.logout(from: "h.example:5000").removed == ["helper test"])
            #expect(try await store.lookup(host: "h.example:5000", repository: "x").credentials == nil)
        }
    }

    @Test func helpersOfAHostComeFirst() async throws {
        try await ScratchDirectory.run { scratch in
            try scratch.write(
                "bin/docker-credential-own", "#!/bin/sh\necho '{\"Username\":\"own\",\"Secret\":\"1\"}'\n", mode: 0o755)
            try scratch.write(
                ".docker/config.json",
                "{\"credHelpers\":{\"h.example\":\"own\"},\"auths\":{\"h.example\":\(auth("file:1")),\"i.example\":\(auth("i:1"))}}"
            )
            let environment = home(scratch)
            #expect(try await find(environment, "h.example") == user("own:1"))
            #expect(try await find(environment, "i.example") == user("i:1"))
        }
    }

    @Test func helpersThatFailAreNotedOnly() async throws {
        try await ScratchDirectory.run { scratch in
            let environment = home(scratch)
            let store = CredentialStore(environment: environment)
            try scratch.write(".docker/config.json", "{\"credsStore\":\"absent\"}")
            let absent = try await store.lookup(host: "h.example", repository: nil)
            #expect(absent.credentials == nil)
            #expect(absent.note?.contains("docker-credential-absent") ?? false)
            #expect(absent.note?.contains("not installed") ?? false)
            try scratch.write(
                "bin/docker-credential-broken", "#!/bin/sh\necho 'keychain is locked' >&2; exit 3\n", mode: 0o755)
            try scratch.write(".docker/config.json", "{\"credsStore\":\"broken\"}")
            #expect(
                try await store.lookup(host: "h.example", repository: nil).note
                    == "credential helper broken: keychain is locked")
            try scratch.write("bin/docker-credential-noise", "#!/bin/sh\necho nonsense\n", mode: 0o755)
            try scratch.write(".docker/config.json", "{\"credsStore\":\"noise\"}")
            #expect(try await store.lookup(host: "h.example", repository: nil).note?.contains("not the JSON") ?? false)
            try scratch.write(".docker/config.json", "{\"credsStore\":\"../evil\"}")
            #expect(
                try await store.lookup(host: "h.example", repository: nil).note?.contains("not a helper's name")
                    ?? false)
        }
    }

    @Test func noteReachesTheUserWhenItMatters() async throws {
        var options = FakeRegistry.Options()
        options.authentication = .token(users: ["me": "right"])
        try await FakeRegistry.run(options) { registry in
            try await ScratchDirectory.run { scratch in
                try scratch.write(".docker/config.json", "{\"credsStore\":\"absent\"}")
                try await withClient(credentials: CredentialStore(environment: home(scratch))) { client in
                    let error = await registryError {
                        _ = try await client.resolve(try reference("\(registry.host)/app"), platform: .host)
                    }
                    #expect(error?.description.contains("docker-credential-absent") ?? false)
                }
            }
        }
    }

    private func mode(_ path: String) throws -> UInt32 {
        var status = stat()
        #expect(stat(path, &status) == 0)
        return status.st_mode & 0o777
    }
}
