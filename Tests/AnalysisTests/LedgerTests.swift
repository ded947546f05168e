import OCI
import Testing

@testable import Analysis

/// Which bytes are needed, which are not, and that none is forgotten.
struct LedgerTests {
    @Test func everyByteIsSomewhere() throws {
        let tars = [
            try LayerMaking.tar {
                try $0.directory("usr")
                try $0.file("usr/a", size: 1000)
                try $0.file("usr/" + String(repeating: "long/", count: 60) + "name", size: 513)
                try $0.link("usr/b", to: "usr/a", hard: true)
            },
            try LayerMaking.tar { try $0.delete("usr/a") } + [UInt8](repeating: 0, count: 10_240),
            try LayerMaking.tar { _ in },
        ]
        let ledger = try Ledger(tars: tars)
        #expect(ledger.size == Int64(tars.reduce(0) { $0 + $1.count }))
        #expect(ledger.total == ledger.size)
        #expect(ledger.layers.map(\.size) == tars.map { Int64($0.count) })
    }

    @Test func theCopyThatIsShownIsNoWaste() throws {
        let ledger = try Ledger(tars: [
            LayerMaking.tar { try $0.file("data", size: 10_000) },
            LayerMaking.tar { try $0.file("data", size: 10_000, uid: 7) },
            LayerMaking.tar { try $0.file("data", size: 3000, seed: 9) },
        ])
        // Two copies of 10,000 bytes with a header each, filled up to blocks.
        #expect(ledger.layers.map(\.wasted) == [10_752, 10_752, 0])
        #expect(ledger.versions.map { $0.repeats } == [-1, 0, -1])
        #expect(abs(ledger.efficiency - 3000.0 / 23_000) < 1e-9)
    }

    @Test func deletedFilesAreWasteWithTheirDirectories() throws {
        let ledger = try Ledger(tars: [
            LayerMaking.tar {
                try $0.directory("cache")
                try $0.file("cache/x", size: 512)
                try $0.file("kept", size: 512)
            },
            LayerMaking.tar { try $0.delete("cache") },
        ])
        #expect(ledger.layers.map(\.wasted) == [512 + 1024, 0])
        #expect(ledger.versions("cache/x").map(\.endedBy) == [1])
        #expect(ledger.efficiency == 0.5)
    }

    @Test func aWhiteoutHidesOnlyWhatIsBelow() throws {
        for order in [[0, 1], [1, 0]] {
            let ledger = try Ledger(tars: [
                LayerMaking.tar {
                    try $0.directory("d")
                    try $0.file("d/old", size: 100)
                },
                LayerMaking.tar { layer in
                    for step in order {
                        if step == 0 {
                            try layer.file("d/.wh..wh..opq", [])
                        } else {
                            try layer.file("d/new", size: 100)
                        }
                    }
                },
            ])
            #expect(ledger.versions("d/old").map(\.state) == [.deleted])
            #expect(ledger.versions("d/new").map(\.state) == [.live])
            #expect(ledger.versions("d").map(\.state) == [.live])
        }
    }

    @Test func contentLivesAsLongAsAnyOfItsNames() throws {
        let base = try LayerMaking.tar {
            try $0.file("a", size: 5000)
            try $0.link("b", to: "a", hard: true)
        }
        let one = try Ledger(tars: [base, LayerMaking.tar { try $0.delete("a") }])
        #expect(one.wastedBytes == 0)
        #expect(one.efficiency == 1)
        let both = try Ledger(tars: [
            base,
            LayerMaking.tar {
                try $0.delete("a")
                try $0.delete("b")
            },
        ])
        #expect(both.wastedBytes == 5120 + 512 + 512)
    }

