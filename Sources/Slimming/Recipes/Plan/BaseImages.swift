/// Names of smaller images of the same thing.
enum BaseImages {
    /// The repository's last part and the tag of a base name.
    static func split(_ name: String) -> (repository: String, short: String, tag: String) {
        let name = name.split(separator: "@").first.map(String.init) ?? name
        var repository = name
        var tag = "latest"
        if let colon = name.lastIndex(of: ":"), !name[colon...].contains("/") {
            repository = String(name[..<colon])
            tag = String(name[name.index(after: colon)...])
        }
        return (repository, repository.split(separator: "/").last.map(String.init) ?? repository, tag)
    }

    /// Releases of Debian that tags may name.
    private static let releases = ["trixie", "bookworm", "bullseye", "buster"]

    /// The slim image of the same version: nothing when it is one already.
    static func slim(of name: String) -> [String] {
        let (repository, _, tag) = split(name)
        if tag.contains("slim") || tag.contains("alpine") { return [name] }
        for release in releases where tag.hasSuffix(release) {
            return ["\(repository):\(tag)-slim", "\(repository):\(tag.dropLast(release.count))slim-\(release)"]
        }
        return ["\(repository):\(tag == "latest" ? "slim" : tag + "-slim")"]
    }

    /// The Alpine image of the same version.
    static func alpine(of name: String) -> [String] {
        var (repository, _, tag) = split(name)
        if tag.contains("alpine") { return [name] }
        for suffix in ["-slim"] + releases.map({ "-" + $0 }) {
            if tag.hasSuffix(suffix) { tag = String(tag.dropLast(suffix.count)) }
        }
        return ["\(repository):\(tag == "latest" ? "alpine" : tag + "-alpine")"]
    }

    /// Images of the distribution that an image is made of, in its release: what was linked there runs there.
    static func distribution(of image: RootView) -> [String] {
        var values: [String: String] = [:]
        for line in (image.text("/etc/os-release") ?? "").split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: "=", maxSplits: 1)
            if parts.count == 2 { values[String(parts[0])] = parts[1].filter { $0 != "\"" && $0 != "'" } }
        }
        let version = values["VERSION_ID"] ?? ""
        switch values["ID"] ?? "" {
        case "ubuntu" where !version.isEmpty: return ["ubuntu:\(version)"]
        case "alpine" where !version.isEmpty:
            return ["alpine:" + version.split(separator: ".").prefix(2).joined(separator: "."), "alpine:latest"]
        case "debian" where !version.isEmpty:
            return [values["VERSION_CODENAME"], version].compactMap(\.self).map { "debian:\($0)-slim" }
        default: return debian
        }
    }

    /// Images of Java development kits; what runs there needs a runtime, which is another image.
    static let javaKits: Set<String> = [
        "openjdk", "eclipse-temurin", "maven", "gradle", "amazoncorretto", "ibm-semeru-runtimes",
    ]

    /// Alpine for what brings its own libraries, the newest release that can be had.
    static let alpine = ["alpine:3.22", "alpine:3.21", "alpine:3.20", "alpine:3.19"]

    /// What runs what says nothing about where it comes from.
    static let debian = ["debian:bookworm-slim", "debian:12-slim"]

    /// Images in which what was built in the named one can run.
    static func runtime(of name: String) -> [String] {
        let (repository, short, tag) = split(name)
        let prefix = String(repository.dropLast(short.count))
        switch short {
        case "gcc", "rust", "buildpack-deps": return debian
        // What the web needs is in the image for it.
        case "sdk": return [prefix + "aspnet:" + tag]
        case "golang": return []
        case _ where javaKits.contains(short): return []
        // There is no slim image; compilers are in each but Alpine's.
        case "php": return [name]
        // A distribution without a slim image: the packages for the build stay out all the same.
        case "debian", "ubuntu": return slim(of: name) + [name]
        default: return slim(of: name)
        }
    }
}
