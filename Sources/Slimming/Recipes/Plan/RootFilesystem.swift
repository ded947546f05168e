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
    var libraries: [String] = []
    /// Lines for /etc/passwd beside root's.
    var account = Account.application.line
    /// Directories that the account writes.
    var writable: [String] = []
    /// Commands before all others.
    var first: [String] = []

    /// Whether all of the files are known to be there.
    private var allExist = false

    /// Leaves out files that the image does not have.
    mutating func keepExisting(in image: RootView) {
        files.removeAll { image.kind($0) == nil }
        allExist = true
    }

    /// The commands that copy the files.
    private var copies: [String] {
        let root = Self.directory
        guard let first = files.first else { return [] }
        if files.count == 1, allExist {
            let parent = PathText.parent(first)
            return ["mkdir -p \(root)\(parent) && cp -RL \(first) \(root)\(parent)/"]
        }
        let copy = "mkdir -p \"\(root)${path%/*}\" && cp -RL \"$path\" \"\(root)${path%/*}/\""
        return [
            "for path in \(files.joined(separator: " ")); do \\\n      "
                + (allExist ? copy : "if [ -e \"$path\" ]; then \(copy); fi") + "; \\\n    done"
        ]
    }

    /// The instruction.
    func lines(comment: String) -> [String] {
        let root = Self.directory
        var commands = first
        commands.append("mkdir -p \(root)/tmp \(root)/etc && chmod 1777 \(root)/tmp")
        commands.append("printf 'root:x:0:0:root:/:/sbin/nologin\\n\(account)\\n' > \(root)/etc/passwd")
        let fields = account.split(separator: ":", omittingEmptySubsequences: false)
        let (name, number, group) = (fields[0], fields[2], fields[3])
        commands.append("printf 'root:x:0:\\n\(name):x:\(group):\\n' > \(root)/etc/group")
        if shell { commands.append("mkdir -p \(root)/bin && cp -L /bin/sh \(root)/bin/sh") }
        commands += copies
        if !libraries.isEmpty {
            commands.append(
                """
                for path in \(libraries.joined(separator: " ")); do \\
                      mkdir -p "\(root)${path%/*}"; \\
                      case $(readlink "$path") in */*) how=-L ;; *) how=-P ;; esac; \\
                      cp $how "$path" "\(root)$path"; \\
                    done
                """)
        }
        var listed = linked + libraries
        if shell { listed.append("/bin/sh") }
        var sources: [String] = []
        if !listed.isEmpty { sources.append("printf '%s\\n' \(listed.joined(separator: " "))") }
        if !linkedDirectories.isEmpty {
            sources.append(
                "find \(linkedDirectories.joined(separator: " ")) -type f \\( -perm -u+x -o -name '*.so*' \\)")
        }
        if !sources.isEmpty {
            // What lies in these directories is copied with them.
            let there = ([root] + linkedDirectories.filter { !$0.hasPrefix(root + "/") }).map { $0 + "/*" }
            let list = sources.count == 1 ? sources[0] : "{ " + sources.joined(separator: "; ") + "; }"
            commands.append(
                """
                \(list) | xargs -r ldd 2>/dev/null \\
                     | sed -n 's/.*=> \\(\\/[^ ]*\\) (.*/\\1/p; s/^[[:space:]]*\\(\\/[^ ]*\\) (.*/\\1/p' | sort -u \\
                     | while read -r library; do \\
                         case $library in \(there.joined(separator: "|"))) ;; *) mkdir -p "\(root)${library%/*}" && cp -Ln "$library" "\(root)$library" ;; esac; \\
                       done
                """)
        }
        if !writable.isEmpty {
            let list = writable.map { root + $0 }.joined(separator: " ")
            commands.append("mkdir -p \(list) && chown \(number):\(group) \(list)")
        }
        return ["# " + comment, "RUN set -eu; \\\n    " + commands.joined(separator: "; \\\n    ")]
    }
}
