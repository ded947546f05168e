import Analysis

/// Reads files of structure tests, YAML or JSON. A field that is not known is an error: a test that is not run would count
/// as passed.
enum StructureFile {
    static func read(_ path: String) throws(OptionError) -> StructureSuite {
        let bytes = try FileBytes.read(path, what: "test file", limit: 8 << 20)
        return try suite(parsing: String(decoding: bytes, as: UTF8.self), path: path)
    }

    static func suite(parsing source: String, path: String) throws(OptionError) -> StructureSuite {
        let document = try YAMLDocument(source, path: path)
        var suite = StructureSuite(file: path)
        let version = document["schemaVersion"]?.scalar
        guard version == "2.0.0" || version == "1.0.0" else {
            throw OptionError("\(path): schemaVersion \"\(version ?? "")\" is not supported, only 2.0.0 and 1.0.0 are")
        }
        for (key, value) in try fields(document) {
            switch key {
            case "schemaVersion": break
            case "globalEnvVars": suite.variables = try pairs(value).map { ($0.key, $0.value) }
            case "commandTests":
                for item in try list(value) { suite.commands.append(try command(item, isList: version == "1.0.0")) }
            case "fileExistenceTests": for item in try list(value) { suite.files.append(try file(item)) }
            case "fileContentTests": for item in try list(value) { suite.contents.append(try content(item)) }
            case "metadataTest":
                // One that asks for nothing is none: it would count as passed.
                let test = try metadata(value)
                suite.metadata = test == StructureSuite.MetadataTest() ? nil : test
            case "licenseTests": for item in try list(value) { suite.licenses.append(try license(item)) }
            case "containerRunOptions": suite.options = try options(value)
            default: throw unknown(key, value)
            }
        }
        return suite
    }

    // MARK: Tests

    /// Up to version 1.0.0 of the format a command was a list, program and arguments in one.
    private static func command(
        _ node: YAMLDocument, isList: Bool
    ) throws(OptionError) -> StructureSuite.CommandTest {
        var test = StructureSuite.CommandTest()
        var program = ""
        var arguments: [String] = []
        for (key, value) in try fields(node) {
            switch key {
            case "name": test.name = try text(value)
            case "setup": test.setup = try commands(value)
            case "teardown": test.teardown = try commands(value)
            case "envVars": test.variables = try pairs(value).map { ($0.key, $0.value) }
            case "exitCode": test.exitCode = Int32(truncatingIfNeeded: try number(value))
            case "command" where isList:
                let words = try texts(value)
                program = words.first ?? ""
                arguments = Array(words.dropFirst())
            case "command": program = try text(value)
            case "args" where !isList: arguments = try texts(value)
            case "expectedOutput": test.expectedOutput = try texts(value)
            case "excludedOutput": test.excludedOutput = try texts(value)
            case "expectedError": test.expectedError = try texts(value)
            case "excludedError": test.excludedError = try texts(value)
            default: throw unknown(key, value)
            }
        }
        guard !test.name.isEmpty else { throw node.failure("a command test needs a name") }
        guard !program.isEmpty else { throw node.failure("the command test \"\(test.name)\" has no command") }
        test.arguments = [program] + arguments
        return test
    }

    private static func file(_ node: YAMLDocument) throws(OptionError) -> StructureSuite.FileTest {
        var test = StructureSuite.FileTest()
        for (key, value) in try fields(node) {
            switch key {
            case "name": test.name = try text(value)
            case "path": test.path = try text(value)
            case "shouldExist": test.shouldExist = try flag(value)
            case "permissions": test.permissions = try filled(value)
            case "uid": test.uid = try owner(value)
            case "gid": test.gid = try owner(value)
            case "isExecutableBy": test.isExecutableBy = try filled(value)
            default: throw unknown(key, value)
            }
        }
        guard !test.name.isEmpty else { throw node.failure("a file existence test needs a name") }
        guard !test.path.isEmpty else { throw node.failure("the file existence test \"\(test.name)\" has no path") }
        return test
    }

    private static func content(_ node: YAMLDocument) throws(OptionError) -> StructureSuite.ContentTest {
        var test = StructureSuite.ContentTest()
        for (key, value) in try fields(node) {
            switch key {
            case "name": test.name = try text(value)
            case "path": test.path = try text(value)
            case "expectedContents": test.expected = try texts(value)
            case "excludedContents": test.excluded = try texts(value)
            default: throw unknown(key, value)
            }
        }
        guard !test.name.isEmpty else { throw node.failure("a file content test needs a name") }
        guard !test.path.isEmpty else { throw node.failure("the file content test \"\(test.name)\" has no path") }
        return test
    }

