import LayerFormat
import OCI
import Testing

@testable import Inventory

/// Packages of languages, by the records that their package managers leave.
struct LanguagePackageTests {
    @Test func npm() throws {
        func manifest(_ name: String) -> String { #"{"name":"\#(name)","version":"1.0.0","license":"MIT"}"# }
        let found = try inventory([
            .file("app/node_modules/a/package.json", manifest("a")),
            .file("app/node_modules/@s/b/package.json", manifest("@s/b")),
            .file("app/node_modules/a/node_modules/c/package.json", manifest("c")),
            .file("app/node_modules/a/esm/package.json", manifest("a/esm")),
            .file("app/node_modules/@s/b/dist/package.json", manifest("dist")),
            .file("app/node_modules/package.json", manifest("none")),
            .file("app/node_modules/.pnpm/d@1.0.0/node_modules/d/package.json", manifest("d")),
            .file("app/package.json", manifest("app")),
            .file("app/node_modules/e/package.json", #"{"name":"e"}"#),
            .file("app/node_modules/f/package.json", #"{"name":"f","version":7}"#),
            .file("app/node_modules/g/package.json", #"{"name":"g","version":"1.0.0","license":{"type":"ISC"}}"#),
            .file("app/node_modules/h/package.json", #"{"name":"h","version":"1.0.0","licenses":[{"type":"X"},3]}"#),
            .file("app/node_modules/i/package.json", "{\"name\": not json"),
            .file("app/node_modules/j/package.json", "\u{FEFF}" + manifest("j")),
        ])
        #expect(found.packages.map(\.name) == ["@s/b", "a", "app", "c", "d", "g", "h", "j"])
        #expect(found.packages.filter(\.isApplicationRoot).map(\.name) == ["app"])
        #expect(found.packages.first?.purl?.description == "pkg:npm/%40s/b@1.0.0")
        #expect(found.packages.first { $0.name == "app" }?.purl == nil)
        #expect(found.packages.first { $0.name == "g" }?.licences == ["ISC"])
        #expect(found.packages.first { $0.name == "h" }?.licences == ["X"])
        #expect(found.warnings.map(\.path) == ["app/node_modules/i/package.json"])
        #expect(found.ownedFiles(of: found.packages[1]) == [.directories(Array("app/node_modules/a\n".utf8))])
    }

    @Test func python() throws {
        let headers = "Metadata-Version: 2.1\r\nName: Foo.Bar\r\nVersion: 1.0\r\nLicense: MIT\r\n\r\nVersion: 2.0\r\n"
        var egg = TestZip()
        egg.add("EGG-INFO/PKG-INFO", "Name: zipped\nVersion: 3\n", compress: true)
        egg.add("zipped/__init__.py", "")
        let found = try inventory([
            .file("v/lib/python3.11/site-packages/foo_bar-1.0.dist-info/METADATA", headers),
            .file(
                "v/lib/python3.11/site-packages/foo_bar-1.0.dist-info/RECORD",
                "foo/__init__.py,sha256=x,1\n\"a,b.py\",,\n../../../bin/foo,,\n../../../../../../etc/passwd,,\n"),
            .file("usr/lib/python3/dist-packages/one-1.egg-info", "Name: one\nVersion: 1\n"),
            .file("usr/lib/python3/dist-packages/two-2.egg-info/PKG-INFO", "Name: two\nVersion: 2\n"),
            .file("opt/three-3.egg/EGG-INFO/PKG-INFO", "Name: three\nVersion: 3\n"),
            .file("opt/zipped-3-py3.egg", egg.bytes(), mode: 0o644),
            .file("opt/four.dist-info/METADATA", "Name: four\n\nVersion: 4\n"),
            .file("opt/PKG-INFO", "Name: five\nVersion: 5\n"),
        ])
        #expect(found.packages.map(\.name) == ["Foo.Bar", "one", "three", "two", "zipped"])
        #expect(found.packages[0].version == "1.0")
        #expect(found.packages[0].canonicalName == "foo-bar")
        #expect(found.packages[0].purl?.description == "pkg:pypi/foo-bar@1.0")
        let owned = found.ownedFiles(of: found.packages[0])
        #expect(owned.first == .directories(Array("v/lib/python3.11/site-packages/foo_bar-1.0.dist-info\n".utf8)))
        #expect(
            owned.last.map { $0.paths.map { String(decoding: $0, as: UTF8.self) } } == [
                "v/lib/python3.11/site-packages/foo/__init__.py", "v/lib/python3.11/site-packages/a,b.py", "v/bin/foo",
            ])
    }

    @Test func conda() throws {
        let found = try inventory([
            .file(
                "opt/conda/conda-meta/numpy-1.26.4-py311.json",
                #"{"name":"numpy","version":"1.26.4","license":"BSD-3-Clause","files":["lib/x.so",3,"bin/f2py"]}"#),
            .file("opt/conda/conda-meta/history", "x"),
            .file("opt/conda/conda-meta/bad.json", "[]"),
        ])
        #expect(found.lines == ["conda numpy 1.26.4 opt/conda/conda-meta/numpy-1.26.4-py311.json @0"])
        #expect(
            found.ownedFiles(of: found.packages[0]).flatMap(\.paths).map { String(decoding: $0, as: UTF8.self) }
                == ["opt/conda/lib/x.so", "opt/conda/bin/f2py"])
    }

    @Test func ruby() throws {
        let stub = """
            # -*- encoding: utf-8 -*-
            # stub: nokogiri 1.16.2 x86_64-linux lib
            Gem::Specification.new do |s|
              s.name = "nokogiri".freeze
              s.version = "1.16.2"
              s.licenses = ["MIT".freeze, 'Ruby']
            """
        let found = try inventory([
            .file("usr/local/bundle/specifications/nokogiri-1.16.2-x86_64-linux.gemspec", stub),
            .file(
                "usr/lib/ruby/gems/3.1.0/specifications/default/json-2.6.1.gemspec",
                "s.name = \"json\"\n  s.version = \"2.6.1\"\n"),
            .file("usr/local/bundle/gems/nokogiri-1.16.2/nokogiri.gemspec", stub),
            .file("usr/local/bundle/specifications/computed-1.gemspec", "s.name = NAME\n"),
        ])
        #expect(found.packages.map(\.name) == ["json", "nokogiri"])
        #expect(found.packages[1].version == "1.16.2")
        #expect(found.packages[1].licences == ["MIT", "Ruby"])
        #expect(
            found.ownedFiles(of: found.packages[1])
                == [.directories(Array("usr/local/bundle/gems/nokogiri-1.16.2-x86_64-linux\n".utf8))])
        #expect(
            found.ownedFiles(of: found.packages[0])
                == [.directories(Array("usr/lib/ruby/gems/3.1.0/gems/json-2.6.1\n".utf8))])
    }

    @Test func composer() throws {
        let entries =
            #"[{"name":"Monolog/monolog","version":"v2.9.1","license":["MIT"],"install-path":"../Monolog/monolog"},"#
            + #"{"name":"a/dev","version":"dev-main"},{"name":"broken"},7]"#
        let found = try inventory([
            .file("v1/vendor/composer/installed.json", entries),
            .file(
                "v2/vendor/composer/installed.json",
                #"{"packages":\#(entries),"dev":true,"dev-package-names":["a/dev"]}"#),
        ])
        #expect(
            found.lines == [
                "composer Monolog/monolog 2.9.1 v1/vendor/composer/installed.json @0",
                "composer Monolog/monolog 2.9.1 v2/vendor/composer/installed.json @0",
                "composer a/dev dev-main v1/vendor/composer/installed.json @0",
                "composer a/dev dev-main v2/vendor/composer/installed.json @0",
            ])
        #expect(found.packages[0].purl?.description == "pkg:composer/monolog/monolog@2.9.1")
        #expect(found.packages[3].marks == [.development])
        #expect(
            found.ownedFiles(of: found.packages[2]) == [.directories(Array("v1/vendor/a/dev\n".utf8))])
    }

    @Test func dotNet() throws {
        let document = """
            {"runtimeTarget":{"name":".NETCoreApp,Version=v8.0"},"targets":{},"libraries":{
            "app/1.0.0":{"type":"project","serviceable":false},"Newtonsoft.Json/13.0.1":{"type":"package"},
            "Odd":{"type":"package"},"Serilog/3.1.1":{"type":"package","sha512":"x"}}}
            """
        let found = try inventory([.file("app/app.deps.json", document)])
        #expect(
            found.lines == [
                "nuget Newtonsoft.Json 13.0.1 app/app.deps.json @0", "nuget Serilog 3.1.1 app/app.deps.json @0",
            ])
    }

    @Test func deepAndLargeDocuments() throws {
        let deep = String(repeating: "[", count: 100_000)
        let nested = String(repeating: #"{"a":"#, count: 1_000) + "1" + String(repeating: "}", count: 1_000)
        for text in [deep, nested, #"{"libraries":\#(nested)}"#, #"{"packages":\#(deep)}"#] {
            let found = try inventory([
                .file("app/node_modules/x/package.json", text), .file("app/app.deps.json", text),
                .file("vendor/composer/installed.json", text), .file("conda-meta/x.json", text),
                .file("var/lib/db/sbom/x.spdx.json", text),
            ])
            #expect(found.packages.isEmpty)
        }
    }
}
