import Testing

@testable import Checks

/// Comments that silence rules.
struct PragmaTests {
    private func rules(_ text: String, _ configuration: CheckConfiguration = CheckConfiguration()) -> [String] {
        Checker(configuration: configuration, rules: [.maintainerDeprecated, .stageNameCasing, .unusedStage])
            .check(Array(text.utf8), path: "Dockerfile").findings.map(\.rule)
    }

    @Test("a comment silences the line below, whoever it addresses", arguments: ["hadolint", "whittle"])
    func line(_ tool: String) {
        #expect(rules("FROM scratch\n# \(tool) ignore=MaintainerDeprecated\nMAINTAINER a") == [])
        #expect(rules("FROM scratch\n# \(tool) ignore=DL3006,MaintainerDeprecated\nMAINTAINER a") == [])
        #expect(rules("FROM scratch\n# \(tool) ignore=DL3006\nMAINTAINER a") == ["MaintainerDeprecated"])
        #expect(
            rules("FROM scratch\n# \(tool) ignore=MaintainerDeprecated\n#\nMAINTAINER a") == ["MaintainerDeprecated"])
    }

    @Test(
        "a list that hadolint does not read silences nothing",
        arguments: ["ignore=,MaintainerDeprecated", "ignore=MaintainerDeprecated,", "ignore=MaintainerDeprecated;A"])
    func malformed(_ list: String) {
        #expect(rules("FROM scratch\n# hadolint \(list)\nMAINTAINER a") == ["MaintainerDeprecated"])
    }

    @Test("lines may end with carriage returns")
    func carriageReturns() {
        #expect(rules("FROM scratch\r\n# hadolint ignore=MaintainerDeprecated\r\nMAINTAINER a\r\n") == [])
    }

    @Test("a global comment silences the file")
    func global() {
        #expect(rules("FROM scratch\nMAINTAINER a\n# hadolint global ignore=MaintainerDeprecated") == [])
    }

    @Test("the directive silences the file, and `all` means BuildKit's")
    func directive() {
        let file = "FROM scratch AS A\nFROM scratch\nMAINTAINER a"
        #expect(rules(file) == ["StageNameCasing", "WT0014", "MaintainerDeprecated"])
        #expect(rules("# check=skip=StageNameCasing\n" + file) == ["WT0014", "MaintainerDeprecated"])
        #expect(rules("# check=skip=all\n" + file) == ["WT0014"])
        #expect(rules("# check=skip=WT0014\n" + file) == ["StageNameCasing", "MaintainerDeprecated"])
    }

    @Test("the directive above an instruction silences the instruction")
    func local() {
        #expect(rules("FROM scratch\n# check=skip=MaintainerDeprecated // why\nMAINTAINER a") == [])
        #expect(rules("FROM scratch AS A\n# check=skip=all\nMAINTAINER a") == ["StageNameCasing"])
    }

    @Test("comments are not heeded when that is configured")
    func disabled() {
        var configuration = CheckConfiguration()
        configuration.disablesPragmas = true
        #expect(
            rules("FROM scratch\n# hadolint ignore=MaintainerDeprecated\nMAINTAINER a", configuration)
                == ["MaintainerDeprecated"])
    }

    @Test("a build reads the directive strictly")
    func strictDirective() throws {
        func fails(_ options: String) throws -> Bool {
            try Pragmas.findingsFailBuild(.parse("# check=\(options)\nFROM scratch", path: "Dockerfile"))
        }
        #expect(try fails("error=true"))
        #expect(try fails("skip=A,B;error=1"))
        #expect(try !fails("skip=all"))
        #expect(try !fails("error=false"))
        for options in ["error=maybe", "eror=true", "skip", "skip=A;"] {
            #expect(throws: CheckDirectiveError.self) { try fails(options) }
        }
    }

    @Test("error=true makes BuildKit's findings errors")
    func errors() {
        let report = Checker(rules: [.maintainerDeprecated, .unusedStage])
            .check(
                Array("# check=error=true\nFROM scratch AS a\nFROM scratch\nMAINTAINER a".utf8), path: "Dockerfile")
        #expect(report.findings.map(\.severity) == [.info, .error])
    }

    @Test("severities and ignored rules are configured")
    func configured() {
        var configuration = CheckConfiguration()
        configuration.severities["MaintainerDeprecated"] = .style
        configuration.ignored = ["StageNameCasing"]
        let report = Checker(configuration: configuration, rules: [.maintainerDeprecated, .stageNameCasing])
            .check(Array("FROM scratch AS A\nMAINTAINER a".utf8), path: "Dockerfile")
        #expect(report.findings.map(\.severity) == [.style])
    }
}
