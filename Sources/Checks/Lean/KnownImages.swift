/// What is known of images by their names: facts about Docker's official images and other usual bases that do not change
/// from tag to tag.
struct KnownImage {
    let name: ImageNameText

    /// Nil for what is not an image's name, such as one with variables in it.
    init?(_ text: String) {
        guard !text.contains("$"), let name = ImageNameText(text) else { return nil }
        self.name = name
    }

    /// `python` for `python:3`, `docker.io/library/python` and the like; nil for an image that is not Docker's own.
    var official: String? {
        guard name.registry == nil || ["docker.io", "index.docker.io"].contains(name.registry) else { return nil }
        if name.path.hasPrefix("library/") { return String(name.path.dropFirst("library/".count)) }
        return name.path.contains("/") ? nil : name.path
    }

    private var tagWords: [Substring] { (name.tag ?? "").split(separator: "-") }

    private var isDistroless: Bool { name.registry == "gcr.io" && name.path.hasPrefix("distroless/") }

    // MARK: C library

    enum Library: String {
        case glibc
        case musl
        /// There is none: only programs that are linked statically run.
        case none = "no C library"
    }

    private static let glibcSystems: Set<String> = [
        "debian", "ubuntu", "centos", "fedora", "almalinux", "rockylinux", "amazonlinux", "archlinux", "opensuse",
        "oraclelinux", "photon",
    ]
    private static let languages: Set<String> = [
        "node", "python", "golang", "rust", "ruby", "php", "perl", "openjdk", "eclipse-temurin", "amazoncorretto",
        "maven", "gradle", "gcc", "buildpack-deps", "erlang", "elixir", "haskell", "swift", "nginx", "httpd", "tomcat",
        "redis", "postgres", "mysql", "mariadb", "caddy", "composer",
    ]
    /// Official images that are Alpine unless their tag says otherwise.
    private static let alpineByDefault: Set<String> = ["alpine", "caddy", "composer", "docker", "registry", "traefik"]

    /// The C library in the image; nil when the name does not tell.
    var library: Library? {
        if tagWords.contains(where: { $0.hasPrefix("alpine") }) { return .musl }
        if let official {
            if Self.alpineByDefault.contains(official) { return .musl }
            if Self.glibcSystems.contains(official) || Self.languages.contains(official) { return .glibc }
            return nil
        }
        if isDistroless { return name.path.contains("static") ? Library.none : .glibc }
        if name.registry == "mcr.microsoft.com", name.path.hasPrefix("dotnet/") { return .glibc }
        return nil
    }

    // MARK: User

    private static let startsAsRoot: Set<String> = [
        "alpine", "busybox", "node", "python", "golang", "rust", "ruby", "perl", "openjdk", "eclipse-temurin",
        "amazoncorretto", "maven", "gcc", "buildpack-deps", "erlang", "elixir", "haskell", "swift", "tomcat", "php",
    ]

    /// True when the image is known to start programs as root; false when that is not known.
    var isRoot: Bool {
        if let official { return Self.startsAsRoot.contains(official) || Self.glibcSystems.contains(official) }
        if isDistroless { return !tagWords.contains("nonroot") && !tagWords.contains("debug") }
        if name.registry == "mcr.microsoft.com", name.path.hasPrefix("dotnet/") {
            return !(name.tag ?? "").contains("chiseled")
        }
        return false
    }

    // MARK: Shell

    private static let bashSystems: Set<String> = [
        "almalinux", "amazoncorretto", "amazonlinux", "archlinux", "centos", "fedora", "oraclelinux", "rockylinux",
    ]

    /// Shells that, given one command with `-c`, become it, so that the program gets the signals. Debian's `dash` starts
    /// it as a child.
    enum YieldingShell {
        case busybox
        /// Only for a plain command, without redirections.
        case bash
    }

    /// Which of them the image's `/bin/sh` is; nil when it is none, or not known.
    var yieldingShell: YieldingShell? {
        if library == .musl || official == "busybox" { return .busybox }
        let system = name.lastComponent
        if Self.bashSystems.contains(system) || system.hasPrefix("ubi") { return .bash }
        return tagWords.contains { $0.hasPrefix("ubi") || $0.hasPrefix("amazonlinux") } ? .bash : nil
    }

    // MARK: Variants

    /// Official images whose plain tags carry compilers and headers, and which have a variant without.
    private static let slimVariants: Set<String> = [
        "node", "python", "ruby", "perl", "rust", "debian", "erlang", "elixir",
    ]
    private static let smallWords = ["slim", "alpine", "windowsservercore", "nanoserver"]

    /// The tag of the smaller variant of the same release, `3.12-slim` for `python:3.12`; nil when there is none, or the
    /// image is one already.
    var slimTag: String? {
        guard let official, Self.slimVariants.contains(official), name.digest == nil else { return nil }
        let tag = name.tag ?? "latest"
        guard !tagWords.contains(where: { word in Self.smallWords.contains { word.hasPrefix($0) } }) else { return nil }
        if tag == "latest" { return official == "debian" ? "stable-slim" : "slim" }
        // `3.12-bookworm` becomes `3.12-slim-bookworm`; Debian's own tags end in it: `bookworm-slim`.
        let parts = tagWords.map(String.init)
        if official == "debian" { return tag + "-slim" }
        if let last = parts.last, Self.debianNames.contains(last) {
            // The variant comes in front of the system's name, except with node.
            let words = official == "node" ? parts + ["slim"] : parts.dropLast() + ["slim", last]
            return words.joined(separator: "-")
        }
        return parts.count == 1 ? tag + "-slim" : nil
    }

    private static let debianNames: Set<String> = ["buster", "bullseye", "bookworm", "trixie"]

    /// True for images of a compiler or build tool that no program needs to run.
    var isToolchain: Bool {
        guard let official else {
            return name.registry == "mcr.microsoft.com" && name.path.hasPrefix("dotnet/sdk")
        }
        return ["golang", "rust", "gcc", "maven", "gradle", "buildpack-deps", "composer", "haskell"].contains(official)
    }

    /// True for a Java development kit, which a program that is compiled already does not need.
    var isJavaDevelopmentKit: Bool {
        guard let official else { return false }
        switch official {
        case "eclipse-temurin", "openjdk": return !tagWords.contains { $0 == "jre" }
        case "amazoncorretto": return !(name.tag ?? "").contains("headless")
        default: return false
        }
    }

    // MARK: Tags

    /// True when the tag names one release: three numbers, or a date.
    var hasExactTag: Bool {
        guard let tag = name.tag else { return false }
        let version = tag.split(separator: "-").first ?? ""
        let digits = (version.first == "v" ? version.dropFirst() : version).split(separator: ".")
        if digits.count >= 3 { return digits.allSatisfy { $0.first?.isNumber == true } }
        // bookworm-20240513, 24.04.1, 20240513
        return tag.split(whereSeparator: { $0 == "-" || $0 == "." }).contains { part in
            part.count >= 8 && part.allSatisfy(\.isNumber)
        }
    }
}
