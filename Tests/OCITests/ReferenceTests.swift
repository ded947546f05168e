import OCI
import Testing

private let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

@Suite struct ReferenceTests {
    /// Text, full form, familiar form.
    @Test(arguments: [
        ("nginx", "docker.io/library/nginx", "nginx"),
        ("nginx:1.2", "docker.io/library/nginx:1.2", "nginx:1.2"),
        ("library/nginx", "docker.io/library/nginx", "nginx"),
        ("a/b", "docker.io/a/b", "a/b"),
        ("docker.io/a/b", "docker.io/a/b", "a/b"),
        ("docker.io/nginx", "docker.io/library/nginx", "nginx"),
        ("index.docker.io/nginx", "docker.io/library/nginx", "nginx"),
        ("docker.io/library/a/b", "docker.io/library/a/b", "library/a/b"),
        ("localhost/x", "localhost/x", "localhost/x"),
        ("localhost:5000/x:y", "localhost:5000/x:y", "localhost:5000/x:y"),
        ("Example.com/x", "Example.com/x", "Example.com/x"),
        ("UPPER/x", "UPPER/x", "UPPER/x"),
        ("ghcr.io/o/r:t", "ghcr.io/o/r:t", "ghcr.io/o/r:t"),
        ("localhost:5000", "docker.io/library/localhost:5000", "localhost:5000"),
        ("[::1]:5000/a", "[::1]:5000/a", "[::1]:5000/a"),
        ("a__b", "docker.io/library/a__b", "a__b"),
        ("a---b", "docker.io/library/a---b", "a---b"),
        ("a.b/c", "a.b/c", "a.b/c"),
        ("x:_t", "docker.io/library/x:_t", "x:_t"),
        ("x@sha256:" + hash, "docker.io/library/x@sha256:" + hash, "x@sha256:" + hash),
        ("x:t@sha256:" + hash, "docker.io/library/x:t@sha256:" + hash, "x:t@sha256:" + hash),
    ])
    func normalises(_ text: String, _ full: String, _ familiar: String) throws {
        let reference = try Reference(parsing: text)
        #expect(reference.description == full)
        #expect(reference.familiar == familiar)
        #expect(try Reference(parsing: full) == reference)
        #expect(try Reference(parsing: familiar) == reference)
    }

    @Test(arguments: [
        "", ":t", "Nginx", "a/Nginx", "a:b:c", "a//b", "/a", "a/", "a b", "a___b", "a..b", "-a", "a-", "_a", "a._b",
        "x:", "x:-t", "x:" + String(repeating: "t", count: 129), "x@", "x@sha256:abc", hash, "foo:bar/baz", "a.com:/b",
        "-a.com/b", "a..com/b", "ü", "docker.io/", "[zz]/a", "a@sha256:" + hash + "0",
        "x/" + String(repeating: "a", count: 300),
    ])
    func rejects(_ text: String) {
        #expect(throws: OCIError.self) { try Reference(parsing: text) }
    }

    @Test func defaultTag() throws {
        #expect(try Reference(parsing: "a").withDefaultTag.tag == "latest")
        #expect(try Reference(parsing: "a:b").withDefaultTag.tag == "b")
        #expect(try Reference(parsing: "a@sha256:" + hash).withDefaultTag.tag == nil)
    }

    @Test func shortNames() {
        #expect(Reference.isShortName("nginx"))
        #expect(Reference.isShortName("a/b"))
        #expect(!Reference.isShortName("docker.io/a/b"))
        #expect(!Reference.isShortName("localhost/b"))
    }
}

@Suite struct ImageNameTests {
    @Test func forms() throws {
        #expect(try ImageName(parsing: "a:b") == .store(Reference(parsing: "a:b")))
        #expect(try ImageName(parsing: "docker://a") == .registry(Reference(parsing: "a")))
        #expect(try ImageName(parsing: "oci:/x/y") == .ociLayout(directory: "/x/y", reference: nil))
        #expect(
            try ImageName(parsing: "oci:/x:docker.io/a:b")
                == .ociLayout(directory: "/x", reference: "docker.io/a:b"))
        #expect(try ImageName(parsing: "oci-archive:f.tar") == .ociArchive(file: "f.tar", reference: nil))
        #expect(try ImageName(parsing: "docker-archive:f.tar:a:b") == .dockerArchive(file: "f.tar", reference: "a:b"))
        #expect(try ImageName(parsing: "dir:/") == .directory(path: "/"))
        for name in ["oci:", "oci::r", "dir:", "docker-archive:", "docker://", "docker://A"] {
            #expect(throws: OCIError.self) { try ImageName(parsing: name) }
        }
    }
}
