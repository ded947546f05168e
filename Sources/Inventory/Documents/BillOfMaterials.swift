import OCI

/// What a software bill of materials is written from.
public struct BillOfMaterials: Sendable {
    /// What was looked at: an image, or a directory.
    public struct Subject: Sendable {
        /// How it was named.
        public var reference: String
        /// The digest of its manifest; nil for a directory.
        public var digest: Digest?
        /// The platform; nil for a directory.
        public var platform: Platform?

        /// A subject.
        public init(reference: String, digest: Digest? = nil, platform: Platform? = nil) {
            self.reference = reference
            self.digest = digest
            self.platform = platform
        }
    }

    /// What was looked at.
    public var subject: Subject
    /// What it holds.
    public var inventory: ImageInventory
    /// What made its layers and files; nil for a directory.
    public var attribution: ImageAttribution?
    /// When the document was made: RFC 3339, in UTC, without fractions of a second. The caller decides, so that the same
    /// image gives the same document.
    public var created: String
    /// The version of the program that writes the document.
    public var toolVersion: String

    /// What a document is written from.
    public init(
        subject: Subject, inventory: ImageInventory, attribution: ImageAttribution?, created: String,
        toolVersion: String
    ) {
        self.subject = subject
        self.inventory = inventory
        self.attribution = attribution
        self.created = created
        self.toolVersion = toolVersion
    }

    /// Facts about where a package comes from, in order, each with its name in documents.
    func provenance(of package: Package) -> [(name: String, value: String)] {
        var facts: [(name: String, value: String)] = [("path", package.path)]
        if let source = package.source {
            facts += [("source:name", source.name), ("source:version", source.version)]
        }
        if let modularity = package.modularity { facts.append(("modularity", modularity)) }
        facts += package.marks.map(\.rawValue).sorted().map { ("mark", $0) }
        guard let diffID = package.layer.diffID else { return facts }
        facts += [("layer:index", String(package.layer.index)), ("layer:diffID", diffID.description)]
        guard let attribution, attribution.layers.indices.contains(package.layer.index) else { return facts }
        let layer = attribution.layers[package.layer.index]
        func add(_ name: String, _ value: String?) {
            if let value { facts.append((name, value)) }
        }
        add("layer:instruction", layer.instruction)
        add("layer:file", layer.file)
        add("layer:line", layer.lines.map { String($0.lowerBound) })
        add("layer:endLine", layer.lines.map { String($0.upperBound) })
        add("layer:stage", layer.stage)
        add("layer:base", layer.baseName)
        // Through COPY --from to what made the file.
        if let origin = origin(of: package) {
            add("origin:instruction", origin.instruction)
            add("origin:line", origin.lines.map { String($0.lowerBound) })
            add("origin:endLine", origin.lines.map { String($0.upperBound) })
            add("origin:stage", origin.stage)
            add("origin:path", origin.path)
            add("origin:base", origin.base)
        }
        return facts
    }

    /// The step that made a package's record, where that is another one than the layer's.
    func origin(of package: Package) -> TrailStep? {
        guard let trail = attribution?.trail(of: package.record, inLayer: package.layer.index), trail.count > 1 else {
            return nil
        }
        return trail.last
    }

    /// A universally unique identifier that is always the same for the same content.
    func identifier(_ kind: String) -> String {
        let content = inventory.packages.map { "\($0.type.rawValue) \($0.name) \($0.version) \($0.path)" }
        let text = ([kind, subject.reference, subject.digest?.description ?? "", created] + content)
            .joined(separator: "\n")
        var hex = Array(Digest.sha256(of: Array(text.utf8)).hex.utf8.prefix(32))
        // Version 8 (of one's own making), variant 1.
        hex[12] = UInt8(ascii: "8")
        hex[16] = UInt8(ascii: "8")
        let parts = [hex[0..<8], hex[8..<12], hex[12..<16], hex[16..<20], hex[20..<32]]
        return parts.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "-")
    }
}
