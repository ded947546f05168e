import DockerfileSyntax

/// A health check that asks for a page by curl or wget, told to a program that the image has in any case.
enum PageCheck {
    /// Who asks instead.
    enum Client: String, Sendable {
        case wget, node, python

        /// The words that ask for a page, and fail when there is none.
        fileprivate func words(_ address: String) -> [String] {
            switch self {
            case .wget: ["wget", "-q", "-O", "/dev/null", address]
            case .node:
                [
                    "node", "-e",
                    "fetch('\(address)').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))",
                ]
            case .python: ["python", "-c", "import urllib.request; urllib.request.urlopen('\(address)')"]
            }
        }
    }

    /// The instruction of the last stage and its other text; nil when more than a page is asked for.
    static func translated(_ view: StageView, to client: Client) -> (node: Int, text: String)? {
        let found = view.final.instructions.last { if case .healthcheck = $0.kind { true } else { false } }
        guard let instruction = found, let node = instruction.nodeIndex,
            case .healthcheck(let check) = instruction.kind,
            check.test.count > 1, let address = address(in: check)
        else { return nil }
        let original = view.dockerfile.nodes[node]
        let flags = original.flags.map { view.dockerfile.source.text(in: $0.range) + " " }.joined()
        let words = client.words(address)
        // The shell still puts its variables into the address.
        let line = words.map { $0.contains(" ") ? "\"\($0)\"" : $0 }.joined(separator: " ") + " || exit 1"
        return (node, "HEALTHCHECK \(flags)CMD \(check.test[0] == "CMD" ? ExecForm.json(words) : line)")
    }

    /// The address that is asked for.
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
        guard let program = words.first.map(PathText.name) else { return nil }
        let isKnown: (String) -> Bool
        switch program {
        case "curl":
            isKnown = { flag in
                ["--fail", "--silent", "--show-error", "--location"].contains(flag)
                    || !flag.hasPrefix("--") && flag.dropFirst().allSatisfy("fsSL".contains)
            }
        case "wget":
            let flags: Set<String> = [
                "-q", "-qO-", "-O-", "-nv", "--quiet", "--no-verbose", "--spider", "--tries=1", "--output-document=-",
            ]
            isKnown = flags.contains
        default: return nil
        }
        words.removeFirst()
        var address: String?
        while let word = words.first {
            words.removeFirst()
            if ["-o", "--output", "-O", "-qO"].contains(word) {
                guard let place = words.first, ["/dev/null", "-"].contains(place) else { return nil }
                words.removeFirst()
            } else if word.hasPrefix("-") {
                guard isKnown(word) else { return nil }
            } else {
                guard address == nil else { return nil }
                address = word
            }
        }
        guard let found = address, !found.contains(where: { "'\"\\".contains($0) }) else { return nil }
        // Some try only the first address of the name, which is often that of the protocol nobody listens on.
        let host = found.hasPrefix("http://") ? String(found.dropFirst("http://".count)) : found
        guard !host.contains("://") else { return nil }
        let isLocal = host.hasPrefix("localhost") && !(host.dropFirst("localhost".count).first?.isLetter ?? false)
        return "http://" + (isLocal ? "127.0.0.1" + host.dropFirst("localhost".count) : host)
    }
}
