import Checks

/// The command that tells, in a base image, which version of a package its package manager would install now.
struct PackageQuestion {
    /// Makes the package manager's lists current; nil where there are none to keep.
    let preparation: String?
    /// Prints the version, and nothing when there is none. The package's name is the first argument.
    let question: String

    /// Nil for a package manager whose answers are not understood.
    init?(_ manager: PackageManager) {
        switch manager {
        case .apt:
            preparation = "apt-get update -qq"
            question = "LC_ALL=C apt-cache policy \"$1\" | sed -n 's/^  Candidate: //p' | grep -v '^(none)$'"
        case .apk:
            preparation = "apk update -q"
            question = "apk policy \"$1\" | sed -n 's/^  \\(.*\\):$/\\1/p' | head -n 1"
        case .dnf, .yum, .microdnf:
            let program = manager == .microdnf ? "microdnf" : manager == .yum ? "yum" : "dnf"
            preparation = nil
            question =
                "\(program) -q repoquery --latest-limit=1 --qf '%{version}-%{release}\\n' \"$1\" 2>/dev/null | sed '/^$/d' | tail -n 1"
        case .zypper:
            preparation = "zypper -q refresh"
            question = "LC_ALL=C zypper -q info \"$1\" | sed -n 's/^Version *: //p'"
        case .pip:
            preparation = nil
            question =
                "(pip --disable-pip-version-check index versions \"$1\" || pip3 --disable-pip-version-check index versions \"$1\") "
                + "2>/dev/null | sed -n '1s/.*(\\(.*\\)).*/\\1/p'"
        case .npm:
            preparation = nil
            question = "npm view \"$1\" version 2>/dev/null"
        case .gem:
            preparation = nil
            question = "gem list --remote --exact \"$1\" 2>/dev/null | sed -n 's/.*(\\([^ ,)]*\\).*/\\1/p'"
        case .go:
            preparation = nil
            // A package is in the module of its own path, or else in one above.
            question =
                "m=$1; until go list -m -f '{{.Version}}' \"$m@latest\" 2>/dev/null | grep . || [ \"${m%/*}\" = \"$m\" ]; do "
                + "m=${m%/*}; done"
        }
    }

    /// A Dockerfile whose result is one file, `version`, with what the question answers.
    ///
    /// - Parameter today: changes when an earlier answer is not to be used again.
    func dockerfile(image: String, package: String, today: String) -> String {
        var text = "FROM \(image) AS base\nUSER 0\n"
        if let preparation { text += Self.run("# \(today)\n\(preparation)") }
        text += Self.run(
            """
            # \(today)
            set -- '\(package)'
            mkdir -p /whittle-version
            (\(question)) > /whittle-version/version || :
            """)
        return text + "FROM scratch\nCOPY --from=base /whittle-version /\n"
    }

    private static func run(_ script: String) -> String { "RUN <<'WHITTLE'\n\(script)\nWHITTLE\n" }
}
