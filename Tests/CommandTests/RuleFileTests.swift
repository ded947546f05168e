import Analysis
import Testing

@testable import whittle

/// Files that people write: rules for images and structure tests.
struct RuleFileTests {
    @Test func rulesOfBothKinds() throws {
        let dive = try GateFile.rules(
            "rules:\n  lowestEfficiency: 0.95\n  highestWastedBytes: 20MB\n  highestUserWastedPercent: disabled\n",
            path: ".dive-ci")
        #expect(dive?.lowestEfficiency == 0.95)
        #expect(dive?.highestWastedBytes == 20_000_000)
        #expect(dive?.highestUserWastedPercent == nil)
        for text in ["rules:\n", "rules:\n  highestWastedBytes: 20MB\n"] {
            let others = try GateFile.rules(text, path: ".dive-ci")
            #expect(others?.lowestEfficiency == 0.9 && others?.highestUserWastedPercent == 0.1)
        }
        let own = try GateFile.rules("inspect:\n  maxSize: 1.5GiB\n  maxGrowth: 5%\n", path: ".whittle.yaml")
        #expect(own?.maxSize == 1_610_612_736)
        #expect(own?.maxGrowth == .part(0.05))
        for text in ["check: {}\n", ""] {
            let none = try GateFile.rules(text, path: ".whittle.yaml")
            #expect(none == nil)
        }
    }

    @Test(arguments: [
        ("rules:\n  lowestEfficiency: 95\n", "f:2:21: lowestEfficiency 95: expected a number from 0 to 1"),
        ("inspect:\n  maxSize: lots\n", "f:2:12: maxSize lots: expected a size such as 200MB or 64MiB"),
        ("inspect: [1]\n", "f:1:10: expected a mapping of rules"),
        ("inspect:\n  size: 1\n", "f:2:9: unknown rule \"size\""),
    ])
    func wrongRulesHaveTheirPlace(text: String, message: String) {
        #expect(throws: OptionError.self) { try GateFile.rules(text, path: "f") }
        do { _ = try GateFile.rules(text, path: "f") } catch { #expect(error.description == message) }
    }

    @Test func everyKindOfTest() throws {
        let suite = try StructureFile.suite(
            parsing: """
                schemaVersion: '2.0.0'
                globalEnvVars: [{key: A, value: b}]
                commandTests:
                - {name: n, command: c, args: [-x], setup: [[a, b]], exitCode: 2, expectedOutput: [o], envVars: [{key: K, value: v}]}
                fileExistenceTests:
                - {name: n, path: /p, uid: -1, gid: 5, permissions: '-rw-r--r--', isExecutableBy: any}
                fileContentTests: [{name: n, path: /p, expectedContents: [x], excludedContents: [y]}]
                metadataTest: {cmd: [], user: u, labels: [{key: l, value: v, isRegex: true}], unboundEnvVars: [{key: Z}]}
                licenseTests: [{debian: true, files: [/x]}]
                containerRunOptions: {user: root, bindMounts: ['/a:/b']}
                """, path: "f")
        #expect(suite.commands.first?.arguments == ["c", "-x"])
        #expect(suite.commands.first?.exitCode == 2)
        #expect(suite.files.first?.uid == nil)
        #expect(suite.files.first?.gid == 5)
        #expect(suite.metadata?.cmd == [])
        #expect(suite.metadata?.entrypoint == nil)
        #expect(suite.metadata?.unboundVariables == ["Z"])
        #expect(suite.licenses.first?.debian == true)
        #expect(suite.options.user == "root")
    }

    @Test func testsAreJSONToo() throws {
        let suite = try StructureFile.suite(
            parsing:
                #"{"schemaVersion": "2.0.0", "fileExistenceTests": [{"name": "n", "path": "/p", "shouldExist": false}]}"#,
            path: "f.json")
        #expect(suite.files.first?.shouldExist == false)
    }

    @Test(arguments: [
        "schemaVersion: 3.0.0", "schemaVersion: 2.0.0\ntests: []", "schemaVersion: 2.0.0\ncommandTests: [{name: n}]",
        "schemaVersion: 2.0.0\ncommandTests: [{name: n, command: c, exitcode: 1}]",
        "schemaVersion: 2.0.0\nfileExistenceTests: {name: n}", "a: [", "schemaVersion: 2.0.0\nmetadataTest: {cmd: x}",
        "schemaVersion: 2.0.0\ncontainerRunOptions: {allocateTty: true}", "- 1",
    ])
    func whatIsNotUnderstoodIsAnError(text: String) {
        #expect(throws: OptionError.self) { try StructureFile.suite(parsing: text, path: "f") }
    }

    @Test func nestingHasAnEnd() {
        let text = String(repeating: "[", count: 100_000)
        #expect(throws: OptionError.self) { try StructureFile.suite(parsing: text, path: "f") }
    }
}
