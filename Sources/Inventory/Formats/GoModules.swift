import OCI

/// The modules in a Go program.
enum GoModules {
    static func packages(_ info: GoBuildInfo) -> [Package] {
        var modules: [(name: String, version: String, isMain: Bool)] = []
        var linkerFlags = ""
        for line in info.modules {
            let fields = line.split(separator: 0x09, omittingEmptySubsequences: false).map(\.text)
            guard fields.count >= 2, !fields[1].isEmpty else { continue }
            switch fields[0] {
            case "mod": modules.append((fields[1], fields.count > 2 ? fields[2] : "", true))
            case "dep": modules.append((fields[1], fields.count > 2 ? fields[2] : "", false))
            case "=>":
                // A replacement without a version is a directory on the builder's disk: the module is still that one.
                guard fields.count > 2, !fields[2].isEmpty, fields[2] != "(devel)", let last = modules.popLast() else {
                    continue
                }
                modules.append((fields[1], fields[2], last.isMain))
            case "build":
                if fields[1].hasPrefix("-ldflags=") { linkerFlags = String(fields[1].dropFirst("-ldflags=".count)) }
            default: break
            }
        }
        // A program of a work tree has no version but the one that its makers wrote into a variable.
        if let main = modules.firstIndex(where: \.isMain), ["", "(devel)"].contains(modules[main].version),
            let version = LinkedVersion.find(in: linkerFlags, module: modules[main].name)
        {
            modules[main].version = version
        }
        var packages = modules.map { module in
            Package(
                type: .golang, name: module.name, version: module.version == "(devel)" ? "" : module.version, path: "",
                marks: module.isMain ? [.applicationRoot] : [])
        }
        if let version = standardLibrary(info.version) {
            packages.append(Package(type: .golang, name: "stdlib", version: version, path: ""))
        }
        return packages
    }

    /// `go1.26.5 (Red Hat …)`, `go1.21.0 X:nocoverageredesign`, `go1.22.1-X:…`; nil for a toolchain without a version.
    private static func standardLibrary(_ text: String) -> String? {
        guard text.hasPrefix("go") else { return nil }
        var version = text.dropFirst(2).prefix { $0 != " " }
        if let experiment = version.firstIndex(of: "X"), experiment > version.startIndex {
            let before = version.index(before: experiment)
            if version[before] == "-" { version = version[..<before] }
        }
        return version.first?.isNumber == true ? String(version) : nil
    }
}

/// The version that `-X PACKAGE.version=…` wrote into a Go program.
enum LinkedVersion {
    /// The program's own variable first, then one of its module's packages, then another's where all say the same.
    static func find(in flags: String, module: String) -> String? {
        var own: String?
        var inModule: String?
        var others: Set<String> = []
        for (name, value) in assignments(in: flags) where isVersion(value) {
            guard let dot = name.lastIndex(of: "."), name[name.index(after: dot)...].lowercased().hasSuffix("version")
            else { continue }
            let package = name[..<dot]
            if package == "main" {
                own = own ?? value
            } else if package == module || package.hasPrefix(module + "/") {
                inModule = inModule ?? value
            } else {
                others.insert(value)
            }
        }
        return own ?? inModule ?? (others.count == 1 ? others.first : nil)
    }

    /// `-X name=value`, `-X=name=value`, in quotes or not. Go writes the flags as one quoted text where they hold blanks.
    private static func assignments(in flags: String) -> [(name: String, value: String)] {
        let plain = flags.prefix(64 << 10).filter { $0 != "\"" && $0 != "'" && $0 != "\\" }
        var result: [(String, String)] = []
        var isValue = false
        for word in plain.split(separator: " ") {
            let text: Substring
            if word == "-X" {
                isValue = true
                continue
            } else if word.hasPrefix("-X=") {
                text = word.dropFirst(3)
            } else if isValue {
                text = word
            } else {
                continue
            }
            isValue = false
            guard let equals = text.firstIndex(of: "=") else { continue }
            result.append((String(text[..<equals]), String(text[text.index(after: equals)...])))
        }
        return result
    }

    /// `1.2.3`, `v1.2.3-rc.1`; neither a word nor a commit.
    private static func isVersion(_ text: String) -> Bool {
        let digits = text.first == "v" ? text.dropFirst() : text[...]
        return text.utf8.count <= 128 && digits.first?.isNumber == true && digits.contains(".")
    }
}