    @Test func pathsThroughSymbolicLinksLandAtTheirTargets() throws {
        let ledger = try Ledger(tars: [
            LayerMaking.tar {
                try $0.directory("usr/lib")
                try $0.link("lib", to: "usr/lib")
                try $0.link("loop", to: "loop2")
                try $0.link("loop2", to: "/loop")
                try $0.file("usr/lib/x", size: 100)
            },
            LayerMaking.tar {
                try $0.file("lib/x", size: 200)
                try $0.file("loop/x", size: 300)
            },
        ])
        #expect(ledger.versions("usr/lib/x").map(\.state) == [.replaced, .live])
        #expect(ledger.versions("lib").map(\.state) == [.live])
        #expect(ledger.versions("loop/x").map(\.state) == [.ignored])
        #expect(ledger.total == ledger.size)
    }

    @Test func typesChange() throws {
        let ledger = try Ledger(tars: [
            LayerMaking.tar {
                try $0.directory("x")
                try $0.file("x/in", size: 100)
                try $0.file("y", size: 100)
            },
            LayerMaking.tar {
                try $0.file("x", size: 50)
                try $0.file("y/in", size: 50)
            },
        ])
        #expect(ledger.versions("x").map(\.state) == [.replaced, .live])
        #expect(ledger.versions("x/in").map(\.state) == [.deleted])
        #expect(ledger.versions("y").map(\.state) == [.replaced])
        #expect(ledger.versions("y/in").map(\.state) == [.live])
    }

    @Test func namesThatLeaveTheRootAreCountedAndIgnored() throws {
        let ledger = try Ledger(tars: [
            LayerMaking.tar {
                try $0.file("../../etc/passwd", size: 700)
                try $0.file("a/../../b", size: 700)
                try $0.file("a/../c", size: 700)
                try $0.file(".wh..", [])
            }
        ])
        #expect(ledger.versions.map(\.state) == [.ignored, .ignored, .live, .ignored])
        #expect(ledger.versions("c").count == 1)
        #expect(ledger.total == ledger.size)
    }

    @Test func aMemberThatIsThereTwiceCountsOnce() throws {
        let ledger = try Ledger(tars: [
            LayerMaking.tar {
                try $0.file("a", size: 100)
                try $0.file("a", size: 100)
            }
        ])
        #expect(ledger.versions.map(\.state) == [.replaced, .live])
        #expect(ledger.wastedBytes == 1024)
    }

    @Test func directoriesListedAgainAreNoWaste() throws {
        let ledger = try Ledger(tars: [
            LayerMaking.tar { try $0.directory("etc") },
            LayerMaking.tar {
                try $0.directory("etc")
                try $0.file("etc/x", size: 1)
            },
        ])
        #expect(ledger.wastedBytes == 0)
        #expect(ledger.versions("etc").map(\.state) == [.listedAgain, .live])
    }

    /// Each of these would take hours if hidden trees were walked again and again.
    @Test func repeatedWhiteoutsStayCheap() throws {
        let big = try LayerMaking.tar { layer in
            for number in 0..<3000 { try layer.file("d/\(number)", []) }
        }
        let top = try LayerMaking.tar { layer in
            for number in 0..<3000 { try layer.file("d/n\(number)", []) }
            for _ in 0..<3000 { try layer.file("d/.wh..wh..opq", []) }
            for _ in 0..<3000 { try layer.delete("d") }
        }
        let ledger = try Ledger(tars: [big, top])
        #expect(ledger.versions.filter { $0.state == .deleted }.count == 3000)
        #expect(ledger.versions.filter { $0.state == .live }.count == 3000)
    }

    @Test func userLayersWithoutABase() throws {
        let file = try LayerMaking.tar { try $0.file("a", size: 10_000) }
        let (one, none) = (try Ledger(tars: [file]), try Ledger(tars: []))
        #expect(one.userWastedPercent == 0)
        #expect(none.efficiency == 1)
        // The copy of the base's file is the user's waste; one with another content is needed.
        let again = try Ledger(tars: [file, LayerMaking.tar { try $0.file("a", size: 10_000, uid: 1) }])
        #expect(again.userWastedPercent > 0.8)
        let other = try Ledger(tars: [file, LayerMaking.tar { try $0.file("a", size: 10_000, seed: 3) }])
        #expect(other.userWastedPercent == 0)
    }
}
