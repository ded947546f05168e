import Analysis
import OCI

/// An inspection for scripts. Files come out one by one: there may be millions.
public struct InspectionJSON {
    private let inspection: Inspection
    private let sink: any ByteSink
    /// At most so many files, the largest; nil for all, in the order of the layers.
    private let limit: Int?

    private let gates: [GateResult]

    /// Writes to `sink`.
    ///
    /// - Parameters:
    ///   - limit: at most so many files, the largest first; nil for all, in the order of the layers.
    ///   - gates: what came of the rules that the image was checked against.
    public init(_ inspection: Inspection, files limit: Int? = nil, gates: [GateResult] = [], to sink: any ByteSink) {
        self.inspection = inspection
        self.gates = gates
        self.sink = sink
        self.limit = limit
    }

    /// Writes the document and a line feed.
    public func write() throws {
        let ledger = inspection.ledger
        let head = Head(
            image: .init(
                ref: inspection.ref, digest: inspection.digest, size: ledger.size, compressedSize: ledger.compressedSize
            ),
            layers: ledger.layers.enumerated().map { LayerFields($1, index: $0) },
            packages: inspection.packages.prefix(inspection.shownPackages).map(PackageFields.init),
            hiddenPackages: inspection.packages.dropFirst(inspection.shownPackages).map(PackageFields.init),
            efficiency: ledger.efficiency, wastedBytes: ledger.wastedBytes,
            userWastedPercent: ledger.userWastedPercent,
            suggestions: inspection.suggestions.map { SuggestionFields($0, ledger) },
            duplicates: inspection.duplicates.groups.prefix(100).map { group in
                DuplicateFields(
                    size: group.size, extra: group.extra,
                    paths: group.versions.map { OneLine.path(ledger.path(of: ledger.versions[$0])) })
            },
            secrets: inspection.secrets,
            setIDFiles: inspection.setIDFiles.map {
                FileFields(ledger.versions[$0], inspection)
            },
            gates: gates.isEmpty ? nil : gates.map(GateFields.init), warnings: inspection.warnings)
        var bytes = try CanonicalJSON.encode(head)
        // The closing brace comes after the files.
        bytes.removeLast()
        bytes += Array(",\"files\":[".utf8)
        var isFirst = true
        for number in order(ledger) {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            bytes += try CanonicalJSON.encode(FileFields(ledger.versions[number], inspection))
            if bytes.count > 1 << 18 {
                try sink.write(bytes)
                bytes.removeAll(keepingCapacity: true)
            }
        }
        bytes += Array("]}\n".utf8)
        try sink.write(bytes)
    }

    private func order(_ ledger: Ledger) -> some Sequence<Int> {
        guard let limit else { return Array(ledger.versions.indices)[...] }
        return ledger.versions.indices.sorted {
            (ledger.versions[$1].stored, $0) < (ledger.versions[$0].stored, $1)
        }.prefix(limit)
    }
}

private struct Head: Encodable {
    struct Image: Encodable {
        var ref: String
        var digest: Digest?
        var size: Int64
        var compressedSize: Int64
    }
    var image: Image
    var layers: [LayerFields]
    var packages: [PackageFields]
    var hiddenPackages: [PackageFields]
    var efficiency: Double
    var wastedBytes: Int64
    var userWastedPercent: Double
    var suggestions: [SuggestionFields]
    var duplicates: [DuplicateFields]
    var secrets: [LeftSecret]
    var setIDFiles: [FileFields]
    var gates: [GateFields]?
    var warnings: [String]
}

private struct LayerFields: Encodable {
    var index: Int
    var diffID: Digest
    var size: Int64
    var compressedSize: Int64
    var overhead: Int64
    var instruction: String?
    var line: Int?
    var endLine: Int?
    var stage: String?
    var dockerfile: String?
    var base: Bool?
    var wasted: Int64

    init(_ layer: Ledger.Layer, index: Int) {
        self.index = index
        diffID = layer.diffID
        size = layer.size
        compressedSize = layer.compressedSize
        overhead = layer.trailer
        instruction = layer.origin.instruction
        line = layer.origin.lines?.lowerBound
        endLine = layer.origin.lines?.upperBound
        stage = layer.origin.stage
        dockerfile = layer.origin.file
        base = layer.origin.isBase
        wasted = layer.wasted
    }
}

