import LayerFormat
import OCI
import Testing

@testable import Analysis

/// What structure tests say of files, contents and configurations.
struct StructureTests {
    private func ledger() throws -> Ledger {
        try Ledger(tars: [
            LayerMaking.tar {
                try $0.directory("tmp")
                try $0.file("bin/su", size: 10, mode: 0o4755, uid: 3)
                try $0.link("bin/hard", to: "bin/su", hard: true)
                try $0.link("usr/su", to: "../bin/su")
                try $0.link("loop", to: "loop")
                try $0.file("gone", size: 10)
            },
            LayerMaking.tar {
                try $0.delete("gone")
                try $0.file("later", Array("second layer".utf8))
            },
        ])
    }

    @Test(arguments: [
        ("/bin/su", "urwxr-xr-x", true), ("/bin/hard", "urwxr-xr-x", true), ("/usr/su", "Lrwxrwxrwx", true),
        ("/tmp", "drwxr-xr-x", true), ("/bin/su", "-rwxr-xr-x", false), ("/gone", "-rw-r--r--", false),
    ])
    func permissionsAreWrittenAsGoDoes(path: String, permissions: String, passes: Bool) throws {
        var test = StructureSuite.FileTest()
        test.path = path
        test.permissions = permissions
        let file = try ledger().shown(at: path)
        #expect(test.errors(file).isEmpty == passes)
    }

    @Test func filesThatAreNotToBeThere() throws {
        let ledger = try ledger()
        var test = StructureSuite.FileTest()
        test.shouldExist = false
        #expect(test.errors(ledger.shown(at: "/gone")).isEmpty)
        #expect(test.errors(ledger.shown(at: "/bin/../bin/su")).count == 1)
        #expect(ledger.shown(at: "/loop", follows: true) == nil)
        #expect(ledger.shown(at: "/usr/su", follows: true)?.kind == .file)
        #expect(ledger.names(in: "/bin")?.map(\.name) == ["hard", "su"])
    }

    @Test func contentsComeFromTheirLayer() throws {
        let tar = try LayerMaking.tar {
            try $0.directory("d")
            try $0.file("a", Array("first".utf8))
            try $0.file("b", Array("second".utf8))
        }
        let ledger = try Ledger(tars: [LayerMaking.tar { try $0.file("x", size: 3) }, tar])
        let file = try #require(ledger.shown(at: "/b"))
        let collector = MemberCollector([ledger.member(of: file)])
        try walkLayer(Blob(tar), expecting: nil, name: "layer", visitors: [collector])
        #expect(collector.contents == [ledger.member(of: file): Array("second".utf8)])
    }

    @Test func patternsAreFoundAnywhere() {
        var test = StructureSuite.ContentTest()
        test.path = "/etc/x"
        test.expected = ["b+c", "^a"]
        test.excluded = ["^b", "x$"]
        #expect(test.errors(Array("abbc\nx y".utf8)).isEmpty)
        #expect(test.errors(Array("bc x".utf8)).count == 3)
        test.expected = ["("]
        #expect(test.errors([]).first?.contains("no valid regular expression") == true)
    }

    @Test func metadata() {
        var config = ContainerConfig()
        config.env = ["A=1", "B=x=y"]
        config.exposedPorts = ["80/tcp"]
        config.labels = ["team": "a1"]
        config.cmd = ["sh"]
        var test = StructureSuite.MetadataTest()
        test.variables = [.init(key: "B", value: "x=y"), .init(key: "A", value: "[0-9]", isPattern: true)]
        test.labels = [.init(key: "team", value: "a1")]
        test.exposedPorts = ["80", "80/tcp"]
        test.unexposedPorts = ["81"]
        test.unboundVariables = ["C"]
        test.entrypoint = []
        test.cmd = ["sh"]
        #expect(test.errors(config).isEmpty)
        test.variables.append(.init(key: "C", value: ""))
        test.unboundVariables = ["A"]
        test.exposedPorts = ["443"]
        test.cmd = []
        test.user = "app"
        test.volumes = ["/data"]
        #expect(test.errors(config).count == 6)
    }

    @Test func commandsAreJudgedByOutputAndStatus() {
        var test = StructureSuite.CommandTest()
        test.expectedOutput = ["ok"]
        test.excludedError = ["warn"]
        #expect(test.errors(output: "ok\n", errorOutput: "", status: 0).isEmpty)
        #expect(test.errors(output: "", errorOutput: "warning", status: 1).count == 3)
    }

    @Test func variablesInTests() {
        let variables = ["A": "1", "LONG_NAME": "2"]
        let texts = [
            ("$A/${LONG_NAME}", "1/2"), ("$A.$B", "1."), ("cost: $ 5", "cost: $ 5"), ("$LONG_NAME!", "2!"),
            ("a$", "a$"),
        ]
        for (text, expected) in texts { #expect(VariableText.expand(text, variables) == expected) }
    }
}
