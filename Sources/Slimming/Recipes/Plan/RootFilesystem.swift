/// A root file system of only what a program needs, gathered in the build stage for a last stage that starts from nothing.
struct RootFilesystem: Sendable {
    /// Where it is gathered.
    static let directory = "/rootfs"

    /// Programs and libraries whose shared libraries have to come along; shell words.
    var linked: [String] = []
    /// Directories in which every program and library counts.
    var linkedDirectories: [String] = []
    /// Whether /bin/sh is needed.
    var shell = false
    /// Files and directories that are copied if they are there, with their links followed.
    var files: [String] = []
    /// Libraries with the links to them, which stay links.
    private(set) var libraries: [String] = []
    /// Lines for /etc/passwd beside root's.
    var account = Account.application.line
    /// Directories that the account writes.
    var writable: [String] = []
    /// Commands before all others.
    var first: [String] = []

    /// Those of the files that are there for certain.
    private var certain: Set<String> = []
    /// Whether dpkg keeps records where the files come from; nil where that is not known.
    private var hasRecords: Bool?

    /// Nothing but an account that has no rights.
    init() {}

    /// The account that a situation's image runs as, and what it writes.
    init(_ situation: Situation) {
        account = AccountSetup.line(situation)
        writable =
            AccountSetup.user(situation, setup: .none)?.writable ?? situation.evidence?.writtenDirectories ?? []
    }

    /// Takes libraries along, with the links to them.
    mutating func add(libraries paths: [String], of image: RootView) {
        for path in paths {
            // What a link into another directory leads to takes its place.
            let place = image.resolved(PathText.parent(path))
            if PathText.parent(image.resolved(path)) == place {
                libraries.append(path)
            } else {
                files.append(path)
                linked.append(path)
            }
        }
    }

    /// Leaves out files that the build stage lacks, and notes what it has for certain.
    ///
    /// - Parameter has: Whether it has a file; nil where that is not known.
    mutating func settle(_ has: (String) -> Bool?) {
        files.removeAll { has($0) == false }
        certain = Set(files.filter { has($0) == true })
        hasRecords = has(DpkgDatabase.status)
    }

    /// Takes a program along that the build stage gets for that.
    mutating func add(installed program: String) {
        files.insert(program, at: 0)
        certain.insert(program)
        linked.append(program)
    }

    /// Files that are only copied if they are there.
    private var possible: [String] { files.filter { !certain.contains($0) } }

    /// The commands that copy the files: with the directories above them, and what links lead to.
    private var copies: [String] {
        let commands = Self.copying("-RL", files.filter(certain.contains))
        guard !possible.isEmpty else { return commands }
        return commands + [
            "for path in \(possible.joined(separator: " ")); do",
            "    if [ -e \"$path\" ]; then cp -RL --parents \"$path\" \(Self.directory); fi",
            "done",
        ]
    }

    /// Commands that copy files below the root, in lines that can be read.
    private static func copying(_ options: String, _ files: [String]) -> [String] {
        var lines: [[String]] = []
        for file in files {
            let width = lines.last.map { $0.reduce(0) { $0 + $1.count + 1 } } ?? 0
            if let last = lines.indices.last, width + file.count < 90 {
                lines[last].append(file)
            } else {
                lines.append([file])
            }
        }
        return lines.map { "cp \(options) --parents \($0.joined(separator: " ")) \(directory)" }
    }

    /// The instruction.
    func lines(comment: String) -> [String] {
        let root = Self.directory
        var commands = first
        commands.append("mkdir -p \(root)/etc \(root)/tmp")
        commands.append("chmod 1777 \(root)/tmp")
        commands.append("printf 'root:x:0:0:root:/:/sbin/nologin\\n\(account)\\n' > \(root)/etc/passwd")
        let fields = account.split(separator: ":", omittingEmptySubsequences: false)
        let (name, number, group) = (fields[0], fields[2], fields[3])
        let ownGroup = group == "0" ? "" : "\(name):x:\(group):\\n"
        commands.append("printf 'root:x:0:\\n\(ownGroup)' > \(root)/etc/group")
        if shell { commands += Self.copying("-L", ["/bin/sh"]) }
        commands += copies
        commands += Self.copying("-P", libraries)
        let sharing = sharedLibraries
        commands += sharing
        if !sharing.isEmpty { commands += records }
        if !writable.isEmpty {
            let list = writable.map { root + $0 }.joined(separator: " ")
            commands.append("mkdir -p \(list)")
            commands.append("chown \(number):\(group) \(list)")
        }
        if sharing.isEmpty, possible.isEmpty {
            return ["# " + comment, "RUN " + commands.joined(separator: " \\\n    && ")]
        }
        return ["# " + comment, "RUN <<'EOF'", "set -eu"] + commands + ["EOF"]
    }

    /// The commands that copy what programs and libraries are linked with.
    private var sharedLibraries: [String] {
        var listed = linked + libraries
        if shell { listed.append("/bin/sh") }
        guard !listed.isEmpty || !linkedDirectories.isEmpty else { return [] }
        let asking =
            listed.count == 1 && linkedDirectories.isEmpty
            ? "ldd \(listed[0])"
            : "find -H \((listed + linkedDirectories).joined(separator: " ")) -type f "
                + "\\( -perm -u+x -o -name '*.so*' \\) -exec ldd {} \\;"
        // What lies in these directories is copied with them.
        let there = ([Self.directory] + linkedDirectories).filter {
            $0 == Self.directory || !PathText.isBelow($0, Self.directory)
        }
        let others = linkedDirectories.isEmpty ? "" : there.map { " -e '^\($0)/'" }.joined()
        return [
            "# The shared libraries that all this is linked with.",
            asking + " 2>/dev/null |",
            "    grep -o '/[^ ]* (' | cut -d ' ' -f 1 | sort -u |" + (others.isEmpty ? "" : " grep -v\(others) |"),
            "    xargs -r cp -L --parents -t \(Self.directory)",
        ]
    }

    /// The commands that keep, as distroless images do, the records of the packages that the files belong to: without them scanners
    /// would not see these, and take the image to be free of what is known about them.
    ///
    /// dpkg knows some directories by their names from before /usr took them in, so that both are asked for.
    private var records: [String] {
        guard hasRecords != false else { return [] }
        let root = Self.directory, place = DpkgDatabase.status + ".d"
        let commands = [
            "mkdir -p \(root)\(place)",
            "cp -L --parents /etc/os-release \(root)",
            "find \(root) -type f | sed 's|^\(root)||; p; s|^|/usr|' | xargs -d '\\n' dpkg-query -S 2>/dev/null |",
            "    grep -v '^diversion' | sed 's/: .*//; s/, /\\n/g' | sort -u |",
            "    while read -r package; do dpkg-query -s \"$package\" > \(root)\(place)/\"${package%:*}\"; done",
        ]
        let comment = "# The records of the packages that all this comes from: scanners look for them."
        if hasRecords == true { return [comment] + commands }
        return [comment, "if [ -e \(DpkgDatabase.status) ]; then"] + commands.map { "    " + $0 } + ["fi"]
    }
}
