import Testing

@testable import DockerfileSyntax

@Suite(.needsConformanceTables) struct ConformanceTests {
    @Test func dockerfiles() throws {
        let table = try ConformanceTables.decode("parse.json", as: [ParseCase].self)
        #expect(table.count >= 714)
        for (index, entry) in table.enumerated() {
            compare(entry, Comment(rawValue: "\(index): \(entry.source)\n\(entry.text)"))
        }
    }

    private func compare(_ entry: ParseCase, _ comment: Comment) {
        let source = SourceText(entry.text, path: entry.source)
        let expected = entry.expect
        let directives = Dockerfile.directives(of: source)
        #expect(directives.syntax?.firstWord == expected.syntax, comment)
        #expect(directives.check?.firstWord == expected.check, comment)

        let dockerfile: Dockerfile
        do {
            dockerfile = try Dockerfile.parse(entry.text, path: entry.source)
        } catch {
            #expect(error.description == expected.error, comment)
            expectInside(error.range, source, comment)
            return
        }
        #expect(expected.error == nil, comment)
        #expect(dockerfile.directives.syntax == directives.syntax, comment)
        #expect(dockerfile.directives.check == directives.check, comment)
        #expect(String(dockerfile.escape) == expected.escape, comment)
        #expect(dockerfile.dump == expected.dump, comment)
        #expect(dockerfile.warnings.map(\.message) == expected.warnings ?? [], comment)
        #expect(dockerfile.nodes.count == expected.nodes?.count, comment)
        for (node, expectedNode) in zip(dockerfile.nodes, expected.nodes ?? []) { compare(node, expectedNode, comment) }
        compareStages(of: dockerfile, expected, comment)
    }

    private func compare(_ node: SyntaxNode, _ expected: ParseCase.Node, isTrigger: Bool = false, _ comment: Comment) {
        #expect(node.keyword.text == expected.value, comment)
        #expect(node.original == expected.original, comment)
        #expect(node.flags.map(\.text) == expected.flags ?? [], comment)
        #expect(node.isJSON == (expected.attributes?["json"] ?? false), comment)
        #expect(node.precedingComments == expected.previousComments ?? [], comment)
        // The table has no lines for the instruction inside of ONBUILD.
        #expect(
            isTrigger ? expected.start == 0 && expected.end == 0 : node.lines == expected.start...expected.end, comment)
        let heredocs = node.heredocs.map {
            ParseCase.Heredoc(
                name: $0.name, fileDescriptor: $0.fileDescriptor, expands: $0.expands, stripsTabs: $0.stripsTabs,
                content: $0.content)
        }
        #expect(heredocs == expected.heredocs ?? [], comment)

