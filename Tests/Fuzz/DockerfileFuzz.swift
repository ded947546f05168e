// A libFuzzer target for the Dockerfile parser, compiled together with it. `scripts/fuzz run dockerfile` builds and runs it.

/// Runs one input. The first byte selects what is fuzzed, so that one corpus serves all.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzDockerfile(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    let bytes = [UInt8](UnsafeBufferPointer(start: data, count: size))
    guard let selector = bytes.first else { return 0 }
    let input = Array(bytes.dropFirst())
    switch selector % 4 {
    case 0: fuzzExpansion(String(decoding: input, as: UTF8.self), selector)
    case 1: fuzzMount(String(decoding: input, as: UTF8.self))
    default: fuzzFile(input)
    }
    return 0
}

private func fuzzFile(_ bytes: [UInt8]) {
    let dockerfile: Dockerfile
    do {
        dockerfile = try Dockerfile.parse(bytes, path: "Dockerfile")
    } catch {
        check(error, bytes.count)
        return
    }
    var joined: [UInt8] = []
    for piece in dockerfile.pieces {
        switch piece {
        case .node(let index): joined += bytes[dockerfile.nodes[index].range.indices]
        case .trivia(let range): joined += bytes[range.indices]
        }
    }
    precondition(joined == bytes, "nodes and trivia are not the text")
    for node in dockerfile.nodes { check(node, dockerfile, within: node.range) }
    checkIdentityEdits(dockerfile)

    do {
        let parsed = try dockerfile.resolve()
        for stage in parsed.stages {
            for case .onbuild(let text) in stage.instructions.map(\.kind) {
                _ = try? parseOnbuildTrigger(text, escape: parsed.escape)
            }
            for case .run(let run) in stage.instructions.map(\.kind) {
                for mount in run.mounts { fuzzMount(mount.text) }
            }
        }
    } catch {
        check(error, bytes.count)
    }
}

private func check(_ error: DockerfileError, _ count: Int) {
    precondition(!error.description.isEmpty, "an error without a message")
    guard let range = error.range else { return }
    precondition(range.start >= 0 && range.start <= range.end && range.end <= count, "an error outside of the text")
}

private func check(_ node: SyntaxNode, _ dockerfile: Dockerfile, within range: SourceRange) {
    precondition(range.contains(node.range) && range.contains(node.keyword.range), "a node outside of its instruction")
    for word in node.words {
        precondition(range.contains(word.range), "a word outside of its instruction")
        _ = try? WordExpander(escape: dockerfile.escape).expand(word.text, ["a": "b"])
    }
    for flag in node.flags {
        precondition(range.contains(flag.range) && flag.range.contains(flag.nameRange), "a flag outside")
        if let value = flag.valueRange { precondition(flag.range.contains(value), "a value outside of its flag") }
    }
    for heredoc in node.heredocs {
        precondition(range.contains(heredoc.openerRange) && range.contains(heredoc.contentRange), "a heredoc outside")
        precondition(dockerfile.source.text(in: heredoc.contentRange) == heredoc.content, "another heredoc's content")
    }
    if let trigger = node.trigger { check(trigger, dockerfile, within: range) }
}

/// Replacing words by what is written there changes nothing.
private func checkIdentityEdits(_ dockerfile: Dockerfile) {
    let words = dockerfile.nodes.flatMap { [$0.keyword] + $0.words }
    let edits = words.filter { $0.range.count > 0 }.map {
        TextEdit(range: $0.range, replacement: dockerfile.source.text(in: $0.range))
    }
    // Words may span comments that are not UTF-8; such text cannot be put back as a String.
    guard let result = try? dockerfile.applying(edits) else { preconditionFailure("words overlap") }
    let source = dockerfile.source
    precondition(result == source.bytes || Array(source.text.utf8) != source.bytes, "identity edits change the text")
}

private func fuzzExpansion(_ word: String, _ selector: UInt8) {
    let expander = WordExpander(
        escape: selector & 4 == 0 ? "\\" : "`", rawQuotes: selector & 8 != 0, rawEscapes: selector & 16 != 0,
        ignoresQuotes: selector & 32 != 0, skipUnset: selector & 64 != 0)
    let environment = ["a": "some/path with.a\nline", "b": "", "V": "banana"]
    do {
        _ = try expander.expand(word, environment)
        for part in try expander.split(word, environment).words {
            precondition(part.range.upperBound <= word.utf8.count && !part.text.isEmpty, "a word from elsewhere")
        }
    } catch {
        precondition(error.offset >= 0 && error.offset <= word.utf8.count, "an error outside of the word")
        precondition(!error.description.isEmpty, "an error without a message")
    }
}

private func fuzzMount(_ text: String) {
    _ = try? RunMount(text: text, range: SourceRange(at: 0)).parse { $0 }
    _ = parseMemorySize(text)
    _ = try? parseDuration(text)
}
