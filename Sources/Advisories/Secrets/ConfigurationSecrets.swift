import OCI

/// Secrets in an image's configuration: variables, labels, and the history with its build arguments. Whoever has the image
/// reads them without unpacking anything.
public enum ConfigurationSecrets {
    /// Settings of an honest image are shorter, and fewer.
    private static let textLimit = 1 << 20
    private static let countLimit = 10_000

    /// The secrets, each once: what the environment has is not told again from the history.
    public static func findings(in config: ImageConfig) -> [SecretFinding] {
        var search = Search()
        for entry in config.config.env.prefix(countLimit) {
            let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            search.add(name: String(parts[0]), value: String(parts[1]), setting: .environment)
        }
        for (name, value) in config.config.labels.sorted(by: { $0.key < $1.key }).prefix(countLimit) {
            search.add(name: name, value: value, setting: .label)
        }
        // The last layers belong to the last entries: a base without a history may lie below.
        var layer = config.diffIDs.count - config.history.count { !$0.emptyLayer }
        for entry in config.history.prefix(countLimit) {
            let place = entry.emptyLayer || layer < 0 ? nil : layer
            if !entry.emptyLayer { layer += 1 }
            guard let text = entry.createdBy else { continue }
            let diffID = place.flatMap { config.diffIDs.indices.contains($0) ? config.diffIDs[$0] : nil }
            search.add(history: text, layer: diffID.map { ($0, place ?? 0) })
        }
        return search.findings
    }

    /// What was found so far.
    private struct Search {
        var findings: [SecretFinding] = []
        /// What is told already, by the secret's own text.
        private var known: Set<String> = []

        /// A name with its value.
        mutating func add(
            name: String, value: String, setting: SecretFinding.Setting, layer: (diffID: Digest, index: Int)? = nil
        ) {
            guard value.utf8.count <= textLimit, known.count < countLimit else { return }
            let bytes = Array(value.utf8)
            for hit in SecretScanner.hits(in: bytes) where known.insert(value).inserted {
                add(hit, name, setting, layer)
            }
            guard SecretAssignments.isSecret(value, named: name) || SecretAssignments.urlPassword(in: value) != nil,
                known.insert(value).inserted
            else { return }
            let hit = SecretScanner.Hit(
                rule: "credentials-setting", title: "credentials in the image's configuration", severity: .high,
                offset: 0, excerpt: "\(name.prefix(40))… (\(value.count) characters)")
            add(hit, name, setting, layer)
        }

        /// An instruction as the history has it.
        mutating func add(history text: String, layer: (diffID: Digest, index: Int)?) {
            guard text.utf8.count <= textLimit else { return }
            let instruction = InstructionText.readable(text)
            let title = String(instruction.prefix { !$0.isNewline }.prefix(60))
            for (name, value) in BuildArguments.pairs(in: text) + Self.settings(in: instruction) {
                add(name: name, value: value, setting: .history, layer: layer)
            }
            // Tokens that have a form of their own stand anywhere in a command.
            for hit in SecretScanner.hits(in: Array(instruction.utf8)) {
                let rest = instruction.utf8.dropFirst(hit.offset)
                let token = String(Substring(rest.prefix { !SecretAlphabet.isBlank($0) && !"\"'".utf8.contains($0) }))
                guard !known.contains(where: { $0.contains(token) }), known.count < countLimit else { continue }
                known.insert(token)
                add(hit, title, .history, layer)
            }
        }

        /// The pairs of `ENV a=b c=d` and `ARG a=b`.
        private static func settings(in instruction: String) -> [(name: String, value: String)] {
            guard instruction.hasPrefix("ENV ") || instruction.hasPrefix("ARG ") || instruction.hasPrefix("LABEL ")
            else { return [] }
            return instruction.split(separator: " ").dropFirst().compactMap { word in
                guard let equals = word.firstIndex(of: "=") else { return nil }
                let value = word[word.index(after: equals)...].filter { $0 != "\"" && $0 != "'" }
                return (String(word[..<equals]), value)
            }
        }

        private mutating func add(
            _ hit: SecretScanner.Hit, _ name: String, _ setting: SecretFinding.Setting,
            _ layer: (diffID: Digest, index: Int)?
        ) {
            var finding = SecretFinding(
                rule: hit.rule, title: hit.title, severity: hit.severity, path: name, line: 0, excerpt: hit.excerpt)
            finding.setting = setting
            finding.layer = layer?.diffID
            finding.layerIndex = layer?.index ?? 0
            findings.append(finding)
        }
    }
}

/// Arguments of a RUN as the history writes them in front of the command: `|2 A=1 B=two words /bin/sh -c make`.
enum BuildArguments {
    static func pairs(in text: String) -> [(name: String, value: String)] {
        var rest = text[...]
        if rest.hasPrefix("RUN ") { rest = rest.dropFirst(4) }
        guard rest.first == "|" else { return [] }
        let words = rest.dropFirst().split(separator: " ", omittingEmptySubsequences: false)
        guard let first = words.first, let count = Int(first), (1...1_000).contains(count) else { return [] }
        var pairs: [(name: String, value: String)] = []
        for word in words.dropFirst() {
            if pairs.count == count, word.hasPrefix("/") { break }
            if pairs.count < count, let equals = word.firstIndex(of: "="), isName(word[..<equals]) {
                pairs.append((String(word[..<equals]), String(word[word.index(after: equals)...])))
            } else if let last = pairs.popLast() {
                // A value with a blank in it.
                pairs.append((last.name, last.value + " " + word))
            }
            guard (pairs.last?.value.utf8.count ?? 0) <= 1 << 16 else { break }
        }
        return pairs
    }

    private static func isName(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { SecretAlphabet.word.contains($0) }
    }
}
