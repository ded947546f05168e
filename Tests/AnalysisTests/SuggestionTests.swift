import OCI
import Testing

@testable import Analysis

/// Predictions against the image as it is after the change.
struct SuggestionTests {
    /// The saving that is predicted, and the real one.
    private func check(
        _ kind: Suggestion.Kind, before: [[UInt8]], after: [[UInt8]], _ place: SourceLocation = #_sourceLocation
    ) throws {
        let ledger = try Ledger(tars: before)
        let found = ledger.suggestions().filter { $0.kind == kind }
        #expect(found.count == 1, sourceLocation: place)
        let predicted = Double(found.first?.saves ?? 0)
        let real = Double(ledger.size - (try Ledger(tars: after).size))
        #expect(abs(predicted - real) <= real * 0.05, "\(predicted) is not \(real)", sourceLocation: place)
        let left = try Ledger(tars: after).suggestions()
        #expect(!left.contains { $0.kind == kind }, sourceLocation: place)
    }

    @Test(arguments: [100, 700, 4000])
    func aNewOwnerForEveryFile(size: Int) throws {
        func tree(_ uid: UInt32) throws -> [UInt8] {
            try LayerMaking.tar {
                for directory in 0..<40 {
                    try $0.directory("app/\(directory)", uid: uid)
                    for file in 0..<5 {
                        try $0.file("app/\(directory)/\(file)", size: size, seed: UInt8(directory * 5 + file), uid: uid)
                    }
                }
            }
        }
        try check(.repeatedContent, before: [tree(0), tree(7)], after: [tree(7)])
    }

    @Test func aNewOwnerBesidesOtherWork() throws {
        func files(_ layer: inout LayerMaking, _ uid: UInt32) throws {
            try layer.directory("app", uid: uid)
            for file in 0..<50 { try layer.file("app/\(file)", size: 2000 + file, uid: uid) }
        }
        try check(
            .repeatedContent,
            before: [
                LayerMaking.tar { try files(&$0, 0) },
                LayerMaking.tar {
                    try files(&$0, 7)
                    try $0.file("etc/passwd", size: 60_000)
                },
            ],
            after: [
                LayerMaking.tar { try files(&$0, 7) }, LayerMaking.tar { try $0.file("etc/passwd", size: 60_000) },
            ])
    }

    @Test func deletedInAStepOfItsOwn() throws {
        try check(
            .deletedLater,
            before: [
                LayerMaking.tar {
                    try $0.file("kept", size: 1000)
                    for file in 0..<100 { try $0.file("build/\(file)", size: 300 + file, seed: UInt8(file)) }
                },
                LayerMaking.tar { for file in 0..<100 { try $0.delete("build/\(file)") } },
            ],
            after: [LayerMaking.tar { try $0.file("kept", size: 1000) }])
    }

    @Test func rewrittenInAnotherStep() throws {
        try check(
            .rewrittenLater,
            before: [
                LayerMaking.tar { try $0.file("data", size: 90_000) },
                LayerMaking.tar { try $0.file("data", size: 90_000, seed: 8) },
            ],
            after: [LayerMaking.tar { _ in }, LayerMaking.tar { try $0.file("data", size: 90_000, seed: 8) }])
    }

    @Test(arguments: ["var/lib/apt/lists", "root/.cache/pip/http", "home/me/.npm/_cacache/x"])
    func cachesThatAreLeft(path: String) throws {
        try check(
            .cache,
            before: [
                LayerMaking.tar {
                    try $0.directory(path)
                    for file in 0..<60 { try $0.file("\(path)/\(file)", size: 700, seed: UInt8(file)) }
                    try $0.file("usr/bin/tool", size: 5000)
                }
            ],
            after: [
                LayerMaking.tar {
                    try $0.directory(path)
                    try $0.file("usr/bin/tool", size: 5000)
                }
            ])
    }

    @Test func copiesUnderOtherNames() throws {
        try check(
            .duplicates,
            before: [
                LayerMaking.tar { for name in ["a", "b", "c"] { try $0.file(name, size: 30_000) } }
            ],
            after: [
                LayerMaking.tar {
                    try $0.file("a", size: 30_000)
                    try $0.link("b", to: "a", hard: true)
                    try $0.link("c", to: "a", hard: true)
                }
            ])
    }

    @Test func whatTheBaseImageHasIsNobodysToChange() throws {
        let ledger = try Ledger(
            tars: [
                LayerMaking.tar {
                    try $0.file("a", size: 90_000)
                    try $0.file("b", size: 90_000)
                    try $0.file("var/lib/apt/lists/x", size: 90_000, seed: 4)
                },
                LayerMaking.tar { try $0.delete("a") },
            ], base: 1)
        #expect(ledger.suggestions().isEmpty)
        #expect(ledger.userLayers == 1..<2)
    }
}
