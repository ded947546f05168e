import OCI
import Testing

@testable import Analysis

/// The tree after a layer, and what a layer changed.
struct LayerViewTests {
    private func view(_ top: Int, since bottom: Int) throws -> [String: LayerView.Change] {
        let ledger = try Ledger(tars: [
            LayerMaking.tar {
                try $0.directory("d")
                try $0.file("d/kept", size: 10)
                try $0.file("d/rewritten", size: 10)
                try $0.file("d/deleted", size: 10)
            },
            LayerMaking.tar {
                try $0.directory("d")
                try $0.file("d/rewritten", size: 20)
                try $0.delete("d/deleted")
                try $0.file("d/new", size: 5)
            },
            LayerMaking.tar { try $0.delete("d/new") },
        ])
        var view = LayerView(ledger, top: top, since: bottom)
        view.filter { _, _ in true }
        var changes: [String: LayerView.Change] = [:]
        for directory in view.children(of: LayerView.root) {
            for place in view.children(of: directory) {
                changes[String(decoding: view.path(of: place), as: UTF8.self)] = view.change(at: place)
            }
        }
        return changes
    }

    @Test func whatALayerChanged() throws {
        let second = try view(1, since: 0)
        #expect(
            second == ["d/kept": .unmodified, "d/rewritten": .modified, "d/deleted": .removed, "d/new": .added])
        let third = try view(2, since: 1)
        #expect(third == ["d/kept": .unmodified, "d/rewritten": .unmodified, "d/new": .removed])
    }

    @Test func whatAllLayersChanged() throws {
        let all = try view(2, since: 0)
        #expect(all == ["d/kept": .unmodified, "d/rewritten": .modified, "d/deleted": .removed])
        let first = try view(0, since: -1)
        #expect(first.values.allSatisfy { $0 == .added })
    }
}
