/// The class that is started.
enum JavaMain {
    /// The name of the first class with a main method.
    static func find(_ project: ProjectTree) -> String? {
        for path in project.files(ending: ".java") where !path.contains("src/test/") {
            guard let text = project.text(path), text.contains("static void main(") else { continue }
            let package = text.split(whereSeparator: \.isNewline).first { $0.hasPrefix("package ") }.map {
                $0.dropFirst("package ".count).prefix { $0 != ";" }.filter { !$0.isWhitespace }
            }
            let name = PathText.name(path).dropLast(".java".count)
            return package.map { "\($0).\(name)" } ?? String(name)
        }
        return nil
    }
}
