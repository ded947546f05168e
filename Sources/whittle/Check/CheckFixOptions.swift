import ArgumentParser
import Checks

/// What is done about findings.
struct CheckFixOptions: ParsableArguments {
    @Flag(name: .long, help: "Change the files so that findings with a fix are gone.")
    var fix = false

    @Flag(name: .long, help: "Print what --fix would change, and change nothing.")
    var diff = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "The weakest promise that a fix may make: same-image, same-files or declared-change.",
            discussion: "Default: same-files.", valueName: "class"))
    var fixClass: FixClass = .sameFiles

    @Flag(name: .long, help: "Ask neither registries nor base images for today's versions: no fix that pins.")
    var offline = false

    @Flag(
        name: .long,
        help: "Build the image before and after each fix, and refuse those that do not keep their promise.")
    var verify = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "With --verify: hold this changed Dockerfile against the one named, instead of fixes of rules.",
            discussion: "--fix-class says what it promises.", valueName: "file"))
    var fixed: String?

    /// What to do.
    var request: FixRequest? {
        guard fix || diff else { return nil }
        return FixRequest(classes: Set(FixClass.allCases.filter { $0 <= fixClass }), writes: fix)
    }
}

/// Which fixes to make, and whether to write the files.
struct FixRequest: Sendable {
    var classes: Set<FixClass>
    var writes: Bool
}

extension FixClass: ExpressibleByArgument {}