    private static func metadata(_ node: YAMLDocument) throws(OptionError) -> StructureSuite.MetadataTest {
        var test = StructureSuite.MetadataTest()
        for (key, value) in try fields(node) {
            switch key {
            case "envVars", "env": test.variables = try pairs(value)
            case "unboundEnvVars": test.unboundVariables = try pairs(value).map(\.key)
            case "labels": test.labels = try pairs(value)
            case "exposedPorts": test.exposedPorts = try texts(value)
            case "unexposedPorts": test.unexposedPorts = try texts(value)
            case "volumes": test.volumes = try texts(value)
            case "unmountedVolumes": test.unmountedVolumes = try texts(value)
            case "entrypoint": test.entrypoint = value.isNull ? nil : try texts(value)
            case "cmd": test.cmd = value.isNull ? nil : try texts(value)
            case "workdir": test.workdir = try filled(value)
            case "user": test.user = try filled(value)
            default: throw unknown(key, value)
            }
        }
        return test
    }

    private static func license(_ node: YAMLDocument) throws(OptionError) -> StructureSuite.LicenseTest {
        var test = StructureSuite.LicenseTest()
        for (key, value) in try fields(node) {
            switch key {
            case "debian": test.debian = try flag(value)
            case "files": test.files = try texts(value)
            default: throw unknown(key, value)
            }
        }
        return test
    }

    private static func options(_ node: YAMLDocument) throws(OptionError) -> StructureSuite.RunOptions {
        var options = StructureSuite.RunOptions()
        for (key, value) in try fields(node) {
            switch key {
            case "user": options.user = try filled(value)
            case "privileged": options.isPrivileged = try flag(value)
            case "envVars": options.variables = try texts(value)
            case "envFile": options.variableFile = try filled(value)
            case "bindMounts": options.bindMounts = try texts(value)
            case "allocateTty":
                // What a command prints is compared, and a terminal would change it.
                if try flag(value) { throw value.failure("allocateTty is not supported") }
            case "capabilities": if !(try texts(value)).isEmpty { throw value.failure("capabilities is not supported") }
            default: throw unknown(key, value)
            }
        }
        return options
    }

    // MARK: Values

    private static func unknown(_ key: String, _ value: YAMLDocument) -> OptionError {
        value.failure("unknown field \"\(key)\"")
    }

    private static func fields(_ node: YAMLDocument) throws(OptionError) -> [(key: String, value: YAMLDocument)] {
        guard let fields = node.mapping else { throw node.failure("expected a mapping") }
        return fields
    }

    private static func list(_ node: YAMLDocument) throws(OptionError) -> [YAMLDocument] {
        if node.isNull { return [] }
        guard let items = node.items else { throw node.failure("expected a list") }
        return items
    }

    private static func text(_ node: YAMLDocument) throws(OptionError) -> String {
        guard let text = node.scalar else { throw node.failure("expected a text") }
        return text
    }

    private static func filled(_ node: YAMLDocument) throws(OptionError) -> String? {
        let text = node.isNull ? "" : try text(node)
        return text.isEmpty ? nil : text
    }

    private static func texts(_ node: YAMLDocument) throws(OptionError) -> [String] {
        var texts: [String] = []
        for item in try list(node) { texts.append(try text(item)) }
        return texts
    }

    private static func commands(_ node: YAMLDocument) throws(OptionError) -> [[String]] {
        var commands: [[String]] = []
        for item in try list(node) {
            let words = try texts(item)
            guard !words.isEmpty else { throw item.failure("a command is empty") }
            commands.append(words)
        }
        return commands
    }

    private static func flag(_ node: YAMLDocument) throws(OptionError) -> Bool {
        switch try text(node).lowercased() {
        case "true", "yes", "on": true
        case "false", "no", "off": false
        default: throw node.failure("expected true or false")
        }
    }

    private static func number(_ node: YAMLDocument) throws(OptionError) -> Int {
        guard let number = Int(try text(node)) else { throw node.failure("expected a number") }
        return number
    }

    /// -1 stands for any.
    private static func owner(_ node: YAMLDocument) throws(OptionError) -> Int? {
        let number = try number(node)
        return number == -1 ? nil : number
    }

    private static func pairs(_ node: YAMLDocument) throws(OptionError) -> [StructureSuite.Pair] {
        var pairs: [StructureSuite.Pair] = []
        for item in try list(node) {
            var pair = StructureSuite.Pair(key: "", value: "")
            for (key, value) in try fields(item) {
                switch key {
                case "key": pair.key = try text(value)
                case "value": pair.value = try text(value)
                case "isRegex": pair.isPattern = try flag(value)
                default: throw unknown(key, value)
                }
            }
            guard !pair.key.isEmpty else { throw item.failure("the key is missing") }
            pairs.append(pair)
        }
        return pairs
    }
}
