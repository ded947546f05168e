import LayerFormat
import OCI
import Testing

@testable import Inventory

/// What the packages of languages depend on.
struct LanguageGraphTests {
    private static func metadata(_ directory: String, _ name: String, _ requires: String...) -> TestLayer.Member {
        .file(
            "\(directory)/\(name)-1.dist-info/METADATA",
            "Name: \(name)\nVersion: 1\n\(requires.map { "Requires-Dist: \($0)\n" }.joined())\nRequires-Dist: body\n")
    }

    @Test func python() throws {
        let place = "opt/venv/lib/python3.11/site-packages"
        let found = try inventory([
            Self.metadata(
                place, "app", "Zope.Interface (>=5)", "requests[socks]>=2 ; python_version >= \"3.8\"", "absent",
                "old ; python_version < '3.8'", "extra ; extra == 'all'", "win ; sys_platform == \"win32\"",
                "url @ https://example.test/url.whl", "odd ; something == \"x\""),
            Self.metadata(place, "zope_interface", "setuptools"), Self.metadata(place, "requests"),
            Self.metadata(place, "old"), Self.metadata(place, "extra"), Self.metadata(place, "win"),
            Self.metadata(place, "url"), Self.metadata(place, "odd"), Self.metadata(place, "body"),
            // Another Python's, which this one does not see.
            Self.metadata("usr/lib/python3/dist-packages", "setuptools", "app"),
            Self.metadata("usr/local/lib/python3.11/dist-packages", "local", "setuptools"),
            Self.metadata("usr/local/lib/python3.12/site-packages", "other", "setuptools"),
            .file(place + "/egg.egg-info/PKG-INFO", "Name: egg\nVersion: 1\n"),
        ])
        #expect(
            found.edges.filter { !$0.hasSuffix("-> ") } == [
                "app -> odd requests url zope_interface", "egg -> ?", "local -> setuptools",
            ])
        #expect(found.edges.filter { $0.hasSuffix("-> ") }.count == 10)
    }

    @Test(arguments: [
        ("python_version < '3.10'", true), ("python_version >= '3.10'", false), ("python_version == '3.9.0'", true),
        ("'3.8' < python_version", true), ("extra == 'x' and python_version >= '3'", false),
        ("extra == 'x' or os_name == 'posix'", true),
        ("(extra == 'x' or (sys_platform != 'linux')) and os_name == 'a'", false),
        ("platform_machine == 'arm64'", true), ("platform_machine == 'a' and extra == 'b'", false),
        ("sys_platform in 'linux darwin'", true), ("sys_platform not in 'linux'", false), ("extra != 'x'", true),
        ("python_full_version < '3.8.2'", false), ("python_full_version < '3.9.2'", true),
        ("python_full_version < '3.9.0'", false), ("python_version ~= '3.9'", true), ("python_version == '3.*'", true),
        ("", true), ("'", true), ("a", true),
        (")", true), (String(repeating: "(", count: 4_000), true), ("implementation_name == \"pypy\"", false),
    ]) func markers(_ text: String, _ expected: Bool) {
        let place = PythonPlace(PathBytes("usr/lib/python3.9/site-packages/a.dist-info/METADATA".utf8))
        #expect(PythonMarker.holds(text[...], at: place) == expected)
    }

    private static func npm(_ path: String, _ fields: String = "") -> TestLayer.Member {
        let name = path.split(separator: "node_modules/").last ?? ""
        return .file(
            path + "/package.json", #"{"name":"\#(name)","version":"1.0.0"\#(fields.isEmpty ? "" : "," + fields)}"#)
    }

    @Test func npm() throws {
        let found = try inventory([
            Self.npm(
                "app", #""dependencies":{"a":"^1","@s/b":"*","absent":"1","../c":"1"},"devDependencies":{"c":"1"}"#),
            Self.npm("app/node_modules/a", #""dependencies":{"c":"1","d":"1"}"#),
            Self.npm("app/node_modules/a/node_modules/c", #""dependencies":{"a":"1"}"#),
            Self.npm("app/node_modules/c", #""optionalDependencies":{"d":"1"},"dependencies":[1]"#),
            Self.npm(
                "app/node_modules/@s/b",
                #""peerDependencies":{"c":"1","d":"1"},"peerDependenciesMeta":{"d":{"optional":true}}"#),
            Self.npm("app/node_modules/d", #""dependencies":{"top":"1"}"#),
            Self.npm("node_modules/top", #""dependencies":{"a":"1"}"#),
        ])
        let graph = found.graph()
        let lines = zip(found.packages, graph.dependencies).map { package, targets in
            "\(package.path.dropLast(13)) -> "
                + (targets ?? []).map { String(found.packages[$0].path.dropLast(13)) }.joined(separator: " ")
        }
        #expect(
            lines == [
                "app/node_modules/@s/b -> app/node_modules/c",
                "app/node_modules/a -> app/node_modules/a/node_modules/c app/node_modules/d",
                "app -> app/node_modules/@s/b app/node_modules/a",
                "app/node_modules/a/node_modules/c -> app/node_modules/a", "app/node_modules/c -> app/node_modules/d",
                "app/node_modules/d -> node_modules/top", "node_modules/top -> ",
            ])
    }

    /// pnpm's: every package beside links to what it depends on.
    @Test func linkedPackages() throws {
        let store = "app/node_modules/.pnpm"
        let found = try inventory(
            [
                Self.npm("app", #""dependencies":{"a":"1","lib":"1"}"#),
                Self.npm("\(store)/a@1/node_modules/a", #""dependencies":{"b":"1"}"#),
                Self.npm("\(store)/b@1/node_modules/b"), Self.npm("\(store)/b@2/node_modules/b"),
                .symlink("\(store)/a@1/node_modules/b", "../../b@2/node_modules/b"),
                .symlink("app/node_modules/a", ".pnpm/a@1/node_modules/a"),
            ],
            [.symlink("app/node_modules/lib", "../lib"), Self.npm("app/lib", #""dependencies":{"a":"1"}"#)])
        let graph = found.graph()
        let paths = found.packages.map(\.path)
        #expect(
            graph.dependencies.map { ($0 ?? []).map { paths[$0] } } == [
                ["\(store)/b@2/node_modules/b/package.json"],
                ["\(store)/a@1/node_modules/a/package.json", "app/lib/package.json"],
                ["\(store)/a@1/node_modules/a/package.json"], [], [],
            ])
    }

    @Test func ruby() throws {
        func gem(_ name: String, _ version: String, _ lines: String) -> TestLayer.Member {
            .file(
                "usr/local/bundle/specifications/\(name)-\(version).gemspec",
                "# stub: \(name) \(version) ruby lib\nGem::Specification.new do |s|\n\(lines)\nend\n")
        }
        let found = try inventory([
            gem(
                "app", "1",
                """
                  if s.respond_to? :add_runtime_dependency then
                    s.add_runtime_dependency(%q<rack>.freeze, ["~> 2.0"])
                    s.add_development_dependency(%q<rake>.freeze, [">= 0"])
                  else
                    s.add_dependency(%q<rake>.freeze, [">= 0"])
                  end
                """), gem("rake", "13.0", ""), gem("rack", "2.9", ""), gem("rack", "2.10", ""),
            gem("rack", "1.1", ""), gem("rack", "3.0.rc1", ""),
            gem("new", "1", "  s.add_dependency(\"rake\".freeze, [\">= 0\".freeze])\n  s.add_dependency('absent')"),
        ])
        #expect(
            found.edges == ["app -> rack", "new -> rake", "rack -> ", "rack -> ", "rack -> ", "rack -> ", "rake -> "])
        #expect(found.graph().dependencies[0].map { $0.map { found.packages[$0].version } } == ["2.10"])
    }

    @Test func composer() throws {
        let document = """
            {"packages":[{"name":"acme/app","version":"1","require":{"php":">=8","PSR/log":"^3","psr/http":"*","ext-x":"*"}},
            {"name":"psr/log","version":"3","require":[]},{"name":"acme/http","version":"1","provide":{"psr/http":"1"}},
            {"name":"acme/fork","version":"1","replace":{"psr/log":"*"}}]}
            """
        let found = try inventory([.file("app/vendor/composer/installed.json", document)])
        #expect(
            found.edges == ["acme/app -> acme/http psr/log", "acme/fork -> ", "acme/http -> ", "psr/log -> "])
    }

    @Test func dotNet() throws {
        let document = """
            {"runtimeTarget":{"name":"net8"},"targets":{"net8":{"App/1.0":{"dependencies":{"A":"1.0"}},
            "A/1.0":{"dependencies":{"b":"2.0","App":"1.0","Absent":"1"}},"B/2.0":{"runtime":{}}},
            "net7":{"B/2.0":{"dependencies":{"A":"1.0"}}}},
            "libraries":{"App/1.0":{"type":"project"},"A/1.0":{"type":"package"},"B/2.0":{"type":"package"},
            "B/1.0":{"type":"package"}}}
            """
        let found = try inventory([.file("app/app.deps.json", document)])
        #expect(found.edges == ["A -> B", "B -> ?", "B -> "])
        #expect(found.graph().dependencies[0] == [2])
    }

    @Test func conda() throws {
        func record(_ directory: String, _ name: String, _ depends: String) -> TestLayer.Member {
            .file("\(directory)/conda-meta/\(name).json", #"{"name":"\#(name)","version":"1"\#(depends)}"#)
        }
        let found = try inventory([
            record("opt/conda", "numpy", #","depends":["python >=3.9,<3.10.0a0","OpenSSL=3","__glibc >=2.17",7]"#),
            record("opt/conda", "python", #","depends":[]"#), record("opt/conda/envs/x", "openssl", ""),
        ])
        #expect(found.edges == ["numpy -> python", "openssl -> ?", "python -> "])
    }

    @Test func descriptionsOfAlpineLikes() throws {
        func entry(_ name: String) -> String {
            #"{"SPDXID":"ID-\#(name)","externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:apk/wolfi/\#(name)@1"}]}"#
        }
        let document = """
            {"packages":[\(entry("a")),\(entry("b")),\(entry("c"))],"relationships":[
            {"spdxElementId":"ID-a","relationshipType":"DEPENDS_ON","relatedSpdxElement":"ID-b"},
            {"spdxElementId":"ID-c","relationshipType":"DEPENDENCY_OF","relatedSpdxElement":"ID-b"},
            {"spdxElementId":"ID-a","relationshipType":"DEPENDS_ON","relatedSpdxElement":"ID-none"},{"x":1}]}
            """
        #expect(
            try inventory([.file("var/lib/db/sbom/a.spdx.json", document)]).edges == ["a -> b", "b -> c", "c -> ?"])
    }

    /// Of one kind are the names of another no names.
    @Test func kindsAreApart() throws {
        let found = try inventory([
            .file("var/lib/dpkg/status", "Package: a\nVersion: 1\nDepends: b\n"),
            .file("lib/apk/db/installed", "P:b\nV:1\n"), Self.npm("node_modules/b", #""dependencies":{"a":"1"}"#),
        ])
        #expect(found.edges == ["b -> ", "a -> ", "b -> "])
    }
}