        var texts: [String] = []
        var children: [ParseCase.Node] = []
        for word in expected.words ?? [] {
            switch word {
            case .text(let text): texts.append(text)
            case .child(let child): children.append(child)
            }
        }
        #expect(node.words.map(\.text) == texts, comment)
        #expect(children.count == (node.trigger == nil ? 0 : 1), comment)
        if let child = children.first, let trigger = node.trigger { compare(trigger, child, isTrigger: true, comment) }
    }

    private func compareStages(of dockerfile: Dockerfile, _ expected: ParseCase.Expectation, _ comment: Comment) {
        let parsed: ParsedDockerfile
        do {
            parsed = try dockerfile.resolve()
        } catch {
            let line = error.range.map { dockerfile.source.lineNumber(of: $0.start) } ?? 0
            var message = error.description
            if case .noStage = error {} else { message = "dockerfile parse error on line \(line): \(message)" }
            #expect(sameUpToEqualSuggestions(message, expected.instructionsError), comment)
            expectInside(error.range, dockerfile.source, comment)
            return
        }
        #expect(expected.instructionsError == nil, comment)
        #expect(parsed.metaArgs.map(\.original) == expected.metaArgs ?? [], comment)
        #expect(parsed.stages.count == expected.stages?.count ?? 0, comment)
        for (stage, expectedStage) in zip(parsed.stages, expected.stages ?? []) {
            #expect(stage.name ?? "" == expectedStage.name, comment)
            #expect(stage.baseName == expectedStage.base, comment)
            #expect(stage.platform ?? "" == expectedStage.platform, comment)
            let commands = stage.instructions.map { instruction in
                ParseCase.Command(
                    name: instruction.nodeIndex.map { dockerfile.nodes[$0].keyword.text } ?? "",
                    string: instruction.original, type: instruction.kind.tableName)
            }
            #expect(commands == expectedStage.commands ?? [], comment)
        }
    }

    /// BuildKit picks any of the names that are equally near, a different one on every run.
    private func sameUpToEqualSuggestions(_ message: String, _ expected: String?) -> Bool {
        let ending = " (did you mean ENV?)"
        if let expected, expected.contains("unknown instruction: RNU"), expected.hasSuffix(ending) {
            return message == expected.dropLast(ending.count) + " (did you mean RUN?)"
        }
        return message == expected
    }

    private func expectInside(_ range: SourceRange?, _ source: SourceText, _ comment: Comment) {
        guard let range else { return }
        #expect(range.start >= 0 && range.start <= range.end && range.end <= source.bytes.count, comment)
    }

    @Test(arguments: ["testfiles", "testfiles-negative"]) func testFiles(_ folder: String) throws {
        let names = try ConformanceTables.names(in: folder)
        #expect(names.count >= 4)
        for name in names {
            let comment = Comment(rawValue: "\(folder)/\(name)")
            let bytes = try ConformanceTables.bytes("\(folder)/\(name)/Dockerfile")
            if folder == "testfiles" {
                let result = String(decoding: try ConformanceTables.bytes("\(folder)/\(name)/result"), as: UTF8.self)
                #expect(try Dockerfile.parse(bytes, path: name).dump + "\n" == result, comment)
            } else {
                #expect(throws: DockerfileError.self, comment) { try Dockerfile.parse(bytes, path: name) }
            }
        }
    }

    /// The lines on which BuildKit's own test expects the instructions.
    @Test func testFileLines() throws {
        let bytes = try ConformanceTables.bytes("testfile-line/Dockerfile")
        let lines = try Dockerfile.parse(bytes, path: "Dockerfile").nodes.map(\.lines)
        #expect(lines == [5...5, 11...12, 17...31])
    }

    @Test func words() throws {
        let table = try ConformanceTables.decode("shell_words.json", as: [WordCase].self)
        #expect(table.count >= 487)
        for (index, entry) in table.enumerated() {
            compare(entry, Comment(rawValue: "\(index): \(entry)"))
        }
    }

    private func compare(_ entry: WordCase, _ comment: Comment) {
        var environment: [String: String] = [:]
        for assignment in entry.env {
            let parts = assignment.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            environment[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
        }
        let expander = WordExpander(
            escape: entry.escape.map(Character.init) ?? "\\", rawQuotes: entry.rawQuotes ?? false,
            skipUnset: entry.skipUnset ?? false)
        do {
            if entry.op == "word" {
                let expansion = try expander.expand(entry.text, environment)
                #expect(entry.expect.result == .word(expansion.result), comment)
                #expect(expansion.matched == Set(entry.expect.matched ?? []), comment)
                #expect(expansion.unmatched == Set(entry.expect.unmatched ?? []), comment)
            } else {
                #expect(entry.op == "words", comment)
                let words = try expander.split(entry.text, environment).words
                #expect(entry.expect.result == .words(words.map(\.text)), comment)
            }
            #expect(entry.expect.error == nil, comment)
        } catch {
            #expect(error.description == entry.expect.error, comment)
            #expect(error.offset >= 0 && error.offset <= entry.text.utf8.count, comment)
        }
    }
}
