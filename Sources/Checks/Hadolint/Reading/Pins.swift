import DockerfileSyntax

/// Versions put behind the names of packages.
enum Pins {
    /// The edits that pin those of the words whose versions are known.
    static func edits(
        _ words: [ShellWord], of run: RunScript, _ manager: PackageManager, separator: String, in context: CheckContext
    ) -> [TextEdit] {
        guard let packages = context.inputs.packages, PackageSources.areThoseOfTheImage(manager, at: run, context)
        else { return [] }
        let image = context.image(under: run.statement.stage)
        return words.compactMap { word in
            guard run.isPlain(word), isName(word.text),
                let version = packages.version(of: word.text, manager: manager, image: image), isVersion(version)
            else { return nil }
            return run.inserting(separator + version, after: word)
        }
    }

    /// True for the name of a package and nothing else.
    private static func isName(_ text: String) -> Bool {
        guard let last = text.utf8.last, last != UInt8(ascii: "-"), last != UInt8(ascii: "+") || text.hasSuffix("++")
        else { return false }
        return text.utf8.allSatisfy { isWordByte($0) || $0 == UInt8(ascii: "@") || $0 == UInt8(ascii: "/") }
    }

    /// True for a version that stays one word in a shell.
    static func isVersion(_ text: String) -> Bool { !text.isEmpty && text.utf8.allSatisfy(isWordByte) }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: "+"), UInt8(ascii: "~"), UInt8(ascii: ":"), UInt8(ascii: "^"):
            true
        default: false
        }
    }
}

/// Versions for examples.
struct ExamplePackages: PackageVersions {
    var versions: [String: String]

    init(_ versions: [String: String]) { self.versions = versions }

    func version(of package: String, manager: PackageManager, image: String?) -> String? { versions[package] }
}

/// Tags for examples.
struct ExampleTags: TagResolver {
    var tags: [String: String]
    var digests: [String: String]

    /// A digest that looks like one.
    static let digest = "sha256:" + String(repeating: "4a7d", count: 16)

    init(_ tags: [String: String], digests: [String: String] = [:]) {
        self.tags = tags
        self.digests = digests
    }

    func pinnedTag(for reference: String) -> String? { tags[reference] }
    func digest(of reference: String) -> String? { digests[reference] }
}

extension CheckInputs {
    /// Inputs of examples that know versions of packages.
    static func packages(_ versions: [String: String]) -> CheckInputs {
        CheckInputs(packages: ExamplePackages(versions))
    }
}
