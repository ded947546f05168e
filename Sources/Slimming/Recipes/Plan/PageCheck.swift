import DockerfileSyntax

/// A health check by curl, told to the wget that every Alpine image has.
enum WgetHealthCheck {
    /// The instruction of the last stage and its other text; nil when curl is asked for more than a page.
    static func translated(_ view: StageView) -> (node: Int, text: String)? {
        let found = view.final.instructions.last { if case .healthcheck = $0.kind { true } else { false } }
        guard let instruction = found, let node = instruction.nodeIndex,
            case .healthcheck(let check) = instruction.kind,
            check.test.count > 1, let address = address(in: check)
        else { return nil }
        let original = view.dockerfile.nodes[node]
        let flags = original.flags.map { view.dockerfile.source.text(in: $0.range) + " " }.joined()
        let command = "wget -q -O /dev/null \(address)"
        let text =
            check.test[0] == "CMD"
            ? ExecForm.json(command.split(separator: " ").map(String.init)) : command + " || exit 1"
        return (node, "HEALTHCHECK \(flags)CMD \(text)")
    }

    /// The address that curl asks for.
    private static func address(in check: Healthcheck) -> String? {
        var words: [String]
        if check.test[0] == "CMD" {
            words = Array(check.test.dropFirst())
        } else {
            guard check.test.count == 2 else { return nil }
            var line = check.test[1]
            for end in ["|| exit 1", "|| false"] where line.hasSuffix(end) { line.removeLast(end.count) }
            guard !line.contains(where: { ";|&<>()`'\\*?#\n".contains($0) }) else { return nil }
            words = line.filter { $0 != "\"" }.split(separator: " ").map(String.init)
        }
        guard words.first.map(PathText.name) == "curl" else { return nil }
        words.removeFirst()
        var address: String?
        while let word = words.first {
            words.removeFirst()
            if word == "-o" || word == "--output" {
                guard words.first == "/dev/null" else { return nil }
                words.removeFirst()
            } else if word.hasPrefix("--") {
                guard ["--fail", "--silent", "--show-error", "--location"].contains(word) else { return nil }
            } else if word.hasPrefix("-") {
                guard word.dropFirst().allSatisfy({ "fsSL".contains($0) }) else { return nil }
            } else {
                guard address == nil else { return nil }
                address = word
            }
        }
        guard let found = address else { return nil }
        // wget tries only the first address of the name, which is often that of the protocol nobody listens on.
        let host = found.hasPrefix("http://") ? String(found.dropFirst("http://".count)) : found
        guard !host.contains("://") else { return nil }
        let isLocal = host.hasPrefix("localhost") && !(host.dropFirst("localhost".count).first?.isLetter ?? false)
        return "http://" + (isLocal ? "127.0.0.1" + host.dropFirst("localhost".count) : host)
    }
}