private struct PackageFields: Encodable {
    var name: String
    var version: String
    var type: String
    var purl: String?
    var path: String
    var size: Int64
    var wasted: Int64
    var files: Int
    var layer: Digest?
    var layerIndex: Int
    var removedBy: Digest?

    init(_ share: PackageShare) {
        name = share.package.name
        version = share.package.version
        type = share.package.type.rawValue
        purl = share.package.purl?.description
        path = share.package.path
        size = share.size
        wasted = share.wasted
        files = share.files
        layer = share.package.layer.diffID
        layerIndex = share.package.layer.index
        removedBy = share.package.removedBy?.diffID
    }
}

private struct SuggestionFields: Encodable {
    var kind: String
    var saves: Int64
    var title: String
    var advice: String
    var layer: Digest
    var layerIndex: Int
    var otherLayerIndex: Int?
    var instruction: String?
    var line: Int?
    var files: Int
    var paths: [String]

    init(_ suggestion: Suggestion, _ ledger: Ledger) {
        let words = SuggestionText(suggestion, ledger)
        let origin = ledger.layers[suggestion.layer].origin
        kind = suggestion.kind.rawValue
        saves = suggestion.saves
        title = words.title
        advice = words.advice
        layer = ledger.layers[suggestion.layer].diffID
        layerIndex = suggestion.layer
        otherLayerIndex = suggestion.otherLayer
        instruction = origin.instruction
        line = origin.lines?.lowerBound
        files = suggestion.files
        paths = suggestion.paths.map { OneLine.path($0) }
    }
}

private struct GateFields: Encodable {
    var rule: String
    var actual: Double
    var limit: Double
    var passed: Bool

    init(_ result: GateResult) {
        rule = result.rule
        actual = result.actual
        limit = result.limit
        passed = result.passed
    }
}

private struct DuplicateFields: Encodable {
    var size: Int64
    var extra: Int64
    var paths: [String]
}

private struct FileFields: Encodable {
    var path: String
    var layer: Digest
    var layerIndex: Int
    var kind: String
    var size: Int64
    var contentSize: Int64
    var mode: String
    var uid: UInt32
    var gid: UInt32
    var state: String
    var wasted: Int64
    var endedBy: Int?
    var package: String?
    var target: String?

    init(_ version: FileVersion, _ inspection: Inspection) {
        let ledger = inspection.ledger
        path = "/" + String(decoding: ledger.path(of: version), as: UTF8.self)
        layer = ledger.layers[Int(version.layer)].diffID
        layerIndex = Int(version.layer)
        kind = KindText.word(version.kind)
        size = version.stored
        contentSize = version.size
        mode = "0" + String(version.mode, radix: 8)
        uid = version.uid
        gid = version.gid
        state = StateText.name(version.state)
        wasted = ledger.waste(of: version)
        endedBy = version.endedBy >= 0 ? Int(version.endedBy) : nil
        if version.package >= 0 {
            let package = inspection.packages[Int(version.package)].package
            self.package = package.purl?.description ?? package.name
        }
        if version.kind == .symlink { target = String(decoding: ledger.target(of: version), as: UTF8.self) }
    }
}

/// What kind of file something is.
enum KindText {
    /// In a word.
    static func word(_ kind: TarEntry.Kind) -> String {
        switch kind {
        case .file: "file"
        case .directory: "directory"
        case .symlink: "symlink"
        case .hardlink: "hardlink"
        case .characterDevice: "character-device"
        case .blockDevice: "block-device"
        case .fifo: "fifo"
        }
    }
}

extension StateText {
    /// The state's name in JSON.
    static func name(_ state: FileVersion.State) -> String {
        switch state {
        case .live: "live"
        case .listedAgain: "listed-again"
        case .replaced: "replaced"
        case .deleted: "deleted"
        case .whiteout: "whiteout"
        case .ignored: "ignored"
        }
    }
}
