import BuildContext
import BuildGraph
import DockerfileSyntax
import Glibc

/// A source of COPY or ADD that is not in the context: what was probably meant, and which word it is.
struct MissingSource {
    /// As the instruction has it after expansion.
    let source: String
    let context: ContextDirectory

    /// The failure of a step that reads `context`; the error's own text when it is about something else.
    static func failure(
        of step: Step, _ error: any Error, context: ContextDirectory, dockerfile: DockerfileSource
    ) -> BuildError {
        guard case .sourceNotFound(let source, _)? = error as? CopyError else {
            return .stepFailed(step: FailedStep(step), reason: "\(error)", remedy: Remedy.text(for: error))
        }
        return .stepFailed(
            step: FailedStep(step).pointing(at: source, in: dockerfile.bytes), reason: "\(error)",
            remedy: MissingSource(source: source, context: context).remedy)
    }

    /// What may help to find it; nil when nothing near it is there.
    var remedy: String? {
        let components = source.split(separator: "/").map(String.init).filter { $0 != "." }
        if components.contains("..") { return "a source cannot lie outside the context" }
        var directory = context.path
        for (index, component) in components.enumerated() {
            let next = directory + "/" + component
            if exists(next) {
                directory = next
                continue
            }
            let before = components[..<index]
            guard let meant = suggestion(for: component, among: names(in: directory)) else {
                // The files of an archive are in a place that says nothing to anybody.
                return context.keepsOwners ? nil : "sources are looked for in the context, \(context.path)"
            }
            return "did you mean \((before + [meant]).joined(separator: "/"))?"
        }
        return "it is there, but the ignore file excludes it from the context"
    }

    private func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Names in a directory, as far as they are text; of a very large directory the first ones.
    private func names(in directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while names.count < 5_000, let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
            }
            if let name, name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
