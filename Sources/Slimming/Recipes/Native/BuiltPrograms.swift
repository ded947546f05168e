/// Programs for the machine that the Dockerfile made: what its command names, and what was started of them.
struct BuiltPrograms: Sendable {
    /// The program that the command names.
    private(set) var main: String?
    /// All of them, with it.
    private(set) var all: Set<String> = []
    /// What the command called it.
    private var word = ""
    /// Where the last stage will look for programs.
    private var searched = Self.standard

    /// A program that is yet to be made.
    init(main: String) {
        self.main = main
        word = main
        all = [main]
    }

    init(_ situation: Situation, _ evidence: Evidence) {
        func built(_ path: String) -> Bool {
            let resolved = evidence.image.resolved(path)
            return (evidence.added.contains(path) || evidence.added.contains(resolved))
                && ELFFile(path: evidence.image.directory + resolved) != nil
        }
        // What the Dockerfile itself adds to PATH goes to the last stage; what its base has does not.
        let inherited =
            evidence.baseConfig.env.first { $0.hasPrefix("PATH=") }?.dropFirst(5).split(separator: ":") ?? []
        searched.formUnion(Set(evidence.path.split(separator: ":")).subtracting(inherited).map(String.init))
        for (index, word) in situation.view.commandWords.enumerated() {
            guard
                let path = evidence.image.program(
                    word, workingDirectory: situation.workingDirectory, path: evidence.path), built(path)
            else { continue }
            all.insert(path)
            if index == 0 {
                main = path
                self.word = word
            }
        }
        all.formUnion(evidence.programs.filter(built))
    }

    /// Names of what was started beside them, or what the image names. A shell that is there only to start the program
    /// does not count.
    func others(_ view: StageView, _ evidence: Evidence) -> Set<String> {
        let own = all.union(all.map(evidence.image.resolved))
        let foreign = evidence.programs.subtracting(own)
        // Scripts of the application come with its files.
        let brought = foreign.intersection(evidence.added)
        let scripts = brought.subtracting(DpkgDatabase(evidence.image).owners(of: brought).keys)
        let names = foreign.subtracting(scripts).map(PathText.name).filter { !["runc", "crun"].contains($0) }
        let isShellForm = [view.command.entrypoint, view.command.command].contains { $0?.isShellForm ?? false }
        let dispensable: Set<String> =
            isShellForm && !view.needsShell && evidence.config.healthcheck == nil
            ? ["sh", "dash", "busybox", "ash"] : []
        return Set(names).subtracting(dispensable)
    }

    /// Where the programs outside of a directory come from and go to; all of them without one.
    func outside(_ directory: String? = nil) -> [(from: String, to: String)] {
        all.filter { path in !(directory.map { PathText.isBelow(path, $0) } ?? false) }.sorted().map { path in
            // What is found by its name has to be where the last stage looks for it.
            let isFound = path == main && !word.contains("/")
            let isStandard = searched.contains(PathText.parent(path))
            return (path, isFound && !isStandard ? "/usr/local/bin/" + PathText.name(path) : path)
        }
    }

    /// Takes symbols and tables for debuggers out of the programs, where there is a tool for it and it is worth it.
    func strip(_ plan: inout RuntimePlan, _ situation: Situation, _ evidence: Evidence) {
        guard evidence.image.kind("/usr/bin/strip") == .file, case .single = situation.view.shape else { return }
        let paths = Set(all.map(evidence.image.resolved)).filter { path in
            guard let file = ELFFile(path: evidence.image.directory + path) else { return false }
            return file.unloadedSize > 100_000
        }
        guard !paths.isEmpty else { return }
        plan.buildTail.append("RUN strip \(paths.sorted().joined(separator: " "))")
        plan.steps.append(
            situation.step(
                "strip-symbols", at: situation.fromNode,
                "symbols and tables for debuggers are not loaded by any process"))
    }

    /// Where a distribution looks for programs.
    private static let standard: Set<String> = [
        "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin",
    ]
}
