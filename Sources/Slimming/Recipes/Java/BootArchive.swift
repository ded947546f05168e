import DockerfileSyntax
import Inventory

/// A Spring Boot archive that can be taken apart into layers: dependencies change seldom, the application often.
struct BootArchive: Sendable {
    /// Where it is in the image.
    let path: String
    private let layers: [String]
    private let launcher: String
    /// Whether the archive has the newer of the two ways to be taken apart.
    private let hasTools: Bool

    private static let directory = "/layers"

    /// The archive that the command runs with `-jar`; nil when there is none, or none with layers.
    init?(_ situation: Situation, _ evidence: Evidence) {
        guard !situation.view.commandLines.isEmpty else { return nil }
        let archives = evidence.observation.opened.filter {
            ($0.hasSuffix(".jar") || $0.hasSuffix(".war")) && evidence.added.contains($0)
        }
        for path in archives.sorted() {
            guard let archive = JavaArchive(path: evidence.image.directory + path),
                let version = archive.manifest["Spring-Boot-Version"], !archive.layers.isEmpty,
                let launcher = archive.manifest["Main-Class"],
                launcher.allSatisfy({ $0.isLetter || $0.isNumber || "._$".contains($0) })
            else { continue }
            self.path = path
            self.launcher = launcher
            layers = archive.layers
            let numbers = version.split(separator: ".").prefix(2).compactMap { Int($0) }
            guard numbers.count == 2 else { return nil }
            hasTools = numbers[0] > 3 || (numbers[0] == 3 && numbers[1] >= 3)
            return
        }
        return nil
    }

    /// Copies the layers in the place of the archive, and starts them by their launcher.
    func takeApart(_ plan: inout RuntimePlan, _ situation: Situation, _ origins: CopyOrigins) {
        let working = situation.workingDirectory
        let place = working == "/" ? "/application" : working
        let source = origins.origin(of: path)
        guard let archive = origins.expanded(source.path) else { return }
        let mode = hasTools ? "tools -jar \(archive) extract --layers --launcher" : "layertools -jar \(archive) extract"
        plan.buildTail.insert(
            contentsOf: [
                "# The archive in layers: what changes seldom first.",
                "RUN java -Djarmode=\(mode) --destination \(Self.directory)",
            ], at: 0)
        let target = place == working ? "./" : place + "/"
        plan.copies += layers.map { "COPY --from=\(source.stage) \(Self.directory)/\($0)/ \(target)" }
        let classPath = place == working ? [] : ["-cp", place]
        for (node, keyword, line) in situation.view.commandLines {
            let words = line.isShellForm ? (line.words.first.flatMap(CommandForm.execWords) ?? []) : line.words
            if let at = words.firstIndex(of: "-jar"), at + 1 < words.count {
                let changed = words[..<at] + classPath + [launcher] + words[(at + 2)...]
                plan.commands[node] = "\(keyword) \(ExecForm.json(Array(changed)))"
            } else if let text = words.count == 3 ? words[2] : line.words.first,
                let changed = Self.withLauncher(text, (classPath + [launcher]).joined(separator: " "))
            {
                plan.commands[node] =
                    words.count == 3
                    ? "\(keyword) \(ExecForm.json([words[0], words[1], changed]))" : "\(keyword) \(changed)"
            }
        }
        plan.steps.append(
            situation.step(
                "boot-layers", at: situation.fromNode,
                "the archive is taken apart: a change of the application no longer ships its dependencies anew"))
    }

    /// A shell line in which `-jar ARCHIVE` has become the launcher.
    static func withLauncher(_ text: String, _ launcher: String) -> String? {
        guard let range = Substring(text).firstRange(of: " -jar ") else { return nil }
        let rest = text[range.upperBound...]
        let end = rest.firstIndex(of: " ") ?? rest.endIndex
        guard end > rest.startIndex else { return nil }
        return text[..<range.lowerBound] + " " + launcher + text[end...]
    }
}
