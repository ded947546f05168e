import DockerfileSyntax

/// COPY instructions as a person would write them.
enum CopyLines {
    /// An instruction, in the form that takes any name where one has a blank in it.
    ///
    /// - Parameter stage: Where the files are; nil for the project's own.
    static func line(from stage: String? = nil, _ sources: [String], to destination: String) -> String {
        let words = sources + [destination]
        let needsForm = words.contains { $0.contains { $0 == " " || $0 == "\t" } }
        return "COPY " + (stage.map { "--from=\($0) " } ?? "")
            + (needsForm ? ExecForm.json(words) : words.joined(separator: " "))
    }

    /// A file's name as a source that means this file alone.
    static func literal(_ name: String) -> String {
        name.map { "*?[".contains($0) ? "[\($0)]" : String($0) }.joined()
    }

    /// Where an instruction copies to.
    static func destination(of line: String) -> String? {
        guard line.hasSuffix("\"]") else { return line.split(separator: " ").last.map(String.init) }
        return line.split(separator: "\"").dropLast().last.map(String.init)
    }

    /// Joins neighbouring instructions that bring files from one stage to one directory under their own names.
    ///
    /// - Parameter image: Tells files from directories, of which COPY brings the content.
    static func joined(_ lines: [String], in image: RootView) -> [String] {
        var result: [String] = []
        var last: (stage: String, sources: [String], directory: String)?
        for line in lines {
            guard let copy = single(line, in: image) else {
                last = nil
                result.append(line)
                continue
            }
            var sources = [copy.source]
            if let before = last, before.stage == copy.stage, before.directory == copy.directory {
                sources = before.sources + sources
                result.removeLast()
            }
            last = (copy.stage, sources, copy.directory)
            let slash = copy.directory == "/" ? "/" : copy.directory + "/"
            result.append(
                sources.count == 1 ? line : "COPY \(copy.stage) \(sources.joined(separator: " ")) \(slash)")
        }
        return result
    }

    /// An instruction that copies one file from a stage and leaves it its name.
    private static func single(_ line: String, in image: RootView) -> (
        stage: String, source: String, directory: String
    )? {
        let words = line.split(separator: " ").map(String.init)
        guard words.count == 4, words[1].hasPrefix("--from="), words[3].hasPrefix("/"), image.kind(words[3]) == .file,
            PathText.name(words[2]) == PathText.name(words[3]), !words[2].contains(where: { "*?[$".contains($0) })
        else { return nil }
        return (words[1], words[2], PathText.parent(words[3]))
    }
}
