import OCI

extension StructureSuite.CommandTest {
    /// Why what the command did is not what was expected.
    public func errors(output: String, errorOutput: String, status: Int32) -> [String] {
        var errors = TextPattern.errors(
            errorOutput, in: "the error output", expected: expectedError, excluded: excludedError)
        errors += TextPattern.errors(output, in: "the output", expected: expectedOutput, excluded: excludedOutput)
        if status != exitCode { errors.append("the exit status is \(status), not \(exitCode)") }
        return errors
    }
}

extension StructureSuite.FileTest {
    /// Why the file is not as expected; nil stands for a file that is not there.
    public func errors(_ file: FileVersion?) -> [String] {
        guard let file else {
            // The root is there in every image, though few list it.
            let exists = !path.isEmpty && RootedPath.normalized(PathBytes(path.utf8))?.isEmpty == true
            return shouldExist == exists ? [] : ["\(path) \(exists ? "exists" : "does not exist")"]
        }
        guard shouldExist else { return ["\(path) exists"] }
        var errors: [String] = []
        let text = GoMode.text(file)
        if let permissions, permissions != text {
            errors.append("\(path) has the permissions \(text), not \(permissions)")
        }
        if let isExecutableBy {
            let masks: [String: UInt16] = ["any": 0o111, "owner": 0o100, "group": 0o010, "other": 0o001]
            if let mask = masks[isExecutableBy] {
                if file.mode & mask == 0 { errors.append("\(path) is not executable by \(isExecutableBy): \(text)") }
            } else {
                errors.append("isExecutableBy: \"\(isExecutableBy)\" is not one of owner, group, other, any")
            }
        }
        if let uid, uid != Int(file.uid) { errors.append("\(path) belongs to the user \(file.uid), not \(uid)") }
        if let gid, gid != Int(file.gid) { errors.append("\(path) belongs to the group \(file.gid), not \(gid)") }
        return errors
    }
}

extension StructureSuite.ContentTest {
    /// Why the content is not as expected.
    public func errors(_ content: [UInt8]) -> [String] {
        TextPattern.errors(String(decoding: content, as: UTF8.self), in: path, expected: expected, excluded: excluded)
    }
}

extension StructureSuite.MetadataTest {
    /// Why the configuration is not as expected.
    public func errors(_ config: ContainerConfig) -> [String] {
        var errors: [String] = []
        let variables = Dictionary(
            config.env.map { variable in
                let name = variable.prefix { $0 != "=" }
                return (String(name), String(variable.dropFirst(name.count + 1)))
            }
        ) { _, last in last }
        errors += Self.errors(self.variables, variables, "the variable")
        for name in unboundVariables where variables[name] != nil { errors.append("the variable \(name) is set") }
        errors += Self.errors(labels, config.labels, "the label")
        if let cmd, cmd != config.cmd { errors.append("the command is \(config.cmd), not \(cmd)") }
        if let entrypoint, entrypoint != config.entrypoint {
            errors.append("the entry point is \(config.entrypoint), not \(entrypoint)")
        }
        if let workdir, workdir != config.workingDir {
            errors.append("the working directory is \"\(config.workingDir)\", not \"\(workdir)\"")
        }
        if let user, user != config.user { errors.append("the user is \"\(config.user)\", not \"\(user)\"") }
        // A port is named with or without its protocol.
        let ports = Set(config.exposedPorts.flatMap { [$0, String($0.prefix { $0 != "/" })] })
        for port in exposedPorts where !ports.contains(port) { errors.append("the port \(port) is not exposed") }
        for port in unexposedPorts where ports.contains(port) { errors.append("the port \(port) is exposed") }
        for volume in volumes where !config.volumes.contains(volume) { errors.append("\(volume) is no volume") }
        for volume in unmountedVolumes where config.volumes.contains(volume) { errors.append("\(volume) is a volume") }
        return errors
    }

    private static func errors(
        _ pairs: [StructureSuite.Pair], _ values: [String: String], _ what: String
    ) -> [String] {
        pairs.compactMap { pair in
            guard let value = values[pair.key] else { return "\(what) \(pair.key) is not set" }
            guard pair.isPattern else {
                return value == pair.value ? nil : "\(what) \(pair.key) is \"\(value)\", not \"\(pair.value)\""
            }
            guard let pattern = TextPattern(pair.value) else {
                return "\"\(pair.value)\" is no valid regular expression"
            }
            return pattern.isIn(value)
                ? nil : "\(what) \(pair.key) is \"\(value)\", which \"\(pair.value)\" does not match"
        }
    }
}

extension StructureSuite.LicenseTest {
    /// Where Debian's packages have their licences.
    public static let debianRoot = PathBytes("usr/share/doc".utf8)
    /// Packages whose file names a licence without being under it.
    public static let exceptions: Set<String> = ["libgnutls30"]
    private static let unwanted = ["AGPL", "WTFPL"]

    /// Which unwanted licence a file names.
    public static func error(_ content: [UInt8], path: String) -> String? {
        let text = String(decoding: content, as: UTF8.self).uppercased()
        return unwanted.first { text.contains($0) }.map { "\(path) names the licence \($0)" }
    }
}

/// Kind and permissions of a file as Go's `FileMode` writes them, which the tests are written in.
enum GoMode {
    static func text(_ file: FileVersion) -> String {
        var kind = ""
        switch file.kind {
        case .directory: kind = "d"
        case .symlink: kind = "L"
        case .characterDevice: kind = "Dc"
        case .blockDevice: kind = "D"
        case .fifo: kind = "p"
        case .file, .hardlink: break
        }
        // In Go's order: u, g, c, t.
        if file.mode & 0o4000 != 0 { kind = kind.hasSuffix("c") ? "Du" : kind + "u" }
        if file.mode & 0o2000 != 0 { kind += "g" }
        if file.kind == .characterDevice, !kind.contains("c") { kind += "c" }
        if file.mode & 0o1000 != 0 { kind += "t" }
        if kind.isEmpty { kind = "-" }
        let bits = Array("rwxrwxrwx")
        // Links have all permissions on Linux, whatever an archive says.
        let mode = file.kind == .symlink ? 0o777 : file.mode
        return kind + String(bits.enumerated().map { mode & (0o400 >> UInt16($0)) != 0 ? $1 : "-" })
    }
}

/// `$NAME` and `${NAME}` in tests.
public enum VariableText {
    /// The text with the variables in it, empty where there is none. `$$` and a `$` before anything but a name are as in Go's
    /// `os.Expand`.
    public static func expand(_ text: String, _ variables: [String: String]) -> String {
        var result = ""
        var rest = Substring(text)
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            if rest.first == "{" {
                guard let end = rest.firstIndex(of: "}") else {
                    rest = rest.dropFirst()
                    continue
                }
                result += variables[String(rest[rest.index(after: rest.startIndex)..<end])] ?? ""
                rest = rest[rest.index(after: end)...]
                continue
            }
            guard let first = rest.first else {
                result += "$"
                break
            }
            let name: Substring
            if "*#$@!?-0123456789".contains(first) {
                name = rest.prefix(1)
            } else {
                name = rest.prefix { $0 == "_" || ($0.isASCII && ($0.isLetter || $0.isNumber)) }
            }
            if name.isEmpty { result += "$" } else { result += variables[String(name)] ?? "" }
            rest = rest.dropFirst(name.count)
        }
        return result + rest
    }
}
