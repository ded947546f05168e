import LayerFormat
import OCI
import Testing

@testable import Analysis

/// Layers that nobody honest makes: clear errors or ignored members, and never a wrong sum.
struct HostileLayerTests {
    @Test func truncatedLayersAreErrors() throws {
        let tar = try LayerMaking.tar { try $0.file("a", size: 5000) }
        for length in [100, 512, 700, 3000] {
            #expect(throws: OCIError.self) { try Ledger(tars: [Array(tar.prefix(length))]) }
        }
    }

    @Test func otherLayersThanPromisedAreErrors() throws {
        let tar = try LayerMaking.tar { try $0.file("a", size: 5000) }
        let other = Digest.sha256(of: [1])
        #expect(throws: OCIError.self) {
            try walkLayer(Blob(tar), expecting: other, name: "layer", visitors: [LedgerCollector()])
        }
    }

    @Test func deepPathsAndLongNames() throws {
        let deep = String(repeating: "d/", count: 10_000) + "file"
        let ledger = try Ledger(tars: [
            LayerMaking.tar {
                try $0.file(deep, size: 100)
                try $0.file(String(repeating: "n", count: 100_000), size: 100)
            },
            LayerMaking.tar { try $0.delete("d") },
        ])
        #expect(ledger.versions(deep).map(\.state) == [.deleted])
        #expect(ledger.total == ledger.size)
        // What is shown of it has an end.
        #expect(ByteTree(ledger).size == ledger.size - ledger.layers.reduce(0) { $0 + $1.trailer })
    }

    @Test func linksInCircles() throws {
        let ledger = try Ledger(tars: [
            LayerMaking.tar {
                try $0.link("a", to: "b")
                try $0.link("b", to: "a")
                try $0.link("up", to: "../../../..")
                try $0.file("a/x", size: 10)
                try $0.file("up/etc/x", size: 10)
                try $0.link("self", to: "self", hard: true)
                try $0.link("none", to: "nowhere", hard: true)
            }
        ])
        #expect(ledger.versions("etc/x").count == 1)
        #expect(ledger.total == ledger.size)
        #expect(ledger.wastedBytes == 0)
    }

    @Test func sparseFilesOfAnySizeCostNothing() throws {
        let sink = MemorySink()
        var writer = TarWriter(sink)
        try writer.add(TarEntry(name: Array("plain".utf8), kind: .file, mode: 0o644), content: [1, 2, 3])
        try writer.finish()
        // GNU's old form: a file of an exabyte with one block of content.
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at place: Int) {
            block.replaceSubrange(place..<place + text.utf8.count, with: text.utf8)
        }
        put("sparse", at: 0)
        put("0000644\0", at: 100)
        put("0000000\0", at: 108)
        put("0000000\0", at: 116)
        put("00000001000\0", at: 124)
        put("00000000000\0", at: 136)
        put("S", at: 156)
        put("ustar  \0", at: 257)
        put("00000000000\0", at: 386)
        put("00000001000\0", at: 398)
        block[483] = 0x80
        block[488] = 0x10
        put("        ", at: 148)
        let sum = String(block.reduce(0) { $0 + Int($1) }, radix: 8)
        put(String(repeating: "0", count: 6 - sum.count) + sum + "\0 ", at: 148)
        let tar = block + [UInt8](repeating: 7, count: 512) + sink.bytes
        let ledger = try Ledger(tars: [tar])
        #expect(ledger.versions("sparse").map(\.stored) == [1024])
        #expect((ledger.versions("sparse").first?.size ?? 0) > 1 << 50)
        #expect(ledger.total == Int64(tar.count))
    }

    @Test func randomBytesDoNotCrash() throws {
        var state: UInt64 = 42
        func random() -> UInt8 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 33)
        }
        let good = try LayerMaking.tar {
            try $0.directory("d")
            try $0.file("d/a", size: 700)
            try $0.link("l", to: "d")
            try $0.file("l/b", size: 10)
        }
        for _ in 0..<200 {
            var bad = good
            for _ in 0..<8 { bad[Int(random()) * 17 % bad.count] = random() }
            if let ledger = try? Ledger(tars: [good, bad]) { #expect(ledger.total == ledger.size) }
        }
    }
}
