import ArgumentParser
import Glibc
import Store

/// Options that every command takes.
struct GlobalOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Directory of blobs, snapshots and cache.",
            discussion: "Default: $WHITTLE_ROOT, /var/lib/whittle for root, else $XDG_DATA_HOME/whittle.",
            valueName: "dir"))
    var root: String?

    @Flag(name: .long, help: "Print without colours; also NO_COLOR.")
    var noColor = false

    /// Where local state is kept.
    var rootDirectory: String {
        if let root { return root }
        if let root = environment("WHITTLE_ROOT") { return root }
        if geteuid() == 0 { return "/var/lib/whittle" }
        if let data = environment("XDG_DATA_HOME") { return data + "/whittle" }
        return (environment("HOME") ?? "/tmp") + "/.local/share/whittle"
    }

    /// Whether text may be coloured: a terminal, and nobody said no.
    var usesColor: Bool { usesColor(on: STDERR_FILENO) }

    /// Whether text for an open file may be coloured.
    func usesColor(on file: Int32) -> Bool { !noColor && environment("NO_COLOR") == nil && isatty(file) == 1 }

    /// Opens the local store; `freesSpace`: to remove things, for which a full disk must be no hindrance.
    func openStore(freesSpace: Bool = false) throws -> Store {
        try Store(root: rootDirectory, freesSpace: freesSpace)
    }

    /// Options that stand before the command (`whittle --root DIR build …`) are put behind it, where they are parsed.
    static func movedBehindCommand(_ arguments: [String]) -> [String] {
        var leading: [String] = []
        var index = 0
        while index < arguments.count, arguments[index].hasPrefix("--") {
            switch arguments[index] {
            case "--root":
                leading += arguments[index..<min(index + 2, arguments.count)]
                index += 2
            case "--no-color":
                leading.append(arguments[index])
                index += 1
            case let option where option.hasPrefix("--root="):
                leading.append(option)
                index += 1
            default:
                return arguments
            }
        }
        guard !leading.isEmpty, index < arguments.count else { return arguments }
        return [arguments[index]] + leading + arguments[(index + 1)...]
    }
}

/// A variable of this process's environment; nil when it is unset or empty.
func environment(_ name: String) -> String? {
    guard let value = getenv(name) else { return nil }
    let text = String(cString: value)
    return text.isEmpty ? nil : text
}
