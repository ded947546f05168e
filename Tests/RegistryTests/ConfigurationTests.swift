import OCI
import TestSupport
import Testing

@testable import Registry

@Suite("registries.conf")
struct ConfigurationTests {
    private func parse(_ text: String) throws -> RegistriesConfiguration {
        var configuration = RegistriesConfiguration()
        try configuration.merge(text, file: "test.conf")
        return configuration
    }

    private func sources(_ text: String, _ name: String) throws -> [String] {
        try parse(text).sources(for: try reference(name)).map {
            "\($0)" + ($0.insecure ? " insecure" : "") + ($0.isMirror ? " mirror" : "")
        }
    }

    @Test func withoutConfiguration() throws {
        #expect(try sources("", "busybox") == ["docker.io/library/busybox"])
        #expect(RegistrySource.networkHost("docker.io") == "registry-1.docker.io")
    }

    @Test func mirrorOfDockerHub() throws {
        let text = """
            [[registry]]
            location = "docker.io"
            [[registry.mirror]]
            location = "localhost:5000"
            insecure = true
            [[registry.mirror]]
            location = "cache.example/hub"
            pull-from-mirror = "digest-only"
            """
        #expect(
            try sources(text, "conf/busybox") == [
                "localhost:5000/conf/busybox insecure mirror", "docker.io/conf/busybox",
            ])
        #expect(
            try sources(text, "busybox:1") == [
                "localhost:5000/library/busybox insecure mirror", "docker.io/library/busybox",
            ])
        let digest = Digest.sha256(of: [1])
        #expect(
            try sources(text, "busybox@\(digest)") == [
                "localhost:5000/library/busybox insecure mirror", "cache.example/hub/library/busybox mirror",
                "docker.io/library/busybox",
            ])
        #expect(try parse(text).destination(for: try reference("conf/busybox")).description == "docker.io/conf/busybox")
    }

    @Test func prefixes() throws {
        let text = """
            [[registry]]
            prefix = "example.com/foo"
            location = "internal.example:8443/bar/"
            [[registry]]
            prefix = "example.com/foo/special"
            location = "special.example"
            [[registry]]
            prefix = "*.example.com"
            location = "wild.example/all"
            [[registry]]
            prefix = "*.deep.example.com"
            insecure = true
            [[registry]]
            prefix = "example.com/one/image:1"
            location = "tagged.example/image"
            """
        #expect(try sources(text, "example.com/foo/x") == ["internal.example:8443/bar/x"])
        #expect(try sources(text, "example.com/foo") == ["internal.example:8443/bar"])
        #expect(try sources(text, "example.com/foobar") == ["example.com/foobar"])
        #expect(try sources(text, "example.com/foo/special/x:1") == ["special.example/x"])
        #expect(try sources(text, "a.example.com/x") == ["wild.example/all/x"])
        #expect(try sources(text, "a.example.com:80/x") == ["wild.example/all:80/x"])
        #expect(try sources(text, "a.deep.example.com/x") == ["a.deep.example.com/x insecure"])
        #expect(try sources(text, "example.com/x") == ["example.com/x"])
        #expect(try sources(text, "a.example.community/x") == ["a.example.community/x"])
        #expect(try sources(text, "example.com/one/image:1") == ["tagged.example/image"])
        #expect(try sources(text, "example.com/one/image:12") == ["example.com/one/image"])
    }

    @Test func byDigestOnly() throws {
        let text = """
            [[registry]]
            prefix = "example.com"
            mirror-by-digest-only = true
            [[registry.mirror]]
            location = "m.example"
            [[registry]]
            prefix = "tags.example"
            [[registry.mirror]]
            location = "m.example"
            pull-from-mirror = "tag-only"
            """
        let digest = Digest.sha256(of: [1])
        #expect(try sources(text, "example.com/x:1") == ["example.com/x"])
        #expect(try sources(text, "example.com/x@\(digest)") == ["m.example/x mirror", "example.com/x"])
        #expect(try sources(text, "tags.example/x:1") == ["m.example/x mirror", "tags.example/x"])
        #expect(try sources(text, "tags.example/x@\(digest)") == ["tags.example/x"])
    }

    @Test func blocked() throws {
        let text = """
            [[registry]]
            location = "bad.example"
            blocked = true
            """
        do {
            _ = try sources(text, "bad.example/x:1")
            Issue.record("not blocked")
        } catch let error as RegistryError {
            #expect(error == .blocked(reference: "bad.example/x:1", prefix: "bad.example", file: "test.conf"))
            #expect(error.description == "bad.example/x:1 is blocked: test.conf blocks bad.example")
        }
    }

    @Test func shortNames() throws {
        let text = """
            unqualified-search-registries = ["a.example", "docker.io"]
            [aliases]
            "fedora" = "registry.example/fedora"
            """
        func candidates(_ configuration: RegistriesConfiguration, _ name: String) throws -> [String] {
            try configuration.candidates(forName: name).map(\.description)
        }
        let configuration = try parse(text)
        #expect(try candidates(configuration, "busybox:1") == ["a.example/busybox:1", "docker.io/library/busybox:1"])
        #expect(try candidates(configuration, "fedora:40") == ["registry.example/fedora:40"])
        #expect(try candidates(configuration, "b.example/x") == ["b.example/x"])
        #expect(try candidates(.init(), "busybox") == ["docker.io/library/busybox"])
    }

    @Test func files() async throws {
        try await ScratchDirectory.run { scratch in
            try scratch.write(
                "etc/registries.conf",
                "unqualified-search-registries = [\"system.example\"]\n[[registry]]\nlocation = \"one.example\"\n")
            try scratch.write(
                "etc/registries.conf.d/10-a.conf",
                "[[registry]]\nlocation = \"one.example\"\ninsecure = true\n[aliases]\n\"x\" = \"a.example/x\"\n")
            try scratch.write("etc/registries.conf.d/20-b.conf", "[aliases]\n\"x\" = \"b.example/x\"\n")
            try scratch.write("etc/registries.conf.d/ignored.txt", "not toml at all")
            var environment = home(scratch)
            var configuration = try RegistriesConfiguration.load(
                environment: environment, systemDirectory: scratch.path("etc"))
            #expect(configuration.searchRegistries == ["system.example"])
            #expect(configuration.registries.count == 1)
            #expect(configuration.registries.first?.insecure == true)
            #expect(configuration.registries.first?.file == scratch.path("etc/registries.conf.d/10-a.conf"))
            #expect(configuration.aliases == ["x": "b.example/x"])
            // The user's file stands in for the system's; the system's directory still counts.
            try scratch.write(
                ".config/containers/registries.conf", "unqualified-search-registries = [\"mine.example\"]\n")
            configuration = try .load(environment: environment, systemDirectory: scratch.path("etc"))
            #expect(configuration.searchRegistries == ["mine.example"])
            #expect(configuration.registries.count == 1)
            // The variable stands in for all.
            environment["CONTAINERS_REGISTRIES_CONF"] = try scratch.write("only.conf", "")
            configuration = try .load(environment: environment, systemDirectory: scratch.path("etc"))
            #expect(configuration == .init())
            environment["CONTAINERS_REGISTRIES_CONF"] = scratch.path("missing.conf")
            #expect(throws: RegistryError.self) { try RegistriesConfiguration.load(environment: environment) }
            let none = try RegistriesConfiguration.load(
                environment: ["HOME": scratch.path("nobody")], systemDirectory: scratch.path("nowhere"))
            #expect(none == .init())
        }
    }

    @Test(
        "what is wrong is named",
        arguments: [
            ("[[registry]\n", ":1: "),
            ("x = \n", ":1: "),
            ("unqualified-search-registries = 3", "unqualified-search-registries"),
            ("unqualified-search-registries = [\"a b\"]", "'a b'"),
            ("[[registry]]\ninsecure = true", "neither prefix nor location"),
            ("[[registry]]\nlocation = \"https://x\"", "has a scheme"),
            ("[[registry]]\nlocation = \"x\"\ninsecure = \"yes\"", "insecure"),
            ("[[registry]]\nprefix = \"a.*.b\"", "* is only allowed"),
            ("[[registry]]\nprefix = \"*.a/b\"", "a host without a path"),
            ("[[registry]]\nlocation = \"a\"\n[[registry]]\nprefix = \"a\"", "two [[registry]] tables"),
            ("[[registry]]\nlocation = \"a\"\n[[registry.mirror]]\ninsecure = true", "no location"),
            (
                "[[registry]]\nlocation = \"a\"\n[[registry.mirror]]\nlocation = \"b\"\npull-from-mirror = \"never\"",
                "'never'"
            ),
            ("[aliases]\n\"a\" = \"b\"", "alias 'a'"),
            ("[registries.search]\nregistries = []", "version 1"),
        ])
    func mistakes(text: String, part: String) throws {
        do {
            _ = try parse(text)
            Issue.record("accepted: \(text)")
        } catch let error as RegistryError {
            #expect(error.description.hasPrefix("test.conf"))
            #expect(error.description.contains(part), "\(error.description)")
            #expect(!error.description.contains("\n"))
        }
    }

    @Test func noiseIsRefusedOrRead() {
        var generator = DeterministicGenerator(seed: 12)
        let pieces = [
            "[[registry]]", "\n", "location", "=", "\"a.b\"", "prefix", "true", "[aliases]", "\"", "'", "[", "]", "#",
            "\u{0}", "é", ".", "*.",
        ]
        for _ in 0..<3000 {
            let text = (0..<Int(generator.next() % 14)).map { _ in pieces[Int(generator.next() % UInt64(pieces.count))]
            }.joined()
            _ = try? parse(text)
        }
    }

    // MARK: Mirrors at work

    private func mirrored(_ mirrors: [String], of location: String) throws -> RegistriesConfiguration {
        try parse(
            "[[registry]]\nprefix = \"origin.example\"\nlocation = \"\(location)\"\n"
                + mirrors.map { "[[registry.mirror]]\nlocation = \"\($0)\"\n" }.joined())
    }

    @Test func mirrorsAreTriedInOrder() async throws {
        let image = try RandomImage(seed: 1)
        try await FakeRegistry.run { first in
            try await FakeRegistry.run { second in
                try await FakeRegistry.run { origin in
                    second.add(image, to: "cache/app", tag: "1")
                    origin.add(image, to: "app", tag: "1")
                    let configuration = try mirrored([first.host, "\(second.host)/cache"], of: origin.host)
                    try await withClient(configuration) { client in
                        let name = try reference("origin.example/app:1")
                        let resolved = try await client.resolve(name, platform: .host)
                        #expect(resolved.source.host == second.host)
                        #expect(first.requests("GET", "/manifests/").count == 1)
                        // Blobs come from where the manifest came from.
                        try await expectFetch(client, name, image.manifest.config, image.configBytes)
                        #expect(first.requests("GET", "/blobs/").isEmpty)
                        #expect(origin.requests.isEmpty)
                        // And from the others when that stops in the middle.
                        second.inject(Fault(.dropAnswer(after: 500), path: "/blobs/"))
                        for (layer, bytes) in zip(image.manifest.layers, image.layers) {
                            try await expectFetch(client, name, layer, bytes)
                        }
                        #expect(origin.requests("GET", "/blobs/").first?.headers["range"]?.hasPrefix("bytes=") ?? false)
                        // Pushes never go to a mirror.
                        _ = try await client.pushBlob(name, .sha256(of: [1, 2])) { .bytes([1, 2]) }
                        #expect(origin.blob(.sha256(of: [1, 2]), in: "app") == [1, 2])
                    }
                }
            }
        }
    }

    @Test func insecureAllowsPlainHTTP() async throws {
        let image = try RandomImage(seed: 1)
        try await FakeRegistry.run { registry in
            registry.add(image, to: "app", tag: "1")
            let options = testOptions { $0.loopbackIsInsecure = false }
            let name = try reference("\(registry.host)/app:1")
            let insecure = try parse("[[registry]]\nlocation = \"\(registry.host)\"\ninsecure = true")
            try await withClient(insecure, options: options) { client in
                let resolved = try await client.resolve(name, platform: .host)
                #expect(resolved.descriptor.digest == image.digest)
                try await client.ping(host: registry.host)
            }
            let mirror = try parse(
                "[[registry]]\nlocation = \"origin.invalid\"\n[[registry.mirror]]\nlocation = \"\(registry.host)\"\ninsecure = true"
            )
            try await withClient(mirror, options: options) { client in
                let resolved = try await client.resolve(try reference("origin.invalid/app:1"), platform: .host)
                #expect(resolved.source.isMirror)
            }
        }
    }

    @Test func mirrorsThatAreDownDoNotHurt() async throws {
        let image = try RandomImage(seed: 1)
        let gone = try await FakeRegistry.start()
        await gone.stop()
        try await FakeRegistry.run { origin in
            origin.add(image, to: "app", tag: "1")
            try await withClient(try mirrored([gone.host], of: origin.host)) { client in
                let resolved = try await client.resolve(try reference("origin.example/app:1"), platform: .host)
                #expect(resolved.source.host == origin.host)
                let missing = await registryError {
                    _ = try await client.resolve(try reference("origin.example/app:2"), platform: .host)
                }
                guard case .allSourcesFailed("origin.example/app:2", let failures) = missing else {
                    throw missing ?? CancellationError()
                }
                #expect(failures.map(\.location) == ["\(origin.host)/app", "\(gone.host)/app"])
            }
        }
    }

    @Test func mirrorWithWrongBytesIsLeft() async throws {
        let image = try RandomImage(seed: 1)
        try await FakeRegistry.run { mirror in
            try await FakeRegistry.run { origin in
                origin.add(image, to: "app", tag: "1")
                mirror.add(image, to: "app", tag: "1")
                mirror.inject(Fault(.corrupt, path: "/"))
                try await withClient(try mirrored([mirror.host], of: origin.host)) { client in
                    let name = try reference("origin.example/app:1")
                    let resolved = try await client.resolve(name, platform: .host)
                    #expect(resolved.source.host == origin.host)
                    try await expectFetch(client, name, image.manifest.config, image.configBytes)
                }
            }
        }
    }
}
