import FoundationEssentials
import Glibc

/// A directory of its own for one test, removed at the end.
final class ScratchDirectory: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/whittle-context-XXXXXX".utf8).map { CChar(bitPattern: $0) } + [0]
        guard mkdtemp(&template) != nil else { throw POSIXFailure(code: errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        // FileManager gives up on names that are not UTF-8 and on very long paths.
        _ = try? run(["rm", "-rf", path])
    }

    /// Writes a file, making the directories above it.
    @discardableResult
    func write(_ name: String, _ text: String = "", mode: UInt32? = nil) throws -> String {
        let target = path + "/" + name
        let directory = target.split(separator: "/").dropLast().map { "/" + $0 }.joined()
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: target))
        if let mode { chmod(target, mode) }
        return target
    }

    func makeDirectory(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: path + "/" + name, withIntermediateDirectories: true)
    }
}

struct POSIXFailure: Error {
    let code: Int32
}

/// Runs a program and returns what it prints; a failure is an error with its output.
@discardableResult
func run(_ arguments: [String], in directory: String? = nil) throws -> String {
    struct Failure: Error {
        let arguments: [String]
        let status: Int32
        let output: String
    }
    let command =
        (directory.map { "cd \(quoted($0)) && " } ?? "") + arguments.map(quoted).joined(separator: " ") + " 2>&1"
    guard let pipe = popen(command, "r") else { throw POSIXFailure(code: errno) }
    var output: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
        let count = fread(&buffer, 1, buffer.count, pipe)
        if count == 0 { break }
        output += buffer[..<count]
    }
    let status = pclose(pipe)
    let text = String(decoding: output, as: UTF8.self)
    if status != 0 { throw Failure(arguments: arguments, status: status, output: text) }
    return text
}

private func quoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
}
