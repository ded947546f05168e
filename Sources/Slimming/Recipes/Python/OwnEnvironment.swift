/// A virtual environment that the Dockerfile makes itself: it stays where it is, without what installed it.
struct OwnEnvironment: Sendable {
    /// Where it is in the image.
    let directory: String
    /// Packages in it that only installers use, and that nobody asked for.
    let installers: [String]

    /// The one environment that was used; nil when there is none or several, or when packages beside it are used.
    init?(_ evidence: Evidence) {
        let found = evidence.added.filter { $0.hasSuffix("/pyvenv.cfg") }.map(PathText.parent)
            .filter { evidence.opened(below: $0) }
        guard found.count == 1, let directory = found.first, directory != "/",
            let settings = evidence.image.text(directory + "/pyvenv.cfg", limit: 1 << 16),
            !settings.lowercased().contains("include-system-site-packages = true")
        else { return nil }
        let beside = evidence.observation.opened.contains { path in
            path.hasPrefix("/usr/local/lib/python") && path.contains("/site-packages/") && evidence.added.contains(path)
        }
        guard !beside else { return nil }
        self.directory = directory
        installers = Self.unused(evidence, directory)
    }

    /// Installers that nothing opened and no other package requires.
    private static func unused(_ evidence: Evidence, _ directory: String) -> [String] {
        let library = directory + "/lib"
        guard let version = evidence.image.names(library).first(where: { $0.hasPrefix("python") }) else { return [] }
        let packages = library + "/" + version + "/site-packages"
        let names = evidence.image.names(packages)
        let required = names.filter { $0.hasSuffix(".dist-info") && !$0.hasPrefix("pip-") }.flatMap { name in
            (evidence.image.text(packages + "/" + name + "/METADATA", limit: 1 << 20) ?? "")
                .split(whereSeparator: \.isNewline).prefix { !$0.isEmpty }
                .filter { $0.hasPrefix("Requires-Dist: ") && !$0.contains("extra ==") }
                .map { $0.dropFirst("Requires-Dist: ".count).prefix { $0.isLetter || $0.isNumber || $0 == "_" } }
        }
        return ["pip", "setuptools", "wheel"].filter { name in
            names.contains { $0.hasPrefix(name + "-") && $0.hasSuffix(".dist-info") }
                && !required.contains { $0 == name }
                && !evidence.opened(below: packages + "/" + name)
        }
    }

    /// Takes the installers out at the end of the build.
    var lines: [String] {
        // What uninstalls is among them: it goes last.
        guard installers.contains("pip") else { return [] }
        return ["RUN \(directory)/bin/python -m pip uninstall -y \(installers.reversed().joined(separator: " "))"]
    }
}
