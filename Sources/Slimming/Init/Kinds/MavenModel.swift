/// What of a pom.xml says how the archive is called and started.
struct MavenModel: Sendable {
    let artifact: String?
    let version: String?
    let packaging: String
    let finalName: String?
    let javaVersion: String?
    /// Whether a plugin writes the main class into the archive.
    let namesMainClass: Bool

    init(_ text: String) {
        func content(_ name: String, _ text: String) -> String? {
            guard let open = Substring(text).firstRange(of: "<\(name)>"),
                let close = text[open.upperBound...].firstRange(of: "</\(name)>")
            else { return nil }
            return String(text[open.upperBound..<close.lowerBound])
        }
        func without(_ name: String, _ text: String) -> String {
            guard let open = Substring(text).firstRange(of: "<\(name)>"),
                let close = text[open.upperBound...].firstRange(of: "</\(name)>")
            else { return text }
            return without(name, String(text[..<open.lowerBound]) + String(text[close.upperBound...]))
        }
        func word(_ name: String, _ text: String) -> String? {
            content(name, text).map { String($0.filter { !$0.isWhitespace }) }
        }
        let parent = content("parent", text) ?? ""
        var own = text
        for part in ["parent", "dependencyManagement", "dependencies", "build", "profiles", "reporting"] {
            own = without(part, own)
        }
        artifact = word("artifactId", own)
        version = word("version", own) ?? word("version", parent)
        packaging = word("packaging", own) ?? "jar"
        let build = content("build", text) ?? ""
        finalName = word("finalName", build)
        javaVersion =
            ["java.version", "maven.compiler.release", "maven.compiler.target", "release"].lazy
            .compactMap { word($0, text) }.first { !$0.isEmpty && $0.allSatisfy(\.isNumber) }
        namesMainClass = build.contains("spring-boot-maven-plugin") || build.contains("<mainClass>")
    }
}
