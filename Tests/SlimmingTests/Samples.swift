import DockerfileSyntax
import Foundation

@testable import Slimming

/// A project in a directory that goes when the test ends.
final class SampleProject {
    let root: String

    init(_ files: [String: String]) throws {
        root = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        for (path, text) in files {
            let file = root + "/" + path
            try FileManager.default.createDirectory(
                atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try text.write(toFile: file, atomically: true, encoding: .utf8)
        }
    }

    var tree: ProjectTree { ProjectTree(root: root) }

    deinit { try? FileManager.default.removeItem(atPath: root) }
}

/// The view of a Dockerfile's text.
func view(_ text: String) throws -> StageView {
    let dockerfile = try Dockerfile.parse(text, path: "Dockerfile")
    return try require(StageView(dockerfile, try dockerfile.resolve()))
}

private struct Missing: Error {}
private func require<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw Missing() }
    return value
}

/// The comment lines of a Dockerfile, directives included.
func comments(_ text: String) -> [String] {
    text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }.filter { $0.hasPrefix("#") }
}
