import OCI
import Testing

@Suite struct DocumentTests {
    private let full = """
        {"architecture":"amd64","author":"me","config":{"ArgsEscaped":true,"AttachStdin":false,"Cmd":["a/b"],\
        "Entrypoint":["/e"],"Env":["A=1","B=<&>"],"ExposedPorts":{"80/tcp":{}},"Healthcheck":{"Interval":1000000000,\
        "Retries":3,"Test":["CMD","x"]},"Hostname":"","Labels":{"k":"v"},"OnBuild":["RUN x"],"Shell":["/bin/sh","-c"],\
        "StopSignal":"SIGTERM","StopTimeout":10,"User":"u","Volumes":{"/v":{}},"WorkingDir":"/w"},"container":"abc",\
        "created":"2020-01-01T00:00:00Z","docker_version":"20","history":[{"created":"2020-01-01T00:00:00Z",\
        "created_by":"x"},{"empty_layer":true}],"moby.buildkit.cache.v0":{"n":[1,2.5,null,"ü"]},"os":"linux",\
        "rootfs":{"diff_ids":["sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],\
        "type":"layers"},"variant":"v2"}
        """

    @Test func configurationSurvivesARoundTrip() throws {
        let config = try CanonicalJSON.decode(ImageConfig.self, from: full.utf8, what: "configuration")
        #expect(config.config.exposedPorts == ["80/tcp"])
        #expect(config.config.stopTimeout == 10)
        #expect(config.config.unknown["Hostname"] == .string(""))
        #expect(config.unknown["container"] == .string("abc"))
        #expect(String(decoding: try CanonicalJSON.encode(config), as: UTF8.self) == full)
    }

    @Test func emptyFieldsAreLeftOut() throws {
        let config = ImageConfig(platform: try Platform(parsing: "linux/amd64"))
        #expect(
            String(decoding: try CanonicalJSON.encode(config), as: UTF8.self)
                == #"{"architecture":"amd64","config":{},"os":"linux","rootfs":{"diff_ids":[],"type":"layers"}}"#)
    }

    @Test func nullsCountAsAbsent() throws {
        let text = """
            {"architecture":"amd64","os":"linux","config":{"Env":null,"Cmd":null,"Volumes":null,"Labels":null,\
            "Healthcheck":null},"rootfs":{"type":"layers","diff_ids":null},"history":null}
            """
        let config = try CanonicalJSON.decode(ImageConfig.self, from: text.utf8, what: "configuration")
        #expect(config == ImageConfig(platform: try Platform(parsing: "linux/amd64")))
    }

    @Test(arguments: [
        "", "[]", "{", #"{"config":{"digest":"x","size":1}}"#, #"{"config":{"digest":"sha256:00","size":1}}"#,
        String(repeating: "[", count: 100_000),
    ])
    func malformedManifestsAreErrors(_ text: String) {
        #expect(throws: OCIError.self) { try CanonicalJSON.decode(Manifest.self, from: text.utf8, what: "manifest") }
    }

    @Test func negativeSizesAreErrors() {
        let text = """
            {"config":{"mediaType":"m","digest":"sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",\
            "size":-1},"layers":[]}
            """
        #expect(throws: OCIError.self) { try CanonicalJSON.decode(Manifest.self, from: text.utf8, what: "manifest") }
    }

    @Test func chainIDs() throws {
        var config = ImageConfig(platform: .host)
        #expect(config.chainID(ofLowest: 0) == nil)
        let a = Digest.sha256(of: [1])
        let b = Digest.sha256(of: [2])
        config.diffIDs = [a, b]
        #expect(config.chainID(ofLowest: 1) == a)
        #expect(config.chainID(ofLowest: 2) == Digest.sha256(of: Array("\(a) \(b)".utf8)))
    }

    @Test func mediaTypes() {
        #expect(MediaType.compression(of: MediaType.ociLayerGzip) == .gzip)
        #expect(MediaType.compression(of: MediaType.dockerLayerZstd) == .zstd)
        #expect(MediaType.compression(of: MediaType.ociLayerTar) == MediaType.LayerCompression.none)
        #expect(MediaType.compression(of: MediaType.ociConfig) == nil)
        #expect(MediaType.compression(of: "application/vnd.oci.image.layer.v1.tar+exotic") == nil)
    }
}
