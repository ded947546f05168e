import ArgumentParser
import OCI
import Rendering
import Store

/// `whittle prune`.
struct PruneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove cached results, unpacked layers and content that no image needs.",
        discussion: "Named images and whatever a running process works with stay.")

    @OptionGroup var global: GlobalOptions

    @Flag(name: .shortAndLong, help: "Remove all names of images, too.")
    var all = false

    @Option(
        name: .long,
        help: ArgumentHelp("Only what has not been used for this long: 90s, 30m, 12h, 7d.", valueName: "time"))
    var unusedFor: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Remove the longest unused first, until no more than this is left, such as 10g.", valueName: "bytes"))
    var keepStorage: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Only these kinds, separated by commas: \(PruneKind.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "kinds"))
    var kind: String?

    @Flag(name: .long, help: "Only tell what would go.")
    var dryRun = false

    @Flag(name: .shortAndLong, help: "Accepted for Docker's sake: nothing is ever asked.")
    var force = false

    @Flag(name: .shortAndLong, help: "Print the sum alone.")
    var quiet = false

    func run() async throws {
        let session = try ImageSession(global, freesSpace: !dryRun)
        try await session.run { session in
            let options = try self.options
            let notice = WaitingNotice(for: session.store)
            if all, !dryRun {
                for image in try session.store.listImages() {
                    _ = try session.store.removeImage(image.name, keepWaiting: notice.keepWaiting)
                    if !quiet { print("image \(image.name.familiar)") }
                }
            }
            let report = try session.store.prune(options, keepWaiting: notice.keepWaiting)
            if !quiet {
                for item in report.removed {
                    let detail = item.detail.isEmpty ? item.name : item.detail
                    print("\(item.kind.rawValue) \(SizeText.decimal(item.bytes)) \(detail)")
                }
            }
            print("\(dryRun ? "Reclaimable" : "Reclaimed"): \(SizeText.decimal(report.freedBytes))")
        }
    }

    private var options: PruneOptions {
        get throws {
            var options = PruneOptions(dryRun: dryRun)
            if let unusedFor { options.unusedFor = try Self.seconds(unusedFor) }
            if let keepStorage {
                options.keepBytes = try BuildOptionParsing.bytes(keepStorage, option: "--keep-storage")
            }
            if let kind {
                options.kinds = try Set(
                    kind.split(separator: ",").map { name in
                        guard let kind = PruneKind(rawValue: String(name)) else {
                            throw OptionError("--kind \(name): not a kind of thing in the store")
                        }
                        return kind
                    })
            }
            return options
        }
    }

    /// Seconds of `90`, `90s`, `30m`, `12h`, `7d`.
    static func seconds(_ text: String) throws -> Int64 {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86400]
        let unit = text.last.flatMap { units[$0] }
        guard let number = Int64(unit == nil ? text[...] : text.dropLast()), number >= 0 else {
            throw OptionError("--unused-for \(text): expected a time such as 90s, 30m, 12h or 7d")
        }
        let (seconds, overflow) = number.multipliedReportingOverflow(by: unit ?? 1)
        if overflow { throw OptionError("--unused-for \(text): that is too long") }
        return seconds
    }
}

/// `whittle df`.
struct DiskUsageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "df", abstract: "Show what the local store takes on the disk.")

    /// How it is printed.
    enum Format: String, ExpressibleByArgument, CaseIterable { case table, json }

    @OptionGroup var global: GlobalOptions

    @Option(name: .long, help: "table or json.")
    var format: Format = .table

    @Flag(name: .shortAndLong, help: "List every layer and cache mount.")
    var verbose = false

    private struct Line: Encodable {
        var kind: String
        var count: Int
        var size: Int64
        var reclaimable: Int64
    }

    private struct Report: Encodable {
        var root: String
        var items: [Line]
        var size: Int64
        var reclaimable: Int64
    }

    func run() async throws {
        let session = try ImageSession(global)
        try await session.run { session in
            let usage = try session.store.diskUsage()
            let report = Report(
                root: session.store.root, items: lines(usage), size: usage.totalBytes,
                reclaimable: usage.reclaimableBytes)
            if format == .json {
                print(String(decoding: try CanonicalJSON.encode(report), as: UTF8.self))
                return
            }
            var table = TextTable([
                .init("KIND"), .init("COUNT", .right), .init("SIZE", .right), .init("RECLAIMABLE", .right),
            ])
            for line in report.items {
                table.add([
                    line.kind, String(line.count), SizeText.decimal(line.size), SizeText.decimal(line.reclaimable),
                ])
            }
            table.add(["total", "", SizeText.decimal(report.size), SizeText.decimal(report.reclaimable)])
            print(table.list, terminator: "")
            if verbose { print("\n" + details(usage), terminator: "") }
        }
    }

    private func lines(_ usage: DiskUsage) -> [Line] {
        let inImages = usage.blobs.filter(\.isInImage)
        let others = usage.blobs.filter { !$0.isInImage }
        return [
            Line(
                kind: "image blobs", count: inImages.count, size: inImages.reduce(0) { $0 + $1.bytes }, reclaimable: 0),
            Line(
                kind: "other blobs", count: others.count, size: others.reduce(0) { $0 + $1.bytes },
                reclaimable: others.reduce(0) { $0 + ($1.isReclaimable ? $1.bytes : 0) }),
            Line(
                kind: "layers", count: usage.layers.count, size: usage.layers.reduce(0) { $0 + $1.info.size.bytes },
                reclaimable: usage.layers.reduce(0) { $0 + ($1.isReclaimable ? $1.info.size.bytes : 0) }),
            Line(
                kind: "cache mounts", count: usage.cacheMounts.count,
                size: usage.cacheMounts.reduce(0) { $0 + $1.size.bytes },
                reclaimable: usage.cacheMounts.reduce(0) { $0 + ($1.inUse ? 0 : $1.size.bytes) }),
            Line(
                kind: "readings", count: Int(usage.readings.entries), size: usage.readings.bytes,
                reclaimable: usage.readings.bytes),
            Line(
                kind: "unfinished", count: 0, size: usage.unfinishedBytes + usage.workingBytes,
                reclaimable: usage.unfinishedBytes),
            Line(kind: "bookkeeping", count: 0, size: usage.bookkeepingBytes, reclaimable: 0),
        ]
    }

    private func details(_ usage: DiskUsage) -> String {
        var table = TextTable([.init("ITEM"), .init("SIZE", .right), .init("MADE BY")])
        for layer in usage.layers {
            table.add([
                layer.info.diffID?.short ?? layer.info.id.rawValue, SizeText.decimal(layer.info.size.bytes),
                layer.instruction ?? "base image",
            ])
        }
        for mount in usage.cacheMounts { table.add([mount.id, SizeText.decimal(mount.size.bytes), "cache mount"]) }
        return table.list
    }
}
