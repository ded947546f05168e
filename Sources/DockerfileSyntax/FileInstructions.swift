extension InstructionResolver {
    /// Reads COPY.
    func copy() throws(DockerfileError) -> Copy {
        try requireDestination("COPY")
        let flags = try FlagReader(
            node.flags,
            [
                "chown": .value, "from": .value, "chmod": .value, "link": .boolean, "exclude": .values,
                "parents": .boolean,
            ])
        var copy = Copy(paths: try sourcesAndDestination("COPY"))
        copy.from = flags.value("from")
        copy.chown = flags.value("chown")
        copy.chmod = flags.value("chmod")
        copy.link = flags.boolean("link") ?? false
        copy.parents = flags.boolean("parents") ?? false
        copy.excludes = flags.all("exclude").compactMap(\.value)
        return copy
    }

    /// Reads ADD.
    func add() throws(DockerfileError) -> Add {
        try requireDestination("ADD")
        let flags = try FlagReader(
            node.flags,
            [
                "chown": .value, "chmod": .value, "link": .boolean, "keep-git-dir": .boolean, "checksum": .value,
                "unpack": .boolean, "exclude": .values,
            ])
        var add = Add(paths: try sourcesAndDestination("ADD"))
        add.chown = flags.value("chown")
        add.chmod = flags.value("chmod")
        add.link = flags.boolean("link") ?? false
        add.keepGitDirectory = flags.boolean("keep-git-dir")
        add.checksum = flags.value("checksum")
        add.unpack = flags.boolean("unpack")
        add.excludes = flags.all("exclude").compactMap(\.value)
        return add
    }

    private func requireDestination(_ instruction: String) throws(DockerfileError) {
        if node.words.count < 2 {
            throw .noDestination(instruction: instruction, range: node.words.first?.range ?? node.keyword.range)
        }
    }

    private func sourcesAndDestination(_ instruction: String) throws(DockerfileError) -> SourcesAndDestination {
        let destination = node.words[node.words.count - 1]
        if InstructionResolver.heredoc(destination.text) != nil {
            throw .heredocAsDestination(instruction: instruction, range: destination.range)
        }
        // Of several heredocs of one name the last one counts.
        let contents = Dictionary(node.heredocs.map { ($0.name, $0.content) }, uniquingKeysWith: { $1 })
        var paths = SourcesAndDestination(sources: [], inlineFiles: [], destination: destination.text)
        for source in node.words.dropLast() {
            guard let heredoc = InstructionResolver.heredoc(source.text) else {
                paths.sources.append(source.text)
                continue
            }
            var data = contents[heredoc.name] ?? ""
            if heredoc.stripsTabs { data = InstructionResolver.withoutLeadingTabs(data) }
            paths.inlineFiles.append(
                InlineFile(name: heredoc.name, data: data, expands: heredoc.expands, stripsTabs: heredoc.stripsTabs))
        }
        return paths
    }

    /// A heredoc whose delimiter is malformed is taken for a path.
    private static func heredoc(_ word: String) -> HeredocOpener? {
        guard word.utf8.contains(UInt8(ascii: "<")) else { return nil }
        return (try? HeredocOpener(word)) ?? nil
    }

    private static func withoutLeadingTabs(_ text: String) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(text.utf8.count)
        var isAtStart = true
        for byte in text.utf8 {
            if isAtStart, byte == UInt8(ascii: "\t") { continue }
            result.append(byte)
            isAtStart = byte == UInt8(ascii: "\n")
        }
        return String(decoding: result, as: UTF8.self)
    }
}
