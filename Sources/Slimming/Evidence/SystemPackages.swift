/// Packages of the distribution that commands install.
enum SystemPackages {
    /// The names that an install command is given.
    static func names(_ command: ShellScript.Command) -> [String] {
        let arguments = command.arguments
        switch command.name {
        case "apt-get", "apt":
            guard let index = arguments.firstIndex(of: "install") else { return [] }
            return names(arguments[(index + 1)...])
        case "apk":
            guard let index = arguments.firstIndex(of: "add") else { return [] }
            return names(arguments[(index + 1)...])
        default: return []
        }
    }

    private static func names(_ words: ArraySlice<String>) -> [String] {
        words.filter { !$0.hasPrefix("-") && !$0.contains("$") }.map { String($0.split(separator: "=").first ?? "") }
    }

    /// Whether a package is there to build things with.
    static func isForBuilding(_ name: String) -> Bool {
        if name.hasSuffix("-dev") || name.hasSuffix("-headers") || isForPeople(name) { return true }
        return tools.contains(name) || name.hasPrefix("gcc") || name.hasPrefix("g++") || name.hasPrefix("clang")
    }

    private static let tools: Set<String> = [
        "build-essential", "make", "cmake", "ninja-build", "meson", "autoconf", "automake", "libtool", "pkg-config",
        "patch", "bison", "flex",
        "git", "curl", "wget", "unzip", "xz-utils", "gnupg", "gnupg2", "apt-transport-https",
        "software-properties-common", "lsb-release",
        "dpkg-dev", "python3-dev", "python3-pip", "python3-venv", "python3-setuptools", "python3-wheel", "npm",
        "python-dev-is-python3", "cargo", "rustc", "golang", "maven", "gradle",
        "default-jdk", "default-jdk-headless",
        "build-base", "musl-dev", "linux-headers", "gettext", "swig", "node-gyp",
        // For people, who look into other images.
        "less", "tree", "telnet", "net-tools", "dnsutils", "iputils-ping",
    ]

    /// Whether a package is there for people to work with.
    static func isForPeople(_ name: String) -> Bool { editors.contains(name) }

    private static let editors: Set<String> = [
        "vim", "vim-tiny", "vim-nox", "nano", "emacs", "emacs-nox", "htop", "man-db", "strace", "ltrace", "gdb",
        "bash-completion",
    ]
}
