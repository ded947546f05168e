// A libFuzzer target for the files that people write: ignore files, registries.conf, structure tests.
// `scripts/fuzz run configuration` builds and runs it.

import BuildContext
import Registry

/// Runs one input. The first byte selects what is fuzzed, so that one corpus serves all.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzConfiguration(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    let bytes = [UInt8](UnsafeBufferPointer(start: data, count: size))
    guard let selector = bytes.first else { return 0 }
    let input = Array(bytes.dropFirst())
    do {
        switch selector % 3 {
        case 0: try fuzzIgnoreFile(input)
        case 1:
            var configuration = RegistriesConfiguration()
            try configuration.merge(String(decoding: input, as: UTF8.self), file: "registries.conf")
        default: _ = try StructureFile.suite(parsing: String(decoding: input, as: UTF8.self), path: "tests.yaml")
        }
    } catch {
        precondition(!"\(error)".isEmpty, "an error without a message")
    }
    return 0
}

/// The lines up to the first empty one are patterns, those after it paths.
private func fuzzIgnoreFile(_ input: [UInt8]) throws {
    let lines = input.split(separator: 0x0A, omittingEmptySubsequences: false)
    let head = lines.prefix { !$0.isEmpty }
    let file = IgnoreFile(path: ".dockerignore", contents: Array(head.joined(separator: [0x0A])))
    precondition(file.patterns.count == file.lines.count, "a pattern without a line")
    let matcher = try file.matcher()
    for line in lines.dropFirst(head.count + 1).prefix(8) where !line.isEmpty && line.count < 4096 {
        var state = matcher.root
        var path: [UInt8] = []
        for part in line.split(separator: 0x2F) {
            if !path.isEmpty {
                state = matcher.enter(path, below: state).state
                path.append(0x2F)
            }
            path += part
            _ = matcher.excludes(path, below: state)
        }
    }
}
